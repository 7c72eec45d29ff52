"""Every figure against plain loops and scikit-learn; classes that are missing; invalid rows."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn import metrics

from isthmus.datasets import load_ecg5000
from isthmus.errors import DataError, UsageError
from isthmus.evaluation import ClassFigures, Evaluation, evaluate

# Few distinct scores, so that ties are the rule.
SCORES = st.one_of(
    st.sampled_from([-1.5, 0.0, 0.25, 2.0, 7.0, math.inf]), st.floats(-100, 100), st.just(math.nan)
)
ROWS = st.lists(st.tuples(SCORES, st.booleans(), st.booleans()), min_size=1, max_size=40)
Row = tuple[float, bool, bool]


def evaluated(rows: list[Row], alpha: float | None = 0.1) -> Evaluation:
    scores, alarms, abnormal = (np.array(column) for column in zip(*rows, strict=True))
    return evaluate(scores, alarms, abnormal, alpha=alpha)


def slow_roc_auc(rows: list[Row]) -> float:
    won, pairs = 0.0, 0
    for above, _, abnormal in rows:
        for below, _, also_abnormal in rows:
            if abnormal and not also_abnormal:
                pairs += 1
                won += 1.0 if above > below else 0.5 if above == below else 0.0
    return won / pairs


def slow_average_precision(rows: list[Row]) -> float:
    total, reached = 0.0, 0.0
    present = sum(abnormal for _, _, abnormal in rows)
    for threshold in sorted({score for score, _, _ in rows}, reverse=True):
        taken = [abnormal for score, _, abnormal in rows if score >= threshold]
        recall = sum(taken) / present
        total += (recall - reached) * sum(taken) / len(taken)
        reached = recall
    return total


def slow_counts(rows: list[Row]) -> dict[str, int]:
    states, kinds = ("invalid", "alarms_among", "quiet_among"), ("normal", "abnormal")
    counts = {f"{state}_{kind}": 0 for state in states for kind in kinds}
    for score, alarm, abnormal in rows:
        kind = "abnormal" if abnormal else "normal"
        state = "invalid" if score != score else "alarms_among" if alarm else "quiet_among"
        counts[f"{state}_{kind}"] += 1
    return counts


@given(ROWS)
def test_counts_are_those_of_a_plain_loop(rows: list[Row]) -> None:
    result, slow = evaluated(rows), slow_counts(rows)
    fast = {**result.confusion.model_dump(), **result.model_dump()}
    assert {name: fast[name] for name in slow} == slow
    assert result.invalid == slow["invalid_normal"] + slow["invalid_abnormal"]
    assert result.rows == len(rows) == result.normal + result.abnormal + result.invalid


@given(ROWS)
def test_figures_are_those_of_scikit_learn_and_of_plain_loops(rows: list[Row]) -> None:
    result = evaluated(rows)
    scored = [row for row in rows if not math.isnan(row[0])]
    alarms, abnormal = [row[1] for row in scored], [row[2] for row in scored]
    if not 0 < sum(abnormal) < len(scored):
        return
    assert result.accuracy == pytest.approx(metrics.accuracy_score(abnormal, alarms))
    assert result.prevalence == pytest.approx(sum(abnormal) / len(scored))
    assert result.roc_auc == pytest.approx(slow_roc_auc(scored))
    assert result.average_precision == pytest.approx(slow_average_precision(scored))
    for figures, positive in [(result.abnormal_positive, True), (result.normal_positive, False)]:
        precision, recall, f1, _ = metrics.precision_recall_fscore_support(
            abnormal, alarms, pos_label=positive, average="binary", zero_division=0
        )
        answered = alarms.count(positive)
        assert figures.precision == (pytest.approx(precision) if answered else None)
        assert figures.recall == pytest.approx(recall)
        assert figures.f1 == pytest.approx(f1)


@given(ROWS.filter(lambda rows: all(math.isfinite(row[0]) for row in rows)))
def test_ranking_figures_are_those_of_scikit_learn(rows: list[Row]) -> None:
    result = evaluated(rows)
    abnormal, scores = [row[2] for row in rows], [row[0] for row in rows]
    if not 0 < sum(abnormal) < len(rows):
        assert (result.roc_auc, result.average_precision) == (None, None)
        return
    assert result.roc_auc == pytest.approx(metrics.roc_auc_score(abnormal, scores))
    assert result.average_precision == pytest.approx(
        metrics.average_precision_score(abnormal, scores)
    )


@given(ROWS)
def test_every_evaluation_is_json_and_every_missing_figure_has_a_note(rows: list[Row]) -> None:
    result = evaluated(rows)
    assert Evaluation.model_validate_json(result.model_dump_json()) == result
    json.loads(result.model_dump_json(), parse_constant=pytest.fail)
    assert bool(result.notes) == _holds_none(result.model_dump())


def _holds_none(value: Any) -> bool:
    return value is None or (isinstance(value, dict) and any(map(_holds_none, value.values())))


@given(ROWS)
def test_scores_count_by_their_order_alone(rows: list[Row]) -> None:
    squeezed = [(math.atan(score), alarm, abnormal) for score, alarm, abnormal in rows]
    order = {score for score, _, _ in rows if score == score}
    if len(order) == len({math.atan(score) for score in order}):  # not where atan makes new ties
        assert evaluated(squeezed) == evaluated(rows)


def test_a_small_case_by_hand() -> None:
    result = evaluate(
        np.array([0.1, 0.4, 0.35, 0.8, np.nan, np.nan, np.nan], np.float32),
        np.array([False, True, False, True, False, False, True]),
        np.array([False, False, True, True, False, True, True]),
        alpha=0.25,
    )
    assert (result.rows, result.normal, result.abnormal) == (7, 2, 2)
    assert (result.invalid, result.invalid_normal, result.invalid_abnormal) == (3, 1, 2)
    assert result.roc_auc == 0.75
    assert result.average_precision == pytest.approx(0.5 + 0.5 * 2 / 3)
    assert result.accuracy == result.prevalence == 0.5
    assert result.abnormal_positive == ClassFigures(precision=0.5, recall=0.5, f1=0.5)
    assert result.normal_positive == ClassFigures(precision=0.5, recall=0.5, f1=0.5)
    assert result.false_alarms.rate == 0.5
    assert result.false_alarms.promised == 0.25
    assert result.false_alarms.promise_inside is True
    assert result.notes == ()


def test_normal_as_positive_is_the_mirror_of_abnormal_as_positive() -> None:
    is_abnormal = ~load_ecg5000().is_normal[:1000]
    generator = np.random.default_rng(0)
    alarms = is_abnormal ^ (generator.random(1000) < 0.1)
    result = evaluate(generator.random(1000), alarms, is_abnormal, alpha=None)
    mirrored = evaluate(generator.random(1000), ~alarms, ~is_abnormal, alpha=None)
    assert result.normal_positive == mirrored.abnormal_positive
    assert result.abnormal_positive == mirrored.normal_positive
    assert result.normal_positive != result.abnormal_positive


def test_rows_marked_invalid_join_those_without_a_score_and_are_never_normal() -> None:
    scores = np.array([np.nan, 5.0, 1.0, 2.0])
    alarms = np.array([False, False, False, True])
    abnormal = np.array([False, False, False, True])
    marked = evaluate(scores, alarms, abnormal, alpha=0.5, invalid=[False, True, False, False])
    assert (marked.normal, marked.abnormal, marked.invalid_normal) == (1, 1, 2)
    bare = evaluate(scores[2:], alarms[2:], abnormal[2:], alpha=0.5)
    same = bare.model_copy(update={"rows": 4, "invalid_normal": 2})
    assert marked == same


def test_only_normal_rows_leave_the_figures_that_need_both_classes_open() -> None:
    result = evaluate([1.0, 2.0], [False, True], [False, False], alpha=0.5)
    assert result.normal_positive == ClassFigures(precision=None, recall=0.5, f1=None)
    assert result.abnormal_positive == ClassFigures(precision=None, recall=None, f1=None)
    assert (result.roc_auc, result.average_precision) == (None, None)
    assert (result.accuracy, result.prevalence, result.false_alarms.rate) == (0.5, 0.0, 0.5)
    assert result.notes == (
        "No abnormal row has a score: precision, F1, ROC AUC, average precision and the recall of "
        "abnormal rows are not defined.",
    )


def test_only_abnormal_rows_leave_the_false_alarm_rate_open() -> None:
    result = evaluate([1.0, 2.0], [False, True], [True, True], alpha=0.5)
    rates = result.false_alarms
    assert (rates.rate, rates.low, rates.high, rates.promise_inside) == (None, None, None, None)
    assert rates.promised == 0.5
    assert result.abnormal_positive == ClassFigures(precision=None, recall=0.5, f1=None)
    assert result.notes[0].startswith("No normal row has a score: ")


def test_nothing_scored_is_said_not_divided_by() -> None:
    result = evaluate([np.nan, np.nan], [False, False], [False, True], alpha=0.5)
    assert (result.accuracy, result.prevalence, result.roc_auc) == (None, None, None)
    assert (result.invalid_normal, result.invalid_abnormal) == (1, 1)
    assert result.notes == ("None of the 2 rows has a score: no figure is defined.",)


def test_without_an_alarm_precision_is_open_and_f1_is_nought() -> None:
    result = evaluate([1.0, 2.0], [False, False], [False, True], alpha=None)
    assert result.abnormal_positive == ClassFigures(precision=None, recall=0.0, f1=0.0)
    assert result.notes == ("There is no alarm: the precision of abnormal rows is not defined.",)


def test_with_nothing_but_alarms_the_precision_of_normal_rows_is_open() -> None:
    result = evaluate([1.0, 2.0], [True, True], [False, True], alpha=0.1)
    assert result.normal_positive == ClassFigures(precision=None, recall=0.0, f1=0.0)
    assert result.notes == ("Every row is an alarm: the precision of normal rows is not defined.",)


def test_all_wrong_arrays_are_named_together() -> None:
    with pytest.raises(DataError) as caught:
        evaluate(["a", "b"], [1, -1], [True], alpha=0.1, invalid=[True])
    assert str(caught.value).splitlines() == [
        "anomaly_score: numbers of shape (N,) were expected, <U1 of shape (2,) came",
        "is_anomaly: True and False of shape (N,) were expected, int64 of shape (2,) came",
        "is_abnormal: 2 rows were expected, 1 came",
        "invalid: 2 rows were expected, 1 came",
    ]


def test_no_rows_are_refused() -> None:
    nothing = np.array([], np.bool_)
    with pytest.raises(DataError, match=r"^no rows came, at least one was expected$"):
        evaluate(np.array([]), nothing, nothing, alpha=0.1)


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1, math.nan])
def test_an_alpha_out_of_range_is_refused(alpha: float) -> None:
    with pytest.raises(UsageError, match=r"^alpha: more than 0 and less than 1 was expected"):
        evaluate([1.0], [True], [True], alpha=alpha)


def test_an_evaluation_does_not_change() -> None:
    result = evaluate([1.0], [True], [True], alpha=None)
    with pytest.raises(ValidationError):
        result.rows = 3
