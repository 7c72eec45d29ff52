"""Labels: equal as numbers where both are, otherwise as exact text."""

from __future__ import annotations

import decimal
from typing import Any

import pyarrow as pa
import pytest

from isthmus.errors import DataError
from isthmus.read import normal_rows

ONES: list[Any] = ["1", "1.0", 1, 1.0, True, " 1 ", "1e0", "true"]


@pytest.mark.parametrize("one", ONES)
@pytest.mark.parametrize(
    "labels",
    [
        pa.array(["1", "0"]),
        pa.array(["1.0", "0"]),
        pa.array([1, 0]),
        pa.array([1.0, 0.0]),
        pa.array([1, 0], pa.uint8()),
        pa.array([True, False]),
        pa.array(["True", "False"]),
        pa.array([decimal.Decimal("1.00"), decimal.Decimal("0.00")]),
        pa.array(["1", "0"]).dictionary_encode(),
        pa.chunked_array([[1], [0]]),
    ],
    ids=lambda labels: str(labels.type),
)
def test_labels_that_are_numbers_are_equal_as_numbers(labels: Any, one: Any) -> None:
    normal, unlabelled = normal_rows(labels, (one,))
    assert normal.tolist() == [True, False]
    assert unlabelled.tolist() == [False, False]


def test_labels_that_are_texts_are_equal_as_exact_texts() -> None:
    labels = pa.array(["normal", "Normal", " normal", "back", None])
    assert normal_rows(labels, ("normal",))[0].tolist() == [True, False, False, False, False]
    assert normal_rows(labels, ("normal", "back"))[0].tolist() == [True, False, False, True, False]


def test_whole_numbers_beyond_double_precision_stay_apart() -> None:
    labels = pa.array([2**53, 2**53 + 1])
    assert normal_rows(labels, (str(2**53 + 1),))[0].tolist() == [False, True]


def test_a_row_without_a_label_is_neither() -> None:
    labels = pa.array(["1", None, "", "NA", "nan", "0"])
    normal, unlabelled = normal_rows(labels, (1,))
    assert normal.tolist() == [True, False, False, False, False, False]
    assert unlabelled.tolist() == [False, True, True, True, True, False]
    assert normal_rows(pa.array([1.0, float("nan")]), (1,))[1].tolist() == [False, True]


def test_a_word_for_nothing_is_a_label_where_it_is_named() -> None:
    normal, unlabelled = normal_rows(pa.array(["NA", "FR", "?"]), ("NA",))
    assert normal.tolist() == [True, False, False]
    assert unlabelled.tolist() == [False, False, True]


def test_labels_that_no_row_has_are_refused_with_those_that_exist() -> None:
    labels = pa.array(["0", "0", "2", None])
    with pytest.raises(DataError) as caught:
        normal_rows(labels, ("1", "x", "0"))
    assert caught.value.problems == ("no row has the label '1'", "no row has the label 'x'")
    assert caught.value.advice == "The labels are: '0' (2 rows), '2' (1 row), None (1 row)."


def test_of_many_labels_the_commonest_are_listed() -> None:
    labels = pa.array([*map(str, range(100)), "7"])
    with pytest.raises(DataError, match=r"The labels are: '7' \(2 rows\), '0' .*, \.\.\.\.$"):
        normal_rows(labels, ("x",))


def test_nested_labels_are_refused() -> None:
    with pytest.raises(DataError, match="labels are of type list"):
        normal_rows(pa.array([[1], [2]]), (1,))
