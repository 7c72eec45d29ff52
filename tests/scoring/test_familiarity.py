"""Whole columns that are foreign are told apart from rows that are strange."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import category, number, rows_of, scorer

from isthmus.errors import DataError, DetectorWarning
from isthmus.options import RowOptions
from isthmus.schema import UNSEEN, Schema
from isthmus.scoring.familiarity import Familiarity
from isthmus.scoring.recalibrate import recalibrate

NAN = np.nan
COLUMNS = [
    category("Type", "H", "L", "M"),
    number("torque"),
    number("age", missing=0.1),
]
DETECTOR = scorer(COLUMNS, [0.0, 40.0, 40.0])
OTHER_LETTERS = "column 'Type': 4 of 4 values are none of the 3 levels that training had, such as "
MISSING = "column 'torque' is missing in all 4 rows, which it never was in training"


def said_of(values, types=None, unusable=(), columns=COLUMNS):
    familiarity = Familiarity(Schema(kind="table", columns=tuple(columns)))
    texts = {} if types is None else {"Type": pa.array(types)}
    familiarity.add_cells(np.array(values, np.float64), texts, unusable)
    return familiarity.warnings


def frame(types, torque=40.0):
    return pd.DataFrame({"Type": types, "torque": torque, "age": 40.0})


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("m", "'m' (is it 'M'?)"),
        ("zebra", "'zebra'"),
        ("M" * 70, f"'{'M' * 59}..."),
    ],
)
def test_names_that_most_rows_have_and_training_had_not_are_said(name, meant):
    assert said_of([[UNSEEN, 1, 1]] * 4, [name] * 4) == (OTHER_LETTERS + meant,)


def test_other_letters_come_before_a_likeness():
    columns = [category("Type", "privat", "Private"), *COLUMNS[1:]]
    (said,) = said_of([[UNSEEN, 1, 1]] * 4, ["private"] * 4, columns=columns)
    assert said.endswith("such as 'private' (is it 'Private'?)")
    (said,) = said_of([[UNSEEN, 1, 1]] * 4, ["Privte"] * 4, columns=columns)
    assert said.endswith("such as 'Privte' (is it 'Private'?)")


def test_a_long_level_is_cut_and_costs_no_time():
    columns = [category("Type", "X" * 3_000_000), *COLUMNS[1:]]
    (said,) = said_of([[UNSEEN, 1, 1]] * 4, ["x"] * 4, columns=columns)
    assert said.endswith("none of the 1 level that training had, such as 'x'")
    (said,) = said_of([[UNSEEN, 1, 1]] * 4, ["x" * 3_000_000] * 4, columns=columns)
    assert len(said) < 200


@pytest.mark.parametrize(
    ("types", "said"),
    [
        ([0, UNSEEN], False),
        ([UNSEEN], False),
        ([UNSEEN, NAN], False),
        ([UNSEEN, UNSEEN, 0, 1], False),
        ([UNSEEN, UNSEEN, 0, NAN], True),
        ([UNSEEN, UNSEEN], True),
    ],
)
def test_more_than_half_of_at_least_two_values_is_much(types, said):
    assert bool(said_of([[place, 1, 1] for place in types])) is said


def test_a_column_that_is_missing_throughout_and_never_was_is_said():
    assert said_of([[0, NAN, NAN]] * 4) == (MISSING,)
    assert said_of([[0, NAN, 1]]) == ()
    assert said_of([*[[0, NAN, 1]] * 4, [0, 1, 1]]) == ()
    assert said_of([[NAN, 1, 1]] * 4) == (MISSING.replace("torque", "Type"),)


def test_rows_that_cannot_be_scored_have_reasons_of_their_own():
    assert said_of([[NAN, NAN, NAN]] * 4) == ()
    assert said_of([[0, NAN, 1]] * 4, unusable=range(4)) == ()
    assert said_of([[0, NAN, 1]] * 6, unusable=(0, 5)) == (
        MISSING.replace("4 rows", "4 rows that can be scored"),
    )


def test_of_many_columns_the_first_are_named_and_the_others_counted():
    columns = [number(f"c{place}") for place in range(8)] + [number("rest")]
    said = said_of([[NAN] * 8 + [1]] * 4, columns=columns)
    assert len(said) == 6
    assert said[-1] == "3 more columns are as foreign"
    assert said_of([[NAN] * 6 + [1] * 3] * 4, columns=columns)[-1] == "1 more column is as foreign"


@given(st.lists(st.tuples(st.sampled_from([UNSEEN, NAN, 0, 2]), st.sampled_from([NAN, 1]))))
def test_batches_say_what_the_whole_says(cells):
    rows = rows_of(COLUMNS, np.array([[*row, 1] for row in cells]).reshape(-1, 3))
    whole, parts = Familiarity(DETECTOR.schema), Familiarity(DETECTOR.schema)
    whole.add(rows)
    for first in range(0, len(cells), 3):
        parts.add(rows_of(COLUMNS, rows.values[first : first + 3]))
    assert parts.warnings == whole.warnings


def test_the_scorer_warns_whoever_calls_it_once():
    options = {"alpha": None}, {"fdr": 0.5}
    for ask in options:
        for call in (DETECTOR.score, DETECTOR.explain):
            with pytest.warns(DetectorWarning) as caught:
                call(frame(["m"] * 4), **ask)
            assert [str(one.message) for one in caught] == [OTHER_LETTERS + "'m' (is it 'M'?)"]
            assert caught[0].filename == __file__
    with pytest.warns(DetectorWarning, match="'torque' is missing in all 4 rows"):
        DETECTOR.score(frame(["M"] * 4, torque=NAN))


def test_familiar_rows_are_scored_without_a_word():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        DETECTOR.score(frame(["M", "L", "x", None]))
        DETECTOR.explain(frame(["M", "L", "x", None]), rows=[2])
        DETECTOR.score(frame(["M"]), columns=RowOptions())


def test_foreign_rows_never_become_what_is_usual():
    random = np.random.default_rng(0)
    values = np.column_stack([np.full(40, UNSEEN), random.uniform(0, 80, (40, 2))])
    with pytest.raises(DataError) as caught:
        recalibrate(DETECTOR, values, texts={"Type": pa.array(["m"] * 40)}, source="new.csv")
    assert caught.value.problems == (
        "new.csv: column 'Type': 40 of 40 values are none of the 3 levels that training had, such "
        "as 'm' (is it 'M'?)",
    )
    assert "Correct the file, or, if the world has changed, fit a new detector" in str(caught.value)
    values[:, 0] = 0
    values[:, 1] = NAN
    with pytest.raises(DataError, match="'torque' is missing in all 40 rows"):
        recalibrate(DETECTOR, values)
    values[:, 1] = 40
    assert recalibrate(DETECTOR, values)
