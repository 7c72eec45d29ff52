"""Rows as they should not be: huge, empty, few, all alike. There is a page of each."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from beats import model_of, normal_beats, quick_beats_model
from made_pages import gathered_from

from isthmus.report.page import report
from isthmus.scoring.scorer import Scorer

TABLE = np.random.default_rng(0).normal(size=(80, 3))


@pytest.fixture(scope="module")
def table():
    return Scorer.load(model_of(TABLE, "table", max_steps=20))


def page_of(scorer, rows, **more):
    text = report(gathered_from(scorer, rows, **more)).decode()
    assert "NaN" not in text[: text.index("<script>")]
    return text


def test_numbers_beyond_all_bounds(table):
    rows = TABLE[:20].copy()
    rows[3] = 1e200
    rows[4, 1] = -1e30
    rows[5, 2] = np.nan
    text = page_of(table, rows)
    assert "Row 3" in text


def test_a_signal_beyond_all_bounds():
    rows = normal_beats(20).copy()
    rows[2] = 3e38
    rows[3, 40:60] = np.nan
    rows[4, 5] = -1e30
    page_of(Scorer.load(quick_beats_model()), rows)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_hardly_any_row(table, count):
    text = page_of(table, TABLE[:count])
    assert f"among {count} row" in text


def test_rows_that_are_all_alike(table):
    text = page_of(table, np.repeat(TABLE[:1], 30, axis=0))
    assert "29 rows repeat an earlier one" in text


def test_no_row_that_can_be_scored(table):
    text = page_of(table, np.full((4, 3), np.nan))
    assert "4 rows could not be scored" in text


def test_of_many_rows_that_cannot_be_scored_the_first_are_told_and_the_rest_counted(table):
    rows = np.concatenate([TABLE, np.full((70, 3), np.nan)])
    assert "The first 50 of 70." in page_of(table, rows)


def test_ids_whose_names_look_alike_once_cleaned_are_both_shown(table):
    ids = {"a\u202eb": ["first"] * 20, "a\u202db": ["second"] * 20}
    rows = pa.table({**ids, **{f"c{n}": TABLE[:20, n] for n in range(3)}})
    text = page_of(table, rows, id=tuple(ids))
    assert text.count("<bdi>first</bdi>") == text.count("<bdi>second</bdi>") == 20


def test_labels_of_one_kind_alone(table):
    rows = pa.table({**{f"c{n}": TABLE[:30, n] for n in range(3)}, "y": ["fine"] * 30})
    text = page_of(table, rows, label="y", normal=("fine",))
    assert "Against the labels" in text
    assert "ROC curve" not in text


def test_a_model_file_that_keeps_no_quantiles_is_said_to(table, monkeypatch):
    columns = tuple(one.model_copy(update={"quantiles": ()}) for one in table.schema.columns)
    monkeypatch.setattr(table, "schema", table.schema.model_copy(update={"columns": columns}))
    assert "only their holes are compared" in page_of(table, TABLE[:20])


def test_more_rows_than_points(table):
    rows = np.random.default_rng(1).normal(size=(7001, 3))
    text = page_of(table, rows)
    assert "of 7001 rows each point is the strangest of its stretch" in text
