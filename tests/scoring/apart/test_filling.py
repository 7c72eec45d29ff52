"""A column whose holes are filled keeps its type, and all that was there to the last bit."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.schema import Column
from isthmus.scoring.apart.filling import filled

NUMBER = Column(name="a", minimum=0, maximum=1)
NAMES = Column(
    name="b", kind="category", minimum=0, maximum=2, levels=("abb", "7", "true"), counts=(1, 1, 1)
)
CODES = Column(name="c", kind="category", minimum=0, maximum=1, levels=("1", "4"), counts=(1, 1))
WIDEST = f"{'9' * 28}.{'9' * 10}"
HOLE = np.array([False, True, False])

NUMBERS = {
    "text": (pa.array(["007", None, "1.50 "]), "2.5", pa.string()),
    "large text": (pa.array(["007", None, "x"], pa.large_string()), "2.5", pa.string()),
    "coded text": (pa.array(["1", None, "1"]).dictionary_encode(), "2.5", pa.string()),
    "float64": (pa.array([0.1, None, -0.0]), 2.5, pa.float64()),
    "not a number": (pa.array([0.1, np.nan, 1e300]), 2.5, pa.float64()),
    "float32": (pa.array([0.1, None, 3], pa.float32()), 2.5, pa.float32()),
    "float16": (pa.array(np.array([1, np.nan, 3], np.float16)), 2.5, pa.float16()),
    "int64": (pa.array([2**62 + 1, None, -1]), 2, pa.int64()),
    "uint8": (pa.array([255, None, 0], pa.uint8()), 2, pa.uint8()),
    "decimal": (pa.array([Decimal("1.10"), None, Decimal("9.99")]), Decimal("2.50"), None),
    "truth": (pa.array([True, None, False]), True, pa.bool_()),
}


@pytest.mark.parametrize(("came", "new", "kind"), NUMBERS.values(), ids=NUMBERS)
def test_a_hole_among_numbers_is_filled_with_one_of_their_type(came, new, kind):
    rebuilt = np.array([9.0, 2.5, 9.0])
    column = filled(came, HOLE, rebuilt, NUMBER)
    assert column.type == (kind or came.type)
    assert column[1].as_py() == new
    for place in (0, 2):
        assert column[place].as_py() == came[place].as_py()
        assert str(column[place]) == str(came[place])


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        (pa.uint8(), 0, 255),
        (pa.int64(), -(2**63), 2**63 - 1),
        (pa.decimal128(3, 2), Decimal("-9.99"), Decimal("9.99")),
        (pa.decimal128(38, 10), Decimal(f"-{WIDEST}"), Decimal(WIDEST)),
    ],
)
def test_what_is_too_large_for_a_type_becomes_its_limit(kind, low, high):
    came = pa.nulls(2, kind)
    column = filled(came, np.array([True, True]), np.array([-1e300, 1e300]), NUMBER)
    assert column[0].as_py() == low
    assert column[1].as_py() == high


def test_a_filled_number_has_the_decimal_mark_of_the_text():
    column = filled(pa.array(["1,5", None, "2"]), HOLE, np.array([0, 2.25, 0]), NUMBER, ",")
    assert column.to_pylist() == ["1,5", "2,25", "2"]


@pytest.mark.parametrize(
    ("came", "known", "place", "expected"),
    [
        (pa.array([" abb", None, "new"]), NAMES, 1, [" abb", "7", "new"]),
        (pa.array(["abb", None, "7"]).dictionary_encode(), NAMES, 2, ["abb", "true", "7"]),
        (pa.array([4, None, 9]), CODES, 0, [4, 1, 9]),
        (pa.array([4.0, None, 1.0]), CODES, 1, [4.0, 4.0, 1.0]),
        (pa.array([7, None, 8]), NAMES, 0, ["7", "abb", "8"]),
    ],
)
def test_a_hole_among_names_is_filled_with_a_level(came, known, place, expected):
    assert filled(came, HOLE, np.array([0.0, place, 0.0]), known).to_pylist() == expected


def test_a_type_that_cannot_hold_all_levels_is_text_even_where_nothing_is_missing():
    column = filled(pa.array([7, 8]), np.array([False, False]), np.zeros(2), NAMES)
    assert column.to_pylist() == ["7", "8"]


@pytest.mark.parametrize(
    ("column", "kind"), [(NUMBER, pa.float64()), (NAMES, pa.string())], ids=["numbers", "names"]
)
def test_a_column_without_any_value_gets_a_type(column, kind):
    made = filled(pa.nulls(2), np.array([True, False]), np.array([1.0, 1.0]), column)
    assert made.type == kind
    assert made.to_pylist() == [1.0 if column is NUMBER else "7", None]


@given(st.lists(st.one_of(st.none(), st.floats(width=64)), min_size=1), st.floats(-1e6, 1e6))
def test_floats_that_were_there_keep_their_bits(cells, new):
    came = pa.array(cells, pa.float64())
    missing = np.array([cell is None for cell in cells])
    column = filled(came, missing, np.full(len(cells), new), NUMBER)
    before, after = (np.array(one.to_numpy(zero_copy_only=False)) for one in (came, column))
    assert before[~missing].tobytes() == after[~missing].tobytes()
    assert (after[missing] == new).all()
