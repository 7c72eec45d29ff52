"""Parquet and Arrow: every type, and broken bytes."""

from __future__ import annotations

import datetime
import decimal
import errno
import gzip
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from isthmus.errors import (
    FileAccessError,
    IsthmusError,
    SchemaError,
    UnreadableDataError,
    UsageError,
)
from isthmus.options import RowOptions
from isthmus.read import open_source, read_rows, stream_rows
from isthmus.schema import Column, Schema
from tests.io.faults import Faults

NAN = np.nan
ONE = Schema(kind="table", columns=(Column(name="x", minimum=0, maximum=1),))
NOON = datetime.datetime(2020, 1, 1, 12)

NUMBERS = {
    "int8": (pa.array([-5, None, 7], pa.int8()), [-5, NAN, 7]),
    "uint64": (pa.array([2**64 - 1, None, 2**53 + 1], pa.uint64()), [2.0**64, NAN, 2.0**53]),
    "int64": (pa.array([-(2**63), None, 2**53 + 3]), [-(2.0**63), NAN, 2.0**53 + 4]),
    "half": (pa.array(np.array([0.5, 2, 3], np.float16)), [0.5, 2, 3]),
    "half with gaps": (
        pa.array([np.float16(0.5), None, np.float16(3)], pa.float16()),
        [0.5, NAN, 3],
    ),
    "single with gaps": (pa.array([0.1, None, 3], pa.float32()), [np.float32(0.1), NAN, 3]),
    "double": (pa.array([0.1, None, float("nan")]), [0.1, NAN, NAN]),
    "decimal": (
        pa.array(
            [decimal.Decimal("0.1"), None, decimal.Decimal("1234567.891")], pa.decimal128(20, 9)
        ),
        [0.1, NAN, 1234567.891],
    ),
    "wide decimal": (
        pa.array([decimal.Decimal("0.7"), None, None], pa.decimal256(50, 30)),
        [0.7, NAN, NAN],
    ),
    "nothing": (pa.nulls(3), [NAN, NAN, NAN]),
    "text": (pa.array(["1.5", None, " 2 "]), [1.5, NAN, 2]),
    "large text": (pa.array(["1.5", "NA", "2"], pa.large_string()), [1.5, NAN, 2]),
    "text view": (pa.array(["1.5", "?", "2"], pa.string_view()), [1.5, NAN, 2]),
    "dictionary": (pa.array(["1", None, "1"]).dictionary_encode(), [1, NAN, 1]),
    "dictionary of numbers": (pa.array([1.5, None, 2.5]).dictionary_encode(), [1.5, NAN, 2.5]),
    "runs": (
        pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array([1.5, 2.5])),
        [1.5, 1.5, 2.5],
    ),
}
OTHERS = {
    "dates": (pa.array([datetime.date(2020, 1, 2)] * 2), "dates or times, such as 2020-01-02"),
    "timestamps": (pa.array([NOON] * 2), "dates or times, such as 2020-01-01 12:00:00"),
    "durations": (pa.array([datetime.timedelta(1)] * 2), "dates or times, such as 1 day"),
    "text": (pa.array(["red", "blue"]), "text that hardly repeats"),
    "dictionary": (pa.array(["red", "up"]).dictionary_encode(), "text that hardly repeats"),
    "bytes": (pa.array([b"a", b"b"]), "of type binary, such as b'a'"),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_every_type_that_holds_numbers_becomes_numbers(name: str) -> None:
    column, expected = NUMBERS[name]
    rows = read_rows(open_source(pa.table({"x": column, "y": [1, 2, 3]})), RowOptions())
    assert rows.values.dtype == np.float64
    np.testing.assert_array_equal(rows.values[:, 0], expected)


@pytest.mark.parametrize("name", OTHERS)
def test_other_types_are_refused_when_learning_in_words_of_their_own(name: str) -> None:
    column, words = OTHERS[name]
    with pytest.raises(SchemaError, match=f"^Table: column 'x' is {words}.* in row 0\n.*--drop"):
        read_rows(open_source(pa.table({"x": column})), RowOptions())


@pytest.mark.parametrize("name", ["text", "dictionary"])
def test_texts_among_numbers_spoil_their_rows_when_scoring(name: str) -> None:
    column, _ = OTHERS[name]
    rows = read_rows(open_source(pa.table({"x": column})), RowOptions(), ONE)
    assert sorted(rows.unusable) == [0, 1]
    assert rows.unusable[0].startswith("column 'x': ")
    assert rows.unusable[0].endswith("is not a number")


@pytest.mark.parametrize("name", ["dates", "timestamps", "durations", "bytes"])
def test_types_that_never_are_numbers_are_refused_when_scoring(name: str) -> None:
    column, words = OTHERS[name]
    with pytest.raises(SchemaError) as caught:
        read_rows(open_source(pa.table({"x": column})), RowOptions(), ONE)
    kind = words.partition(",")[0]
    assert caught.value.problems == (f"Table: column 'x' is {kind}, numbers were expected",)


def test_truth_values_are_numbers_where_the_detector_knows_numbers() -> None:
    table = pa.table({"x": [True, None, False]})
    rows = read_rows(open_source(table), RowOptions(), ONE)
    np.testing.assert_array_equal(rows.values[:, 0], [1, NAN, 0])


@pytest.mark.parametrize("column", [pa.array([[1.0], [2.0]]), pa.array([{"a": 1}, {"a": 2}])])
@pytest.mark.parametrize("schema", [None, ONE])
def test_nested_features_are_refused_always_and_pass_as_ids(
    column: pa.Array, schema: Schema | None
) -> None:
    with pytest.raises(SchemaError, match="column 'x' holds lists or structures"):
        read_rows(open_source(pa.table({"x": column})), RowOptions(), schema)
    rows = read_rows(
        open_source(pa.table({"n": column, "x": [1, 2]})), RowOptions(id=("n",)), schema
    )
    assert rows.ids["n"].combine_chunks() == column


def test_extension_types_are_what_they_are_stored_as() -> None:
    column = pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1, 0], pa.int8()))
    rows = read_rows(open_source(pa.table({"x": column})), RowOptions())
    assert rows.values.tolist() == [[1], [0]]


def written(kind: str) -> bytes:
    table = pa.table({"x": np.arange(1000.0), "t": ["text"] * 1000})
    file = io.BytesIO()
    if kind == "parquet":
        pq.write_table(table, file)
    else:
        with (pa.ipc.new_file if kind == "arrow" else pa.ipc.new_stream)(file, table.schema) as out:
            out.write_table(table)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.99])
def test_files_that_are_cut_off_are_refused_in_one_sentence(
    tmp_path: Path, kind: str, share: float
) -> None:
    data = written(kind)
    path = tmp_path / f"cut.{'arrow' if kind == 'stream' else kind}"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(UnreadableDataError, match=f"^{path}: cannot be read as ") as caught:
        read_rows(open_source(path), RowOptions(id=("t",)))
    assert len(caught.value.problems) == 1
    assert len(str(caught.value)) < len(str(path)) + 400


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream"])
def test_a_disk_that_fails_is_no_fault_of_the_data(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"whole.{'arrow' if kind == 'stream' else kind}"
    path.write_bytes(written(kind))
    faults = Faults(tmp_path)
    with faults.injected():
        read_rows(open_source(path), RowOptions(id=("t",)))
    for number in range(1, len(faults.calls) + 1):
        with (
            Faults(tmp_path, number, errno.EIO).injected(),
            pytest.raises(FileAccessError, match=rf"^{path}: could not be .*{os.strerror(5)}$"),
        ):
            read_rows(open_source(path), RowOptions(id=("t",)))


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream"])
def test_flipped_bytes_are_refused_or_read_but_never_followed(kind: str) -> None:
    random, data = np.random.default_rng(7), written(kind)
    refused = 0
    for _ in range(100):
        broken = bytearray(data)
        for place in random.integers(len(data), size=3):
            broken[place] ^= int(random.integers(1, 256))
        try:
            source = open_source(io.BytesIO(bytes(broken)))
            read_rows(source, RowOptions(id=tuple(name for name in source.columns if name == "t")))
        except IsthmusError:
            refused += 1
    assert refused


@pytest.mark.parametrize("kind", ["parquet", "arrow", "stream"])
def test_packed_files_are_unpacked_first(kind: str) -> None:
    data = io.BytesIO(gzip.compress(written(kind)))
    assert read_rows(open_source(data), RowOptions(id=("t",))).values.shape == (1000, 1)


def test_a_parquet_file_streams_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq.write_table(pa.table({"x": np.arange(100.0)}), tmp_path / "x.parquet", row_group_size=10)
    monkeypatch.setattr("isthmus.read.parquet.ROWS", 10)
    parts = list(stream_rows(open_source(tmp_path / "x.parquet"), RowOptions(), ONE))
    assert [len(part.values) for part in parts] == [10] * 10
    assert [part.first for part in parts] == list(range(0, 100, 10))


def test_files_can_be_read_twice_and_readers_once() -> None:
    source = open_source(io.BytesIO(written("stream")))
    assert source.rereadable
    assert [sum(b.num_rows for b in source.batches()) for _ in range(2)] == [1000, 1000]
    once = open_source(pa.table({"x": [1.0]}).to_reader())
    assert not once.rereadable
    list(once.batches())
    with pytest.raises(UsageError, match="RecordBatchReader: can be read only once"):
        once.batches()


def test_ids_of_dictionaries_that_change_keep_their_values() -> None:
    def batch(*words: str) -> pa.RecordBatch:
        cells: Any = pa.array(words).dictionary_encode()
        return pa.record_batch({"id": cells, "x": [1.0] * len(words)})

    table = pa.Table.from_batches([batch("a", "b"), batch("c", "a")])
    rows = read_rows(open_source(table), RowOptions(id=("id",)))
    assert rows.ids["id"].to_pylist() == ["a", "b", "c", "a"]
