"""The threshold that labels would choose, against trying every one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from isthmus.errors import DataError
from isthmus.evaluation import best_f1_threshold, evaluate

SCORES = st.one_of(
    st.sampled_from([-2.0, 0.0, 0.5, 1.0, math.inf, math.nan]), st.floats(-50, 50, width=32)
)
ROWS = st.lists(st.tuples(SCORES, st.booleans()), min_size=2, max_size=40).filter(
    lambda rows: len({abnormal for score, abnormal in rows if score == score}) == 2
)
Rows = list[tuple[float, bool]]


def slow_f1(rows: Rows, threshold: float) -> float:
    right = sum(abnormal for score, abnormal in rows if score > threshold)
    alarms = sum(score > threshold for score, _ in rows)
    present = sum(abnormal for score, abnormal in rows if score == score)
    return 2 * right / (alarms + present)


@pytest.mark.parametrize("precision", [np.float32, np.float64])
@given(rows=ROWS)
def test_no_threshold_is_better_and_no_higher_one_as_good(rows: Rows, precision: type) -> None:
    scores = np.array([score for score, _ in rows], precision)
    best = best_f1_threshold(scores, [abnormal for _, abnormal in rows])
    assert math.isfinite(best.threshold)
    assert best.f1 == pytest.approx(slow_f1(rows, best.threshold))
    for threshold in [-math.inf, *(score for score, _ in rows if math.isfinite(score))]:
        assert slow_f1(rows, threshold) <= best.f1
        assert slow_f1(rows, threshold) < best.f1 or threshold <= best.threshold


@given(ROWS)
def test_the_best_f1_is_that_of_the_precision_recall_curve(rows: Rows) -> None:
    rows = [(score, abnormal) for score, abnormal in rows if math.isfinite(score)]
    if len({abnormal for _, abnormal in rows}) < 2:
        return
    scores, abnormal = zip(*rows, strict=True)
    precision, recall, _ = metrics.precision_recall_curve(abnormal, scores)
    with np.errstate(invalid="ignore"):
        f1 = np.nan_to_num(2 * precision * recall / (precision + recall))
    assert best_f1_threshold(scores, abnormal).f1 == pytest.approx(f1.max())


def test_the_threshold_gives_the_promised_f1_to_float32_scores() -> None:
    generator = np.random.default_rng(1)
    abnormal = generator.random(500) < 0.3
    scores = np.round(generator.normal(abnormal, 0.7), 1).astype(np.float32)
    best = best_f1_threshold(scores, abnormal)
    result = evaluate(scores, scores > best.threshold, abnormal, alpha=None)
    assert result.abnormal_positive.f1 == pytest.approx(best.f1)


def test_when_all_rows_are_best_taken_as_alarms_they_all_are() -> None:
    scores = np.array([3.0, 3.0, 3.0], np.float32)
    best = best_f1_threshold(scores, [True, True, False])
    assert (scores > best.threshold).all()
    assert best.f1 == 0.8


def test_it_says_that_labels_were_used() -> None:
    best = best_f1_threshold([1.0, 2.0], [False, True])
    assert (best.threshold, best.f1) == (1.0, 1.0)
    assert best.remark == (
        "Chosen with the labels of the same rows: its figures are optimistic, and no false-alarm "
        "rate is promised."
    )


@pytest.mark.parametrize(
    ("scores", "abnormal", "problem"),
    [
        ([1.0, 2.0], [False, False], "no abnormal row has a score, at least one was expected"),
        ([1.0, 2.0], [True, True], "no normal row has a score, at least one was expected"),
        ([1.0, math.nan], [True, False], "no normal row has a score, at least one was expected"),
    ],
)
def test_one_class_cannot_choose(scores: list[float], abnormal: list[bool], problem: str) -> None:
    with pytest.raises(DataError) as caught:
        best_f1_threshold(scores, abnormal)
    assert str(caught.value) == (f"{problem}\nChoose a threshold without labels: give an alpha.")


def test_infinite_scores_alone_cannot_be_told_apart() -> None:
    with pytest.raises(DataError, match="every score is infinite"):
        best_f1_threshold([-math.inf, math.inf], [False, True])
