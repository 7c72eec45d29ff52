"""Cells that a network with targets is only shown come back as they came, and targets may miss."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from isthmus import Scorer
from isthmus.cli.run import run
from isthmus.errors import DetectorWarning, SchemaError
from isthmus.options import FitOptions, RowOptions
from isthmus.read import open_source, read_rows
from isthmus.training.learn import learn

HEAD = "kind,valve,pump,flow"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A detector that rebuilds the flow from kind, valve and pump."""
    random = np.random.default_rng(0)
    valve, pump = random.uniform(0, 1, 200), random.normal(50, 5, 200)
    table = pa.table(
        {
            "kind": np.where(valve > 0.5, "a", "b"),
            "valve": valve,
            "pump": pump,
            "flow": valve * pump,
        }
    )
    options = FitOptions.from_flat(encoder=(8,), code_size=2, max_steps=20, members=2)
    columns = RowOptions(target=("flow",))
    rows = read_rows(open_source(table), columns)
    path = tmp_path_factory.mktemp("flow") / "flow.onnx"
    path.write_bytes(learn(rows, columns, options).model)
    return path


@pytest.fixture
def isthmus(model, tmp_path, monkeypatch, capsysbinary):
    monkeypatch.chdir(tmp_path)

    def called(command: str, lines: list[str], *words: str, head: str = HEAD):
        Path("in.csv").write_text("\n".join([head, *lines]) + "\n")
        code = run([command, str(model), "in.csv", *words])
        captured = capsysbinary.readouterr()
        return code, captured.out.decode(), captured.err.decode()

    return called


def table(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out)))


def test_a_missing_category_that_is_only_shown_stays_missing(isthmus):
    code, out, err = isthmus("reconstruct", [",0.5,50,25", "b,0.25,40,", "strange,0.5,50,25"])
    assert code == 0, err
    assert [row["kind"] for row in table(out)] == ["", "b", ""]
    assert [float(row["valve"]) for row in table(out)] == [0.5, 0.25, 0.5]
    assert all(row["flow"] for row in table(out))


def test_a_mask_fills_targets_alone_and_says_what_stayed_empty(isthmus):
    lines = [",0.50,50,25.0", ",,50,", "strange,0.5,50,40.10"]
    code, out, err = isthmus("reconstruct", lines, "--mask")
    assert code == 0, err
    first, second, third = out.splitlines()[1:]
    assert (first, third) == (lines[0], lines[2])
    assert second.startswith(",,50,")
    assert np.isfinite(float(second.removeprefix(",,50,")))
    assert "1 missing cell filled, 3 left empty: the network is only shown their columns" in err
    _, out, _ = isthmus("reconstruct", lines, "--mask", "-o", "o.csv", "--json")
    assert json.loads(out) == {"rows": 3, "invalid": 0, "filled": 1, "left": 3}


@pytest.mark.parametrize("end", ["jsonl", "parquet"])
def test_no_format_has_a_text_in_place_of_a_missing_number(isthmus, end):
    assert isthmus("reconstruct", [",,50,", "a,0.5,50,1"], "--mask", "-o", f"o.{end}")[0] == 0
    if end == "parquet":
        rows = pa.parquet.read_table("o.parquet").to_pylist()
    else:
        rows = [json.loads(line) for line in Path("o.jsonl").read_text().splitlines()]
    assert "nan" not in {str(value).lower() for row in rows for value in row.values()}
    assert rows[0]["kind"] is None and rows[0]["valve"] in (None, "")


def test_a_file_without_the_target_has_it_made(isthmus, model):
    lines = ["a,0.9,50,45.5", "b,0.2,51,10"]
    short = [line.rpartition(",")[0] for line in lines]
    for words in (("reconstruct",), ("encode",)):
        code, out, err = isthmus(words[0], short, head="kind,valve,pump")
        assert (code, "warning" in err) == (0, False), err
        assert out == isthmus(words[0], [f"{line}," for line in short])[1]
    code, out, err = isthmus("reconstruct", short, "--mask", head="kind,valve,pump")
    assert (code, "warning" in err) == (0, False), err
    assert out.splitlines()[0] == HEAD and "2 missing cells filled" in err
    assert [row["valve"] for row in table(out)] == ["0.9", "0.2"]
    Path("index.csv").write_text(f"{HEAD}\n" + "\n".join(lines) + "\n")
    Path("query.csv").write_text("kind,valve,pump\n" + "\n".join(short) + "\n")
    assert run(["similar", str(model), "index.csv", "query.csv", "-k", "1"]) == 0


@pytest.mark.parametrize("command", ["score", "explain"])
def test_judging_needs_the_target(isthmus, command):
    code, _, err = isthmus(command, ["a,0.9,50"], head="kind,valve,pump")
    assert code == 4
    assert "column 'flow' is missing" in err


def test_other_columns_must_be_there(isthmus):
    code, _, err = isthmus("reconstruct", ["a,0.9"], head="kind,valve")
    assert code == 4
    assert "column 'pump' is missing" in err and "'flow' is missing" not in err


def test_in_python_columns_without_names_are_those_that_are_shown():
    random = np.random.default_rng(1)
    shown = random.normal(size=(100, 2))
    rows = np.column_stack([shown[:, 0], shown.sum(axis=1), shown[:, 1]])
    options = FitOptions.from_flat(encoder=(8,), code_size=2, max_steps=20, members=1)
    columns = RowOptions(target=(1,))
    scorer = Scorer.load(learn(read_rows(open_source(rows), columns), columns, options).model)
    gone = np.where([False, True, False], np.nan, rows)
    made = scorer.reconstruct(shown)
    assert np.array_equal(made, scorer.reconstruct(gone))
    assert np.array_equal(made[:, [0, 2]], shown.astype(made.dtype))
    assert np.array_equal(scorer.encode(shown), scorer.encode(rows))
    with pytest.raises(SchemaError, match="2 columns came"):
        scorer.score(shown)
    with pytest.warns(DetectorWarning, match="'c1' is missing in all 100 rows"):
        scorer.score(gone)
