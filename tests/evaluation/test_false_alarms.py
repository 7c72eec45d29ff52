"""The exact interval, against binomial tails summed one by one."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from isthmus.evaluation import FalseAlarms
from isthmus.evaluation.false_alarms import exact_interval, false_alarms

COUNTS = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def at_least(hits: int, trials: int, rate: float) -> float:
    return sum(
        math.comb(trials, k) * rate**k * (1 - rate) ** (trials - k) for k in range(hits, trials + 1)
    )


@given(COUNTS)
def test_beyond_either_end_the_tail_is_at_most_a_fortieth(counts: tuple[int, int]) -> None:
    hits, trials = counts
    low, high = exact_interval(hits, trials)
    assert low <= hits / trials <= high
    assert low == 0.0 if hits == 0 else at_least(hits, trials, low) == pytest.approx(0.025)
    at_most = 1 - at_least(hits + 1, trials, high)
    assert high == 1.0 if hits == trials else at_most == pytest.approx(0.025)


@given(COUNTS, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_the_interval_is_that_of_scipy(counts: tuple[int, int], confidence: float) -> None:
    expected = stats.binomtest(*counts).proportion_ci(confidence_level=confidence, method="exact")
    assert exact_interval(*counts, confidence) == pytest.approx((expected.low, expected.high))


def test_no_false_alarm_among_100_rows_bounds_the_rate_by_the_known_figure() -> None:
    assert exact_interval(0, 100) == (0.0, pytest.approx(1 - 0.025 ** (1 / 100)))


@pytest.mark.parametrize(
    ("alarms", "normal", "promised", "inside"),
    [(1, 100, 0.01, True), (9, 100, 0.01, False), (0, 1000, 0.1, False), (1, 100, None, None)],
)
def test_the_promise_is_held_against_the_interval(
    alarms: int, normal: int, promised: float | None, inside: bool | None
) -> None:
    rates = false_alarms(alarms, normal, promised)
    assert (rates.rate, rates.promise_inside) == (alarms / normal, inside)


def test_without_normal_rows_there_is_no_rate() -> None:
    assert false_alarms(0, 0, 0.01) == FalseAlarms(
        rate=None, low=None, high=None, promised=0.01, promise_inside=None
    )
