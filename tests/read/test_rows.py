"""Rows: what is refused when learning, what is marked when scoring, and steady ids."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from isthmus.errors import SchemaError, UnreadableDataError
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import open_source, read_rows, stream_rows
from isthmus.schema import Column, Schema

NAN = np.nan


def known(*names: str) -> Schema:
    return Schema(
        kind="table", columns=tuple(Column(name=name, minimum=0, maximum=1) for name in names)
    )


def test_learning_names_every_text_column_and_every_mixed_one_at_once() -> None:
    data = {
        "color": [None, "red", "blue"],
        "x": ["1", "2", "abc"],
        "fine": [1.0, 2.0, None],
        "when": pa.array([None, 86400, None], pa.timestamp("s")),
    }
    with pytest.raises(SchemaError) as caught:
        read_rows(open_source(data), RowOptions())
    assert caught.value.problems == (
        "dict: column 'color' is text that hardly repeats: 2 different values in 2 cells, such as "
        "'red' in row 1",
        "dict: column 'x' is mixed: 'abc' in row 2 is not a number, 2 of 3 cells are",
        "dict: column 'when' is dates or times, such as 1970-01-02 00:00:00 in row 1",
    )
    assert "--drop" in caught.value.advice
    assert "--id" in caught.value.advice


def test_learning_counts_rows_across_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.read.records.BLOCK", 32)
    text = "x,y\n" + "1,2\n" * 100 + "oops,2\n" + "1,2\n" * 5
    with pytest.raises(SchemaError, match="column 'x' is mixed: 'oops' in row 100 is not"):
        read_rows(open_source(io.BytesIO(text.encode())), RowOptions())


def test_many_text_columns_are_counted() -> None:
    with pytest.raises(SchemaError) as caught:
        read_rows(open_source({f"t{place}": ["a"] for place in range(25)}), RowOptions())
    assert len(caught.value.problems) == 21
    assert caught.value.problems[-1] == "dict: and 5 more such columns"


def test_scoring_marks_the_rows_that_have_such_cells_and_says_why() -> None:
    data = {"a": ["1", "x", "3"], "b": [None, "y", "z" * 99], "c": ["1", "2", ""]}
    rows = read_rows(open_source(data), RowOptions(), known("a", "b", "c"))
    np.testing.assert_array_equal(rows.values, [[1, NAN, 1], [NAN, NAN, 2], [3, NAN, NAN]])
    assert rows.unusable == {
        1: "column 'a': 'x' is not a number; column 'b': 'y' is not a number",
        2: f"column 'b': '{'z' * 59}... is not a number",
    }


def test_a_reason_names_a_few_cells_and_counts_the_others() -> None:
    data = {f"v{place}": ["x"] for place in range(9)}
    rows = read_rows(open_source(data), RowOptions(), known(*data))
    assert rows.unusable[0].count("is not a number") == 3
    assert rows.unusable[0].endswith("; and 6 more")


def test_marks_are_counted_from_the_first_row_of_the_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("isthmus.read.parts.MOST_ROWS", 2)
    source = open_source({"x": ["1", "2", "3", "bad", "5"]})
    parts = list(stream_rows(source, RowOptions(), known("x")))
    assert [(part.first, list(part.unusable)) for part in parts] == [(0, []), (2, [1]), (4, [])]
    assert list(read_rows(source, RowOptions(), known("x")).unusable) == [3]


def test_wide_rows_come_in_small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.read.parts.CELLS", 1000)
    schema = known(*(f"v{i}" for i in range(100)))
    for data in (np.zeros((50, 100)), {f"v{i}": np.zeros(50) for i in range(100)}):
        parts = list(stream_rows(open_source(data), RowOptions(), schema))
        assert [len(part.values) for part in parts] == [10] * 5


def jsonl(*lines: str) -> Any:
    return open_source(io.BytesIO("\n".join(lines).encode()), ReadOptions(format="jsonl"))


def test_ids_keep_the_type_of_the_first_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.read.records.BLOCK", 30)
    lines = [f'{{"id": {cell}, "x": 1}}' for cell in ("null", "7", '"a"', "null")]
    rows = read_rows(jsonl(*lines), RowOptions(id=("id",)))
    assert rows.ids["id"].to_pylist() == [None, "7", "a", None]
    with pytest.raises(
        UnreadableDataError,
        match="from row 1 on the ids are 'id' string, before they were 'id' int64",
    ):
        read_rows(jsonl(*lines[1:]), RowOptions(id=("id",)))


def test_labels_of_several_types_become_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.read.records.BLOCK", 30)
    lines = [f'{{"y": {cell}, "x": 1}}' for cell in ("1", '"odd"', "2.5")]
    rows = read_rows(jsonl(*lines), RowOptions(label="y", normal=(1,)))
    assert rows.labels is not None
    assert rows.labels.to_pylist() == ["1", "odd", "2.5"]


def test_rows_without_ids_still_have_a_table_of_their_length() -> None:
    for data in (np.zeros((40_000, 1)), {"x": np.zeros(40_000)}, io.BytesIO(b"1\n" * 40_000)):
        source = open_source(data)
        parts = list(stream_rows(source, RowOptions(), known("x")))
        assert all(part.ids.num_rows == len(part.values) for part in parts)
        assert read_rows(source, RowOptions()).ids.num_rows == 40_000
