"""What each column is for, by the user's word and the detector's memory."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from isthmus.errors import SchemaError, UsageError
from isthmus.options import RowOptions
from isthmus.read import Source, open_source, read_rows
from isthmus.read.roles import roles_of
from isthmus.schema import Column, Schema


def source(*names: str) -> Source:
    return open_source({name: [float(place)] for place, name in enumerate(names)})


def schema(*names: str, named: bool = True, **set_aside: Any) -> Schema:
    columns = tuple(Column(name=name, minimum=0, maximum=1) for name in names)
    return Schema(kind="table", columns=columns, named=named, set_aside=set_aside)


@pytest.mark.parametrize(
    ("wanted", "column"),
    [("b", "b"), (1, "b"), ("1", "b"), (-1, "c"), ("-1", "c"), (0, "a"), ("-3", "a")],
)
def test_a_column_is_addressed_by_name_or_by_number(wanted: str | int, column: str) -> None:
    roles = roles_of(source("a", "b", "c"), RowOptions(drop=(wanted,)))
    assert roles.set_aside == {column: "drop"}


@pytest.mark.parametrize("wanted", ["0", 0])
def test_a_name_wins_over_a_number(wanted: str | int) -> None:
    roles = roles_of(source("2", "1", "0"), RowOptions(drop=(wanted,)))
    assert roles.set_aside == {"0": "drop"}


def test_a_column_may_be_dropped_twice_over() -> None:
    assert roles_of(source("a", "b"), RowOptions(drop=("a", 0, -2))).features == (1,)


def test_all_columns_that_do_not_exist_are_named_at_once() -> None:
    options = RowOptions(label="targt", normal=(1,), id=(7,), drop=("zzz",))
    with pytest.raises(SchemaError) as caught:
        roles_of(source("target", "x"), options)
    assert caught.value.problems == (
        "dict: --label: there is no column 'targt' (is it 'target'?)",
        "dict: --id: there is no column 7",
        "dict: --drop: there is no column 'zzz'",
    )
    assert caught.value.advice == "It has: target, x."


def test_one_column_cannot_have_two_roles() -> None:
    with pytest.raises(UsageError, match="'a' is given as --label and as --drop"):
        roles_of(source("a", "b"), RowOptions(label="a", normal=(1,), drop=(0,)))


def test_some_column_must_be_left_to_learn_from() -> None:
    with pytest.raises(SchemaError, match="no column is left to learn from"):
        roles_of(source("a"), RowOptions(drop=("a",)))


def test_what_the_detector_set_aside_is_set_aside_again_where_it_comes() -> None:
    known = schema("x", y="label", who="id", note="drop", gone="drop")
    rows = read_rows(source("who", "y", "x", "note"), RowOptions(), known)
    assert rows.set_aside == {"who": "id", "y": "label", "note": "drop"}
    assert rows.ids.column_names == ["who"]
    assert rows.labels is not None
    assert rows.labels.to_pylist() == [1]
    assert rows.values.tolist() == [[2]]


def test_the_users_word_wins_over_the_detectors_memory() -> None:
    known = schema("x", y="label", who="id")
    options = RowOptions(label="z", normal=(1,), drop=("who",))
    rows = read_rows(source("who", "y", "x", "z"), options, known)
    assert rows.set_aside == {"z": "label", "who": "drop", "y": "drop"}
    assert rows.labels is not None
    assert rows.labels.to_pylist() == [3]


def test_without_names_columns_are_set_aside_again_where_the_width_is_that_of_training() -> None:
    known = schema("c0", "c1", named=False, c2="label")
    same = roles_of(open_source(np.zeros((2, 3))), RowOptions(), known)
    assert same.features == (0, 1)
    assert same.set_aside == {"c2": "label"}
    assert "column c2 is set aside (label), as in training" in same.decisions[0]
    features_alone = roles_of(open_source(np.zeros((2, 2))), RowOptions(), known)
    assert features_alone.features == (0, 1)
    assert features_alone.set_aside == {}
    with pytest.raises(SchemaError, match="4 columns came, the detector was trained on 2"):
        roles_of(open_source(np.zeros((2, 4))), RowOptions(), known)
    labelled = RowOptions(label=-1, normal=(0,))
    assert read_rows(open_source(np.zeros((1, 3))), labelled, known).values.shape == (1, 2)


def test_a_feature_of_the_detector_cannot_be_set_aside() -> None:
    with pytest.raises(SchemaError, match="column 'x' is given as --id, but the detector needs it"):
        roles_of(source("x", "y"), RowOptions(id=("x",)), schema("x", "y"))


def test_missing_and_extra_columns_are_named_with_the_source() -> None:
    with pytest.raises(SchemaError) as caught:
        roles_of(source("xx", "y"), RowOptions(), schema("x", "y"))
    assert caught.value.problems == (
        "dict: column 'x' is missing (is it 'xx'?)",
        "dict: column 'xx' is not one the detector knows",
    )
