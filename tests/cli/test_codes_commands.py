"""encode, reconstruct, sample and similar, as they are typed."""

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


def table(done):
    return list(csv.DictReader(io.StringIO(done.out.decode())))


def with_holes(name, holes):
    """`new.csv` with some cells emptied, as lines of cells."""
    lines = [line.split(",") for line in Path("new.csv").read_text().splitlines()]
    for row, column in holes:
        lines[row + 1][column] = ""
    Path(name).write_text("".join(",".join(line) + "\n" for line in lines))
    return lines


def test_every_format_has_the_codes_of_the_python_interface(isthmus):
    expected = Scorer.load("detector.onnx").encode("new.csv")
    for end in ("csv", "jsonl", "parquet", "arrow", "npy"):
        assert isthmus("encode", "detector.onnx", "new.csv", "-o", f"codes.{end}").code == 0
    names = [f"code{place}" for place in range(4)]
    tables = [
        pa.parquet.read_table("codes.parquet"),
        pa.ipc.open_file(Path("codes.arrow").read_bytes()).read_all(),
        pa.table(dict(zip(names, np.load("codes.npy").T, strict=True))),
        pa.Table.from_pylist(
            [json.loads(line) for line in Path("codes.jsonl").read_text().splitlines()]
        ),
        pa.Table.from_pylist(list(csv.DictReader(Path("codes.csv").read_text().splitlines()))),
    ]
    for one in tables:
        codes = np.array([one[name].to_pylist() for name in names], np.float64).T
        assert np.array_equal(codes.astype(np.float32), expected)


def test_codes_stand_behind_the_ids_and_beside_the_reasons(isthmus):
    lines = Path("patients.csv").read_text().splitlines()
    lines[3] = "patient" + "," * 140
    Path("some.csv").write_text("\n".join(lines) + "\n")
    done = isthmus("encode", "detector.onnx", "some.csv", "--id", "patient")
    rows = table(done)
    assert list(rows[0]) == [
        "patient",
        "row",
        "code0",
        "code1",
        "code2",
        "code3",
        "status",
        "reason",
    ]
    assert [row["row"] for row in rows if row["status"] == "invalid"] == ["2"]
    assert (rows[2]["code0"], rows[2]["reason"]) == ("", "every cell is missing")
    assert rows[7]["patient"] == "007"
    assert "40 rows, 1 invalid; 4 numbers for each" in done.err


def test_rows_come_back_under_their_names_and_may_be_scored_again(isthmus):
    assert isthmus("reconstruct", "detector.onnx", "new.csv", "-o", "clean.csv").code == 0
    head = Path("new.csv").read_text().splitlines()[0]
    assert Path("clean.csv").read_text().splitlines()[0] == head
    again = isthmus("score", "detector.onnx", "clean.csv")
    assert len(table(again)) == 40
    expected = Scorer.load("detector.onnx").reconstruct("new.csv")
    clean = np.loadtxt("clean.csv", delimiter=",", skiprows=1, dtype=np.float32)
    assert np.array_equal(clean, expected)


def test_a_mask_touches_nothing_but_holes(isthmus):
    holes = [(0, 3), (0, 4), (5, 100), (39, 0)]
    lines = with_holes("holes.csv", holes)
    done = isthmus("reconstruct", "detector.onnx", "holes.csv", "--mask")
    filled = [line.split(",") for line in done.lines]
    rebuilt = Scorer.load("detector.onnx").reconstruct("holes.csv")
    for row, (before, after) in enumerate(zip(lines, filled, strict=True)):
        for column, (came, made) in enumerate(zip(before, after, strict=True)):
            if (row - 1, column) in holes:
                assert np.float32(made) == rebuilt[row - 1, column]
            else:
                assert made == came
    assert "40 rows, 0 invalid; 4 missing cells filled" in done.err
    assert done.out == isthmus("reconstruct", "detector.onnx", "holes.csv", "--mask").out


@pytest.mark.parametrize("mask", [(), ("--mask",)])
def test_an_array_of_rebuilt_rows_is_that_of_the_python_interface(isthmus, mask):
    rows = np.load("beats.npy")[:30]
    rows[4, 5] = rows[9] = np.nan
    np.save("rows.npy", rows)
    assert isthmus("reconstruct", "detector.onnx", "rows.npy", *mask, "-o", "out.npy").code == 0
    made, expected = (
        np.load("out.npy"),
        Scorer.load("detector.onnx").reconstruct(rows, mask=bool(mask)),
    )
    assert made.dtype == np.float32
    assert np.array_equal(made, expected, equal_nan=True)
    assert np.isnan(made[9]).all()


def test_in_small_batches_the_outputs_are_the_same(isthmus, monkeypatch):
    with_holes("holes.csv", [(3, 3), (20, 7)])
    commands = [
        ("encode", "detector.onnx", "holes.csv"),
        ("reconstruct", "detector.onnx", "holes.csv"),
        ("reconstruct", "detector.onnx", "holes.csv", "--mask"),
        ("similar", "detector.onnx", "recent.csv", "holes.csv"),
    ]
    whole = [isthmus(*words).out for words in commands]
    monkeypatch.setattr("isthmus.read.parts.MOST_ROWS", 3)
    assert [isthmus(*words).out for words in commands] == whole


def test_neighbours_are_those_of_the_python_interface_with_ids_of_both_sides(isthmus):
    words = ("similar", "ids.onnx", "marked.csv", "patients.csv", "--id", "beat")
    assert isthmus(*words).code == 4  # the query has no such id
    Path("query.csv").write_text(Path("patients.csv").read_text().replace("patient", "beat"))
    done = isthmus("similar", "ids.onnx", "marked.csv", "query.csv", "-k", "2")
    rows = table(done)
    assert len(rows) == 80
    found = Scorer.load("ids.onnx").similar("marked.csv", "query.csv", 2).to_pylist()
    for row, expected in zip(rows, found, strict=True):
        assert row["query_beat"] == expected["query_beat"]
        assert int(row["index_row"]) == int(row["index_beat"]) == expected["index_row"]
        assert float(row["distance"]) == expected["distance"]
    assert {row["rank"] for row in rows} == {"1", "2"}


def test_the_query_may_come_from_standard_input(process):
    data = Path("new.csv").read_bytes()
    done = process("similar", "detector.onnx", "recent.csv", "-", "-k", "1", stdin=data)
    assert (done.code, len(done.lines)) == (0, 41)


def test_new_rows_are_those_of_the_python_interface_and_of_their_seed(isthmus):
    first, again = (isthmus("sample", "variational.onnx", "-n", "3") for _ in range(2))
    other = isthmus("sample", "variational.onnx", "-n", "3", "--seed", "1")
    assert first.out == again.out != other.out
    assert first.lines[0] == Path("new.csv").read_text().splitlines()[0]
    rows = np.array([line.split(",") for line in first.lines[1:]], np.float32)
    assert np.array_equal(rows, Scorer.load("variational.onnx").sample(3))
    assert first.err == "3 new rows, seed 0\n"


def test_summaries_as_json_count_what_went_by(isthmus):
    with_holes("holes.csv", [(1, 1), *((2, column) for column in range(140))])
    expected = {
        ("encode", "detector.onnx", "holes.csv"): {"rows": 40, "invalid": 1, "code_size": 4},
        ("reconstruct", "detector.onnx", "holes.csv", "--mask"): {
            "rows": 40, "invalid": 1, "filled": 1,
        },
        ("similar", "detector.onnx", "holes.csv", "holes.csv", "-k", "2"): {
            "rows": 40, "invalid": 1, "index_rows": 40, "index_invalid": 1, "k": 2,
        },
        ("sample", "variational.onnx", "-n", "7"): {"rows": 7, "seed": 0},
    }  # fmt: skip
    for words, summary in expected.items():
        done = isthmus(*words, "-o", "out.csv", "--force", "--json")
        assert json.loads(done.out) == summary, done.err
