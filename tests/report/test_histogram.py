"""The histogram's specification: what it counts, what it says."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from pictures import data_of

from isthmus.errors import DataError
from isthmus.report.figures import score_histogram


def corners(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The corners of all outlines."""
    return data_of(spec, spec["layer"][0])


def test_the_outlines_of_a_class_enclose_all_of_its_rows() -> None:
    generator = np.random.default_rng(0)
    scores = generator.normal(size=500)
    spec = score_histogram(scores, scores > 1.2, 1.0).to_dict()
    share = {
        kind: sum(c["share"] for c in corners(spec) if c["kind"] == kind)
        for kind in {corner["kind"] for corner in corners(spec)}
    }
    abnormal = int((scores > 1.2).sum())
    assert share == {
        f"{500 - abnormal} normal rows": pytest.approx(100),
        f"{abnormal} abnormal rows": pytest.approx(100),
    }


def test_outlines_start_and_end_at_zero_and_break_where_there_is_nothing() -> None:
    spec = score_histogram([0.0, 0.0, 10.0], None, None).to_dict()
    islands: dict[int, list[dict[str, Any]]] = {}
    for corner in corners(spec):
        islands.setdefault(corner["island"], []).append(corner)
    assert len(islands) == 2
    for outline in islands.values():
        assert outline[0]["share"] == outline[-1]["share"] == 0.0
        places = [corner["score"] for corner in outline]
        assert places == sorted(places)


def test_the_figure_says_how_many_alarms_and_what_is_not_shown() -> None:
    normal = np.append(np.linspace(-1, 1, 200), 1000.0)
    scores = np.concatenate([normal, [0.5, 3.0, np.inf, np.nan]])
    spec = score_histogram(scores, np.arange(205) >= 201, 0.99, title="Pumps").to_dict()
    assert spec["title"]["text"] == "Pumps "
    assert spec["title"]["subtitle"] == [
        "Alarms, right of the threshold: 2 of 201 normal rows, 2 of 3 abnormal rows",
        "2 rows further out, counted in the outermost bars",
        "1 row without a score, not shown",
    ]


def test_a_score_that_equals_the_threshold_is_no_alarm() -> None:
    spec = score_histogram([1.0, 2.0, 3.0], None, 2.0).to_dict()
    assert spec["title"]["subtitle"] == ["Alarms, right of the threshold: 1 of 3 rows"]
    right = [corner for corner in corners(spec) if corner["score"] >= 2.0]
    assert sum(corner["share"] for corner in right) == pytest.approx(100 / 3)


def test_the_threshold_is_a_labelled_rule_where_it_can_be_drawn() -> None:
    drawn = score_histogram([1.0, 2.0], None, 1.5).to_dict()["layer"]
    marks = [layer["mark"]["type"] for layer in drawn]
    assert marks == ["area", "rule", "text"]
    assert drawn[2]["mark"]["text"] == "threshold 1.5"
    for threshold in (None, np.inf, np.nan):
        layers = score_histogram([1.0, 2.0], None, threshold).to_dict()["layer"]
        assert [layer["mark"]["type"] for layer in layers] == ["area"]


def test_one_class_alone_is_drawn_alone() -> None:
    spec = score_histogram([1.0, 2.0], [True, True], None).to_dict()
    assert {corner["kind"] for corner in corners(spec)} == {"2 abnormal rows"}
    assert spec["layer"][0]["encoding"]["y"]["title"] == "share of the rows, %"


def test_a_hundred_thousand_scores_make_no_larger_figure() -> None:
    generator = np.random.default_rng(0)
    scores = generator.normal(size=100_000)
    spec = score_histogram(scores, scores > 2, 2.2).to_dict()
    assert len(corners(spec)) < 500
    assert len(json.dumps(spec)) < 60_000


@pytest.mark.parametrize(
    ("scores", "is_abnormal", "problem"),
    [
        ([np.nan, np.inf], None, "scores: none of 2 is finite, there is nothing to draw"),
        ([], None, "scores: none of 0 is finite, there is nothing to draw"),
        ([[1.0]], None, r"scores: shape \(N,\) was expected, \(1, 1\) came"),
        ([1.0], [True, False], r"is_abnormal: True and False of shape \(1,\), as the scores"),
        ([1.0], [1], "is_abnormal: True and False .* int64 of shape"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    scores: list[float], is_abnormal: list[bool] | None, problem: str
) -> None:
    with pytest.raises(DataError, match=problem):
        score_histogram(scores, is_abnormal, 1.0)
