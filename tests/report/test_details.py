"""Cells of a kept row: where observed and expected lie among those of training."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.report.details import OUTSIDE, details
from isthmus.schema import Column
from isthmus.scoring.explain.explanation import Cell


def level_column(counts, names=None):
    names = names or tuple(f"v{place}" for place in range(len(counts)))
    return Column(
        name="service", kind="category", minimum=0, maximum=len(counts) - 1, levels=tuple(names),
        counts=tuple(counts),
    )  # fmt: skip


def cell_of(column, observed, expected, finding="level"):
    told = SimpleNamespace(
        anomaly_score=1.0,
        p_value=0.01,
        sentence="row 0: is odd",
        ids={},
        cells=[Cell("service", 0, observed, expected, None, 1.0, 2.0, 0.5, 0.01, finding)],
    )
    gathered = SimpleNamespace(
        scorer=SimpleNamespace(schema=SimpleNamespace(kind="table", columns=[column])),
        kept=[SimpleNamespace(row=0, told=told)],
    )
    return details(gathered)[0]["cells"][0]


def said(cell):
    return "; ".join(cell["t"])


def test_levels_lie_side_by_side_from_the_commonest_each_as_wide_as_its_share():
    column = level_column((20, 70, 10), ("ftp", "http", "smtp"))
    shown = cell_of(column, "smtp", "http")
    assert said(shown) == "'smtp' (10 %), expected 'http' (70 %); 50 % of the error"
    assert (shown["lo"], shown["hi"], shown["e"]) == (0.0, 0.7, 0.35)
    assert shown["o"] == pytest.approx(0.95)


def test_a_level_that_training_never_had_lies_beyond_the_rarest():
    shown = cell_of(level_column((20, 80), ("ftp", "http")), "gopher", "http", "unseen")
    assert shown["o"] == 1 + OUTSIDE
    assert said(shown) == "'gopher', expected 'http' (80 %); 50 % of the error"


def test_what_is_as_expected_is_said_once():
    shown = cell_of(level_column((20, 80), ("ftp", "http")), "http", "http")
    assert said(shown) == "'http' (80 %) as expected; 50 % of the error"
    assert shown["o"] == shown["e"] == 0.4


def test_a_missing_category_has_no_place():
    shown = cell_of(level_column((20, 80), ("ftp", "http")), None, "http", "never missing")
    assert "o" not in shown
    assert said(shown).startswith("missing, expected 'http' (80 %)")


def test_a_model_file_that_did_not_count_levels_has_no_places():
    column = Column(name="a", kind="category", minimum=0, maximum=1, levels=("x", "y"))
    shown = cell_of(column, "x", "y")
    assert set(shown) == {"n", "t"}
    assert said(shown) == "'x', expected 'y'; 50 % of the error"


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=40), st.data())
def test_every_level_has_its_place_on_the_line(counts, data):
    column = level_column(counts)
    observed, expected = (data.draw(st.sampled_from(column.levels)) for _ in range(2))
    shown = cell_of(column, observed, expected)
    assert 0 <= shown["lo"] <= shown["e"] <= shown["hi"] <= 1
    assert 0 <= shown["o"] <= 1
    assert shown["hi"] - shown["lo"] == pytest.approx(
        counts[column.levels.index(expected)] / sum(counts), abs=2e-4
    )
