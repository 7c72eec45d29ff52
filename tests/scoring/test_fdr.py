"""Choosing alarms by the false-discovery rate, from counts alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import UsageError
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.fdr import RankCounts

SCORES = st.lists(st.integers(-6, 6).map(float), min_size=1, max_size=50)


def slow_benjamini_hochberg(p_values, share):
    """The textbook procedure: the set of rejected rows."""
    order = np.argsort(p_values, kind="stable")
    largest = 0
    for place, row in enumerate(order, start=1):
        if p_values[row] <= share * place / len(p_values) + 1e-12:
            largest = place
    cut = p_values[order[largest - 1]] if largest else -1.0
    return p_values <= cut


@given(SCORES, SCORES, st.sampled_from([0.05, 0.1, 0.2, 0.5, 0.9]), st.integers(1, 7))
def test_the_alarms_are_those_of_the_textbook_however_the_rows_come(held, scores, share, batch):
    calibrator = Calibrator(np.sort(np.float32(held)), "split")
    scores = np.float32(scores)
    counts = RankCounts(calibrator)
    for first in range(0, len(scores), batch):
        counts.add(scores[first : first + batch])
    alarms = scores > counts.decide(share).threshold
    expected = slow_benjamini_hochberg(calibrator.p_values(scores), share)
    assert alarms.tolist() == expected.tolist()


def test_rows_that_cannot_be_scored_do_not_count():
    counts = RankCounts(Calibrator(np.arange(9, dtype=np.float32), "split"))
    counts.add(np.float32([np.nan, 3.0, np.nan]))
    assert counts.rows == 1


def test_the_share_of_false_alarms_stays_below_what_was_asked():
    generator = np.random.default_rng(1)
    shares = []
    for _ in range(200):
        calibrator = Calibrator(np.sort(generator.normal(size=999).astype(np.float32)), "split")
        normal = generator.normal(size=180)
        abnormal = generator.normal(size=20) + 5
        scores = np.float32(np.concatenate([normal, abnormal]))
        counts = RankCounts(calibrator)
        counts.add(scores)
        alarms = scores > counts.decide(0.2).threshold
        shares.append(alarms[:180].sum() / max(1, alarms.sum()))
    assert 0.1 < np.mean(shares) < 0.2


def test_too_few_calibration_rows_for_so_many_rows_are_warned_of():
    counts = RankCounts(Calibrator(np.arange(99, dtype=np.float32), "split"))
    counts.add(np.concatenate([np.zeros(10_000), np.full(5, 1000.0)]).astype(np.float32))
    decision = counts.decide(0.1)
    assert decision.threshold == float("inf")
    assert decision.warnings[0].startswith("99 calibration rows are few")


@pytest.mark.parametrize("share", [0.0, 1.0, -1.0])
def test_a_share_outside_of_zero_to_one_is_refused(share):
    with pytest.raises(UsageError, match="between 0 and 1"):
        RankCounts(Calibrator(np.zeros(5, np.float32), "split")).decide(share)
