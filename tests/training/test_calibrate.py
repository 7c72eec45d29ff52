"""Calibration: scores of rows that their members never saw, held against slow twins."""

from __future__ import annotations

import numpy as np
import pytest
from beats import abnormal_beats, model_of, normal_beats, quick_scorer

from isthmus.datasets import load_ecg5000
from isthmus.options import CalibrationOptions, TrainingOptions
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.views import combine
from isthmus.training.calibrate import among, looked_at
from isthmus.training.folds import plan

SMALL = {"encoder": (16,), "code_size": 8, "max_steps": 150}


def views_and_plan(scorer, rows):
    options = scorer.manifest.options
    return scorer.run(rows, ["views"])[0]["views"], plan(
        len(rows), options.calibration, options.training
    )


def by_hand(views, constants):
    """The score of one row's views (M, V), as the documents define it."""
    total = 0.0
    for member in views:
        logs = [
            view.weight * (np.log(max(float(value), 1e-12)) - view.center) / view.spread
            for value, view in zip(member, constants, strict=True)
        ]
        total += np.log(np.mean(np.exp(logs)))
    return total / len(views)


@pytest.mark.parametrize("choices", [{"members": 2, "folds": 3}, {"scheme": "split", "members": 3}])
def test_calibration_scores_are_those_of_the_members_that_did_not_train_on_the_row(choices):
    rows = normal_beats()
    scorer = Scorer.load(model_of(rows, "signal", **SMALL, **choices))
    members = scorer.manifest.members // scorer.manifest.groups
    views, dealt = views_and_plan(scorer, rows)
    expected = []
    for group, held_out in enumerate(dealt.held_out):
        own = slice(group * members, (group + 1) * members)
        expected += [by_hand(views[row, own], scorer.manifest.views) for row in held_out]
    np.testing.assert_allclose(
        scorer.manifest.calibration.scores, sorted(expected, reverse=True), rtol=1e-5, atol=1e-6
    )


def test_the_score_of_the_graph_is_the_mean_of_the_members_soft_maxima():
    scorer = quick_scorer(members=2)
    rows = abnormal_beats()
    results, _ = scorer.run(rows, ["views", "anomaly_score"])
    np.testing.assert_allclose(
        results["anomaly_score"], combine(results["views"], scorer.manifest.views), rtol=3e-7
    )
    expected = [by_hand(row, scorer.manifest.views) for row in results["views"]]
    np.testing.assert_allclose(results["anomaly_score"], expected, rtol=1e-5, atol=1e-6)


def test_scales_are_pooled_over_all_rows_out_of_fold():
    rows = normal_beats()
    scorer = Scorer.load(model_of(rows, "signal", **SMALL))
    views, dealt = views_and_plan(scorer, rows)
    logs = np.concatenate(
        [
            np.log(views[held_out, group, 0].astype(np.float64))
            for group, held_out in enumerate(dealt.held_out)
        ]
    )
    view = scorer.manifest.views[0]
    assert view.center == pytest.approx(logs.mean())
    assert view.spread == pytest.approx(logs.std())


def test_in_a_split_calibration_rows_serve_nothing_else():
    rows = normal_beats(150).copy()
    first = Scorer.load(model_of(rows, "signal", scheme="split", **SMALL))
    _, dealt = views_and_plan(first, rows)
    rows[dealt.held_out[0]] += 3.0  # whatever the calibration rows are, nothing else moves
    second = Scorer.load(model_of(rows, "signal", scheme="split", **SMALL))
    probe = abnormal_beats()
    assert np.array_equal(first.anomaly_score(probe), second.anomaly_score(probe))
    assert first.manifest.views == second.manifest.views
    assert first.manifest.calibration.scores != second.manifest.calibration.scores


def cv_plus(views, dealt, new_views, constants):
    """CV+ p-values (Barber et al., 2021): each held-out row against the new one, by its own fold.

    The cross scheme replaces the new row's five scores by their mean, to have one score.
    """
    counts = np.zeros(len(new_views))
    for group, held_out in enumerate(dealt.held_out):
        own = slice(group, group + 1)
        theirs = combine(views[held_out, own], constants)
        counts += (theirs[None, :] >= combine(new_views[:, own], constants)[:, None]).sum(axis=1)
    rows = sum(map(len, dealt.held_out))
    return (1 + counts) / (rows + 1)


def test_p_values_across_folds_are_close_to_those_of_cv_plus():
    data = load_ecg5000()
    normal = data.beats[data.is_normal]
    rows, fresh = normal[:400], normal[400:1400]
    scorer = Scorer.load(model_of(rows, "signal", **{**SMALL, "max_steps": 400}))
    views, dealt = views_and_plan(scorer, rows)
    results, _ = scorer.run(fresh, ["views", "anomaly_score"])
    slow = cv_plus(views, dealt, results["views"], scorer.manifest.views)
    quick = scorer.calibrator.p_values(results["anomaly_score"])
    assert np.abs(slow - quick).mean() < 0.03
    assert np.corrcoef(slow, quick)[0, 1] > 0.99
    for alpha in (0.05, 0.1, 0.3):
        assert abs((slow <= alpha).mean() - (quick <= alpha).mean()) < 0.03


def test_fresh_normal_beats_raise_about_as_many_false_alarms_as_promised():
    data = load_ecg5000()
    normal = data.beats[data.is_normal]
    order = np.random.default_rng(0).permutation(len(normal))
    rows, fresh = normal[order[:600]], normal[order[600:]]
    for scheme in ("cross", "split"):
        scorer = Scorer.load(model_of(rows, "signal", scheme=scheme, **{**SMALL, "max_steps": 400}))
        p = scorer.calibrator.p_values(scorer.anomaly_score(fresh))
        for alpha in (0.05, 0.1, 0.2):
            # Three binomial deviations of the fresh rows and of the calibration rows together.
            room = 3 * np.sqrt(alpha * (1 - alpha) * (1 / len(fresh) + 1 / scorer.calibrator.rows))
            assert abs((p <= alpha).mean() - alpha) < room + 0.02


@pytest.mark.parametrize("columns", [1, 7])
@pytest.mark.parametrize("members", [1, 5])
def test_a_row_like_a_calibration_row_has_its_score_to_the_last_bit(columns, members):
    generator = np.random.default_rng(0)
    few = generator.normal(size=(12, columns))
    rows = few[generator.integers(0, 12, size=400)]
    for values in (rows, np.ones((60, columns))):
        made = model_of(values, "table", scheme="split", members=members, **SMALL)
        scorer = Scorer.load(made)
        _, dealt = views_and_plan(scorer, values)
        again = np.sort(scorer.anomaly_score(values[dealt.held_out[0]]))
        np.testing.assert_array_equal(again, scorer.calibrator.scores)
        alpha = max(0.05, scorer.calibrator.smallest_alpha)
        assert (scorer.calibrator.p_values(scorer.anomaly_score(values)) <= alpha).mean() <= 0.2


def test_rows_that_are_all_alike_raise_no_alarm():
    scorer = Scorer.load(model_of(np.ones((60, 3)), "table", scheme="split", **SMALL))
    assert (scorer.calibrator.p_values(scorer.anomaly_score(np.ones((9, 3)))) == 1).all()


@pytest.mark.parametrize("validation", [0.0, 0.2])
@pytest.mark.parametrize("scheme", ["split", "cross"])
def test_views_that_were_looked_at_stand_at_their_rows_and_there_are_no_others(scheme, validation):
    choices = TrainingOptions(validation=validation)
    dealt = plan(120, CalibrationOptions(scheme=scheme), choices)
    views = np.random.default_rng(0).normal(size=(120, 2, 1)).astype(np.float32)
    rows = looked_at(dealt)
    found = among(views[rows], rows, 120)
    there = ~np.isnan(found[:, 0, 0])
    np.testing.assert_array_equal(found[there], views[there])
    if scheme == "cross":
        assert there.all()
    else:
        asked = dealt.validation[0] if validation else dealt.training[0]
        np.testing.assert_array_equal(np.flatnonzero(there), asked)
