"""What is written and read back is what was given, in every format."""

from __future__ import annotations

import csv
import datetime
import decimal
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isthmus.errors import FileAccessError, UsageError
from isthmus.scoring.writers import open_writer
from isthmus.scoring.writers.csv import CsvWriter

NAN = float("nan")


def read_csv(data: bytes, schema: pa.Schema) -> pa.Table:
    convert = pa.csv.ConvertOptions(
        column_types=schema,
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=[""],
    )
    return pa.csv.read_csv(
        io.BytesIO(data),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=convert,
    )


def read_jsonl(data: bytes, schema: pa.Schema) -> pa.Table:
    options = pa.json.ParseOptions(explicit_schema=schema)
    return pa.json.read_json(io.BytesIO(data), parse_options=options)


def read_parquet(data: bytes, schema: pa.Schema) -> pa.Table:
    return pa.parquet.read_table(io.BytesIO(data))


def read_arrow(data: bytes, schema: pa.Schema) -> pa.Table:
    return pa.ipc.open_file(data).read_all()


@dataclass(frozen=True)
class Form:
    """A format, the ends of its names, and how others read it."""

    name: Any
    ends: tuple[str, ...]
    read: Callable[[bytes, pa.Schema], pa.Table]


FORMS = (
    Form("csv", (".csv", ".CSV"), read_csv),
    Form("jsonl", (".jsonl", ".ndjson"), read_jsonl),
    Form("parquet", (".parquet", ".pq"), read_parquet),
    Form("arrow", (".arrow", ".feather", ".ipc"), read_arrow),
)

SCORED = pa.record_batch(
    {
        "id": pa.array(["007", None, "", 'say "hi", twice', "two\nlines\r\n", "é ☃", " "]),
        "anomaly_score": pa.array([0.1, 1.0, -0.0, 1e-45, 3.4e38, None, 123456.7], pa.float32()),
        "p_value": pa.array([0.1, 1.0, 1e-5, 5e-324, 1 / 3, None, 1e300]),
        "is_anomaly": pa.array([True, False, None, True, False, True, False]),
        "status": pa.array(["normal", "anomaly", "invalid", "NA", "null", "1", "true"]),
        "row": pa.array([0, 1, None, 3, -4, 2**62, 6]),
        "100%": pa.array([None] * 6 + [1.5]),
        'odd, "name"\n': pa.array(range(7), pa.int8()),
    }
)


@pytest.fixture(params=FORMS, ids=lambda form: form.name)
def form(request: pytest.FixtureRequest) -> Form:
    chosen: Form = request.param
    return chosen


def written(path: Path, form: Form, *batches: pa.RecordBatch) -> bytes:
    with open_writer(path, form.name, overwrite=True) as writer:
        for batch in batches:
            writer.write(batch)
    return path.read_bytes()


def same(found: pa.Table, given: list[pa.RecordBatch]) -> bool:
    """Equal cell by cell and bit by bit: -0 is not 0, null is not NaN."""
    expected = pa.Table.from_batches(given)
    if found.column_names != expected.column_names:
        return False
    return all(
        repr(a.to_pylist()) == repr(b.to_pylist())
        for a, b in zip(found.columns, expected.columns, strict=True)
    )


def test_what_is_written_is_what_others_read(tmp_path: Path, form: Form) -> None:
    batches = [SCORED.slice(0, 3), SCORED.slice(3, 0), SCORED.slice(3, 4)]
    data = written(tmp_path / "scored", form, *batches)
    assert same(form.read(data, SCORED.schema), [SCORED])


FLOATS = st.lists(
    st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5
)
SINGLES = st.lists(
    st.none() | st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=5
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(double=FLOATS, single=SINGLES, texts=st.lists(st.none() | TEXTS, min_size=5, max_size=5))
def test_every_float_and_text_survives(
    tmp_path: Path, form: Form, double: list[Any], single: list[Any], texts: list[Any]
) -> None:
    rows = min(len(double), len(single))
    batch = pa.record_batch(
        {
            "d": pa.array(double[:rows], pa.float64()),
            "s": pa.array(single[:rows], pa.float32()),
            "t": pa.array(texts[:rows], pa.string()),
        }
    )
    data = written(tmp_path / "scored", form, batch)
    assert same(form.read(data, batch.schema), [batch])


def test_the_end_of_the_name_says_the_format(tmp_path: Path, form: Form) -> None:
    for end in form.ends:
        path = tmp_path / f"scored{end}"
        with open_writer(path, overwrite=False) as writer:
            writer.write(SCORED)
        assert same(form.read(path.read_bytes(), SCORED.schema), [SCORED])


def test_the_format_that_is_given_wins_over_the_name(tmp_path: Path, form: Form) -> None:
    data = written(tmp_path / "scored.txt", form, SCORED)
    assert same(form.read(data, SCORED.schema), [SCORED])


@pytest.mark.parametrize("name", ["scored", "scored.xlsx", "scored.csv.zip"])
def test_a_name_that_says_nothing_is_refused_with_those_that_do(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(UsageError, match=r"does not say which format(.|\n)*\.csv.*parquet"),
        open_writer(tmp_path / name, overwrite=False),
    ):
        raise AssertionError("never reached")
    assert list(tmp_path.iterdir()) == []


def test_a_file_appears_only_when_all_is_written(tmp_path: Path, form: Form) -> None:
    path = tmp_path / "scored"
    with pytest.raises(KeyError), open_writer(path, form.name, overwrite=False) as writer:
        writer.write(SCORED)
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_an_existing_file_is_replaced_only_where_that_is_asked_for(
    tmp_path: Path, form: Form
) -> None:
    path = tmp_path / "scored"
    path.write_bytes(b"old")
    with (
        pytest.raises(FileAccessError, match="exists already"),
        open_writer(path, form.name, overwrite=False),
    ):
        raise AssertionError("never reached")
    assert path.read_bytes() == b"old"
    assert written(path, form, SCORED) != b"old"


def test_without_any_batch_there_is_still_a_file(tmp_path: Path, form: Form) -> None:
    data = written(tmp_path / "scored", form)
    if form.name in ("parquet", "arrow"):
        assert form.read(data, pa.schema([])).num_rows == 0
    else:
        assert data == b""


def test_without_any_row_there_are_still_the_names(tmp_path: Path, form: Form) -> None:
    data = written(tmp_path / "scored", form, SCORED.slice(0, 0))
    if form.name != "jsonl":  # Its names stand in its rows.
        assert form.read(data, SCORED.schema).column_names == SCORED.schema.names
        assert form.read(data, SCORED.schema).num_rows == 0


def pipe(monkeypatch: pytest.MonkeyPatch, file: Any) -> None:
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=file))


class Pipe(io.BytesIO):
    """Counts what has been passed on, and may break; cannot go back."""

    def __init__(self, breaks_after: int | None = None) -> None:
        super().__init__()
        self.seen = b""
        self.breaks_after = breaks_after

    def write(self, data: Any) -> int:
        if self.breaks_after is not None and self.tell() + len(data) > self.breaks_after:
            raise BrokenPipeError(32, "Broken pipe")
        return super().write(data)

    def seekable(self) -> bool:
        return False

    def flush(self) -> None:
        self.seen = self.getvalue()


def test_every_format_goes_to_standard_output(monkeypatch: pytest.MonkeyPatch, form: Form) -> None:
    out = Pipe()
    pipe(monkeypatch, out)
    with open_writer("-", form.name, overwrite=False) as writer:
        writer.write(SCORED.slice(0, 3))
        writer.write(SCORED.slice(3))
    assert not out.closed
    if form.name == "arrow":
        assert same(pa.ipc.open_stream(out.seen).read_all(), [SCORED])
    else:
        assert same(form.read(out.seen, SCORED.schema), [SCORED])


def test_standard_output_is_csv_unless_told_and_is_flushed_at_every_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = Pipe()
    pipe(monkeypatch, out)
    batch = pa.record_batch({"a": [1, 2], "b": ["x", "y"]})
    with open_writer("-", overwrite=False) as writer:
        writer.write(batch)
        assert out.seen == b"a,b\n1,x\n2,y\n"
        writer.write(batch)
        assert out.seen == b"a,b\n1,x\n2,y\n1,x\n2,y\n"


def test_a_pipe_that_nobody_reads_breaks_with_its_own_name(
    monkeypatch: pytest.MonkeyPatch, form: Form
) -> None:
    pipe(monkeypatch, Pipe(breaks_after=2000))
    batch = pa.record_batch({"a": np.random.default_rng(0).normal(size=100_000)})
    with (
        pytest.raises(BrokenPipeError) as caught,
        open_writer("-", form.name, overwrite=False) as writer,
    ):
        writer.write(batch)
    assert type(caught.value) is BrokenPipeError


class Full(Pipe):
    """Takes nothing."""

    def write(self, data: Any) -> int:
        raise OSError(28, "No space left on device")


def test_standard_output_that_takes_nothing_is_named(
    monkeypatch: pytest.MonkeyPatch, form: Form
) -> None:
    pipe(monkeypatch, Full())
    with (
        pytest.raises(FileAccessError, match=r"^standard output: could not be written: No space"),
        open_writer("-", form.name, overwrite=False) as writer,
    ):
        writer.write(SCORED)


def test_a_failure_elsewhere_is_not_said_to_be_one_of_the_output(
    tmp_path: Path, form: Form
) -> None:
    with (
        pytest.raises(FileNotFoundError, match="no such data"),
        open_writer(tmp_path / "scored", form.name, overwrite=False) as writer,
    ):
        writer.write(SCORED)
        raise FileNotFoundError(2, "no such data", "data.csv")
    assert list(tmp_path.iterdir()) == []


def test_csv_is_plain_where_it_can_be(tmp_path: Path) -> None:
    batch = pa.record_batch(
        {
            "id": ["a", "b", None],
            "anomaly_score": pa.array([0.1, 1.0, NAN], pa.float32()),
            "p_value": [1 / 3, 1e-05, None],
            "is_anomaly": [True, False, None],
        }
    )
    assert written(tmp_path / "x", FORMS[0], batch).decode() == (
        "id,anomaly_score,p_value,is_anomaly\n"
        "a,0.1,0.3333333333333333,true\n"
        "b,1,0.00001,false\n"
        ",nan,,\n"
    )


def test_csv_quotes_where_it_must(tmp_path: Path) -> None:
    batch = pa.record_batch({"a,b": ["x,y", "", None], "c": [1, 2, 3]})
    assert written(tmp_path / "x", FORMS[0], batch) == b'"a,b",c\n"x,y",1\n"",2\n,3\n'


HARD = st.text(alphabet='a,"\n\r ;\u00e9', max_size=6) | st.none()


def test_csv_quotes_a_text_for_its_own_sake_alone(tmp_path: Path) -> None:
    batch = pa.record_batch({"id": ["a", "b,c", 'say "d"', '"e"'], "why": ["f", "g h", "i", None]})
    assert written(tmp_path / "x", FORMS[0], batch).decode() == (
        'id,why\na,f\n"b,c",g h\n"say ""d""",i\n"""e""",\n'
    )


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(st.tuples(HARD, st.integers(-5, 5), HARD), min_size=1, max_size=5))
def test_csv_reads_back_whatever_the_texts_are(
    rows: list[tuple[str | None, int, str | None]],
) -> None:
    one, number, other = zip(*rows, strict=True)
    file = io.BytesIO()
    CsvWriter(file).write(
        pa.record_batch(
            [pa.array(one, pa.string()), pa.array(number), pa.array(other, pa.string())],
            names=["one", "number", "other"],
        )
    )
    text = file.getvalue()
    came = list(csv.reader(io.StringIO(text.decode(), newline="")))[1:]
    assert came == [[a or "", str(n), b or ""] for a, n, b in rows]
    cells = [cell for a, _, b in rows for cell in (a, b) if cell is not None]
    needing = sum(not cell or bool(set(cell) & set('",\r\n')) for cell in cells)
    assert text.count(b'"') == 2 * needing + 2 * sum(cell.count('"') for cell in cells)


def test_csv_of_one_column_has_no_empty_lines(tmp_path: Path) -> None:
    batch = pa.record_batch({"a": [1.5, None, 2.5]})
    data = written(tmp_path / "x", FORMS[0], batch)
    assert b"\n\n" not in data
    assert pa.csv.read_csv(io.BytesIO(data))["a"].to_pylist() == [1.5, None, 2.5]


def test_json_lines_are_strict_json_with_null_for_what_is_not_finite(tmp_path: Path) -> None:
    batch = pa.record_batch(
        {"a": [NAN, float("inf"), None, 1.0, -0.0], "n": [[NAN], None, [], [1.5], [None]]}
    )

    def refuse(word: str) -> None:
        raise AssertionError(word)

    lines = written(tmp_path / "x", FORMS[1], batch).decode().splitlines()
    rows = [json.loads(line, parse_constant=refuse) for line in lines]
    assert [row["a"] for row in rows] == [None, None, None, 1.0, 0.0]
    assert [row["n"] for row in rows] == [[None], None, [], [1.5], [None]]
    assert lines[3:] == ['{"a": 1.0, "n": [1.5]}', '{"a": -0.0, "n": [null]}']


STRANGE = {
    "decimal": (pa.array([decimal.Decimal("1.50"), None]), "1.50"),
    "date": (pa.array([datetime.date(2020, 1, 2), None]), "2020-01-02"),
    "timestamp": (pa.array([datetime.datetime(2020, 1, 2, 3), None]), "2020-01-02T03:00:00"),
    "time": (pa.array([datetime.time(1, 2, 3), None]), "01:02:03"),
    "bytes": (pa.array([b"raw", None]), "raw"),
    "dictionary": (pa.array(["x", None]).dictionary_encode(), "x"),
    "text view": (pa.array(["x", None], pa.string_view()), "x"),
    "large text": (pa.array(["x", None], pa.large_string()), "x"),
    "runs": (
        pa.RunEndEncodedArray.from_arrays(pa.array([1, 2], pa.int32()), pa.array(["x", None])),
        "x",
    ),
    "list": (pa.array([[1.5, NAN], None]), [1.5, None]),
    "structure": (pa.array([{"k": "v"}, None]), {"k": "v"}),
    "half": (pa.array([np.float16(1.5), None], pa.float16()), 1.5),
    "nothing": (pa.nulls(2), None),
}


@pytest.mark.parametrize("name", STRANGE)
def test_ids_of_any_type_can_be_written(tmp_path: Path, form: Form, name: str) -> None:
    column, value = STRANGE[name]
    batch = pa.record_batch({"id": column, "n": [1, 2]})
    data = written(tmp_path / "x", form, batch, batch)
    if form.name == "csv":
        text = value if isinstance(value, (str, type(None))) else json.dumps(value)
        ids = pa.schema([("id", pa.string())])
        assert read_csv(data, ids)["id"].to_pylist() == [text, None] * 2
    elif form.name == "jsonl":
        found = [json.loads(line)["id"] for line in data.decode().splitlines()]
        assert found == [value, None] * 2
    else:
        assert str(form.read(data, batch.schema)["id"].to_pylist()) == str(column.to_pylist() * 2)


def test_small_batches_become_large_row_groups(tmp_path: Path) -> None:
    batch = pa.record_batch({"a": np.arange(1000.0)})
    data = written(tmp_path / "x", FORMS[2], *[batch] * 200)
    metadata = pa.parquet.ParquetFile(io.BytesIO(data)).metadata
    assert metadata.num_rows == 200_000
    assert metadata.num_row_groups == 4
