"""Columns whose type can never be what a detector knows are refused together, before any row."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from isthmus.errors import SchemaError
from isthmus.options import RowOptions
from isthmus.read import open_source, stream_rows
from isthmus.read.fits import misfit
from isthmus.schema import Column, Schema

NUMBERS = Column(name="c", minimum=0, maximum=1)


def category(*levels: str) -> Column:
    return Column(name="c", kind="category", minimum=0, maximum=1, levels=levels)


COLORS, CODES, TRUTHS = category("blue", "red"), category("1", "x"), category("false", "true")


@pytest.mark.parametrize(
    ("column", "kind", "came"),
    [
        (NUMBERS, pa.timestamp("s"), "is dates or times, numbers were"),
        (COLORS, pa.date32(), "is dates or times, a category ('blue', 'red') was"),
        (COLORS, pa.dictionary(pa.int8(), pa.date32()), "is dates or times, a category"),
        (NUMBERS, pa.list_(pa.int8()), "holds lists or structures, numbers were"),
        (COLORS, pa.struct({"a": pa.int8()}), "holds lists or structures, a category"),
        (NUMBERS, pa.binary(), "is of type binary, numbers were"),
        (COLORS, pa.int64(), "holds numbers, a category ('blue', 'red') was"),
        (COLORS, pa.float32(), "holds numbers"),
        (COLORS, pa.decimal128(5), "holds numbers"),
        (COLORS, pa.dictionary(pa.int8(), pa.int64()), "holds numbers"),
        (COLORS, pa.bool_(), "holds truth values, a category"),
        (TRUTHS, pa.int64(), "holds numbers, a category ('false', 'true') was"),
        (category("007", "1e5"), pa.int64(), "holds numbers"),
        (category(*"abcd"), pa.int64(), "holds numbers, a category ('a', 'b', 'c', ...) was"),
        (NUMBERS, pa.bool_(), None),
        (NUMBERS, pa.string(), None),
        (NUMBERS, pa.dictionary(pa.int8(), pa.string()), None),
        (NUMBERS, pa.null(), None),
        (NUMBERS, pa.decimal128(5), None),
        (NUMBERS, None, None),
        (COLORS, pa.string(), None),
        (COLORS, pa.large_string(), None),
        (COLORS, pa.null(), None),
        (COLORS, None, None),
        (CODES, pa.int64(), None),
        (CODES, pa.float64(), None),
        (TRUTHS, pa.bool_(), None),
        (TRUTHS, pa.string(), None),
    ],
)
def test_a_type_that_never_fits_is_named_with_what_was_expected(
    column: Column, kind: pa.DataType | None, came: str | None
) -> None:
    said = misfit(column, kind)
    if came is None:
        assert said is None
    else:
        assert said is not None
        assert said.startswith(f"column 'c' {came}")
        assert said.endswith(" expected")


def test_a_long_level_is_cut_in_the_message() -> None:
    said = misfit(category("x" * 3_000_000, "y"), pa.int64())
    assert said == f"column 'c' holds numbers, a category ('{'x' * 59}..., 'y') was expected"


def schema(*columns: Column, named: bool = True) -> Schema:
    return Schema(kind="table", columns=columns, named=named)


def test_all_that_is_wrong_with_the_columns_is_one_message_before_any_row_is_read() -> None:
    table = pa.table(
        [[1.0], [2.0], [3.0], ["x"], [datetime.date(2020, 1, 1)], [4.0]],
        names=["Type", "torque", "twice", "twice", "Speed", "extra"],
    )
    knows = schema(
        COLORS.model_copy(update={"name": "Type"}),
        *(NUMBERS.model_copy(update={"name": n}) for n in ("Torque", "twice", "Speed", "Wear")),
    )
    with pytest.raises(SchemaError) as caught:
        stream_rows(open_source(table), RowOptions(), knows)
    assert caught.value.problems == (
        "Table: column 'twice' stands 2 times",
        "Table: column 'Torque' is missing (is it 'torque'?)",
        "Table: column 'Wear' is missing",
        "Table: column 'torque' is not one the detector knows",
        "Table: column 'extra' is not one the detector knows",
        "Table: column 'Type' holds numbers, a category ('blue', 'red') was expected",
        "Table: column 'Speed' is dates or times, numbers were expected",
    )
    assert caught.value.advice == "The detector was trained on: Type, Torque, twice, Speed, Wear."


@pytest.mark.parametrize("data", [np.ones((2, 2)), np.ones((2, 2), int), np.ones((2, 2), bool)])
def test_an_array_of_numbers_cannot_hold_a_category_of_words(data: Any) -> None:
    with pytest.raises(SchemaError, match=r"array: column 'c' holds .*, a category") as caught:
        stream_rows(open_source(data), RowOptions(), schema(COLORS, NUMBERS))
    assert len(caught.value.problems) == 1
    assert caught.value.advice == "Columns without names are taken by their places."
    stream_rows(open_source(np.ones((2, 2))), RowOptions(), schema(CODES, NUMBERS))


def test_a_name_that_stands_twice_is_refused_also_where_it_is_set_aside_or_goes_by_place() -> None:
    twice = pa.table([[1.0], [2.0], [3.0]], names=["a", "b", "a"])
    for options, knows in (
        (RowOptions(drop=("a",)), schema(NUMBERS.model_copy(update={"name": "b"}))),
        (RowOptions(), schema(NUMBERS, NUMBERS, NUMBERS, named=False)),
    ):
        with pytest.raises(SchemaError, match="Table: column 'a' stands 2 times"):
            stream_rows(open_source(twice), options, knows)
