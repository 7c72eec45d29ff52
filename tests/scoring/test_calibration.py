"""P-values are counts, and a threshold is the same decision as a p-value."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import UsageError
from isthmus.model_file.manifest import Calibration
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.thresholds import decide

# Few distinct values, so that ties are common.
SCORES = st.lists(st.integers(-4, 4).map(float), min_size=1, max_size=60)
ALPHAS = st.floats(0.001, 0.999)


def calibrator(scores, scheme="split"):
    ordered = tuple(sorted(map(float, np.float32(scores)), reverse=True))
    return Calibrator.of(Calibration(scheme=scheme, source="fit", scores=ordered))


def slow_p_value(score, held_out):
    return (1 + sum(1 for other in held_out if other >= score)) / (len(held_out) + 1)


@given(SCORES, SCORES)
def test_a_p_value_is_one_plus_the_count_of_scores_as_large_over_n_plus_one(held_out, scores):
    expected = [slow_p_value(score, held_out) for score in scores]
    assert calibrator(held_out).p_values(np.float32(scores)).tolist() == expected


@given(SCORES, SCORES, ALPHAS)
def test_an_alarm_by_the_conformal_threshold_is_a_p_value_of_at_most_alpha(held_out, scores, alpha):
    held = calibrator(held_out)
    if alpha < held.smallest_alpha:
        with pytest.raises(UsageError, match=r"needs \d+ calibration rows"):
            decide("conformal", held, alpha)
        return
    threshold = decide("conformal", held, alpha).threshold
    for score in scores:
        assert (score > threshold) == (slow_p_value(score, held_out) <= alpha)


def test_round_alphas_use_every_alarm_that_they_allow():
    held = calibrator(range(99))  # n + 1 = 100
    for percent in range(1, 100):
        assert held.alarms_allowed(percent / 100) == percent


def test_the_p_value_of_an_invalid_row_is_no_number():
    assert np.isnan(calibrator([1.0, 2.0]).p_values(np.float32([np.nan]))[0])


def test_p_values_of_fresh_exchangeable_scores_are_at_most_alpha_as_often_as_promised():
    generator = np.random.default_rng(5)
    held_out, fresh = generator.normal(size=(2000, 99)), generator.normal(size=2000)
    p = [calibrator(h).p_values(np.float32([f]))[0] for h, f in zip(held_out, fresh, strict=True)]
    for alpha in (0.01, 0.05, 0.1, 0.5):
        rate = np.mean(np.array(p) <= alpha)
        assert abs(rate - alpha) < 4 * np.sqrt(alpha * (1 - alpha) / 2000)


def test_an_alpha_that_is_left_out_becomes_the_smallest_possible_with_a_warning():
    decision = decide("conformal", calibrator(range(49)))
    assert decision.alpha == pytest.approx(1 / 50)
    assert decision.warnings == (
        "49 calibration rows support no alpha below 0.02; that is used instead of 0.01",
    )


def test_an_alpha_that_is_asked_for_is_refused_where_it_cannot_be_kept():
    with pytest.raises(UsageError) as failure:
        decide("conformal", calibrator(range(49)), 0.01)
    assert str(failure.value) == (
        "alpha=0.01 needs 99 calibration rows, the detector has 49; the smallest alpha that they "
        "support is 0.02\n"
        "Ask for a larger alpha, or give more normal rows to isthmus calibrate."
    )
