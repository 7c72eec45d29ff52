"""For every query its nearest rows, by number and id; none is dropped, and none is made up."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from example import example, example_rows

from isthmus import Scorer
from isthmus.errors import DataError, UsageError
from isthmus.options import RowOptions


@cache
def scorer() -> Scorer:
    return Scorer.load(example())


def named(rows, prefix):
    ids = [f"{prefix}{place}" for place in range(len(rows))]
    return pa.table({"id": ids, **{f"c{place}": column for place, column in enumerate(rows.T)}})


def rows_with_invalid():
    index, queries = example_rows(60), example_rows(90)[50:]
    index[4] = np.nan
    queries[[0, 17], 1] = np.inf
    return index, queries


def test_lines_are_those_of_a_slow_search():
    index, queries = rows_with_invalid()
    found = scorer().similar(named(index, "i"), named(queries, "q"), 3, columns=IDS).to_pylist()
    codes, asked = scorer().encode(index).astype(float), scorer().encode(queries).astype(float)
    expected = []
    for row, code in enumerate(asked):
        if np.isnan(code).any():
            expected.append((f"q{row}", row, None, None, None, None, "invalid"))
            continue
        far = ((codes - code) ** 2).sum(axis=1)
        order = [place for place in np.argsort(far, kind="stable") if place != 4][:3]
        expected += [
            (f"q{row}", row, rank, f"i{place}", place, far[place], "scored")
            for rank, place in enumerate(order, 1)
        ]
    names = ("query_id", "query_row", "rank", "index_id", "index_row", "distance", "status")
    assert [tuple(line[name] for name in names) for line in found] == expected
    reasons = {line["query_row"]: line["reason"] for line in found if line["reason"]}
    assert reasons == dict.fromkeys([0, 17], "column 'c1' is infinite")


IDS = RowOptions(id=("id",))


def test_batches_of_any_size_give_the_same_lines(monkeypatch):
    index, queries = rows_with_invalid()
    whole = scorer().similar(named(index, "i"), named(queries, "q"), 4, columns=IDS)
    monkeypatch.setattr("isthmus.read.parts.MOST_ROWS", 7)
    again = scorer().similar(named(index, "i"), named(queries, "q"), 4, columns=IDS)
    assert again.to_pylist() == whole.to_pylist()


def test_rows_without_ids_are_told_by_their_numbers():
    rows = example_rows(10)
    found = scorer().similar(rows, rows, 1)
    assert found.column_names == [
        "query_row", "rank", "index_row", "distance", "status", "reason"
    ]  # fmt: skip
    assert found["distance"].to_pylist() == [0.0] * 10


def test_an_index_smaller_than_what_is_asked_for_is_listed_whole():
    found = scorer().similar(example_rows(2), example_rows(3), 5)
    assert found["rank"].to_pylist() == [1, 2] * 3


def test_an_index_in_which_nothing_can_be_searched_is_refused_with_the_reason():
    for index in (np.full((3, 3), np.nan), pa.table({name: [] for name in ("c0", "c1", "c2")})):
        with pytest.raises(DataError, match="has no row that can be searched") as caught:
            scorer().similar(index, example_rows(3))
        assert ("every cell is missing" in str(caught.value)) == (len(index) == 3)


def test_queries_that_are_all_invalid_are_all_listed():
    found = scorer().similar(example_rows(5), np.full((3, 3), np.nan), 2)
    assert found["status"].to_pylist() == ["invalid"] * 3
    assert found["rank"].null_count == found["distance"].null_count == 3


def test_an_id_named_row_is_refused():
    rows = named(example_rows(3), "i").rename_columns(["row", "c0", "c1", "c2"])
    with pytest.raises(
        DataError, match="the id column 'row' has the name of a column of the neigh"
    ):
        scorer().similar(rows, rows, columns=RowOptions(id=("row",)))


def test_less_than_one_neighbour_is_refused():
    with pytest.raises(UsageError, match="k: at least 1 was expected, got 0"):
        scorer().similar(example_rows(3), example_rows(3), 0)
