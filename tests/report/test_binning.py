"""Bars against plain loops: each row in one bar, and no bar on both sides of the threshold."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isthmus.report.figures.binning import BARS, bar_counts, bar_edges

NEAR = st.floats(-1e12, 1e12)
SCORES = st.lists(
    st.one_of(NEAR, st.sampled_from([0.0, 1.0, 2.5, math.inf, -math.inf, 1e300])), max_size=30
)
GROUPS = st.lists(SCORES, min_size=1, max_size=2).filter(
    lambda groups: any(abs(score) < 1e30 for group in groups for score in group)
)
THRESHOLDS = st.one_of(st.none(), NEAR, st.sampled_from([1.0, 2.5, math.inf, -1e300]))
Groups = list[list[float]]


def slow_counts(scores: list[float], edges: list[float]) -> list[int]:
    counts = [0] * (len(edges) - 1)
    for score in scores:
        if score <= edges[0]:
            counts[0] += 1
        elif score > edges[-1]:
            counts[-1] += 1
        for bar in range(len(counts)):
            counts[bar] += edges[bar] < score <= edges[bar + 1]
    return counts


@given(GROUPS, THRESHOLDS)
def test_counts_are_those_of_a_plain_loop(groups: Groups, threshold: float | None) -> None:
    edges = bar_edges([np.array(group) for group in groups], threshold)
    for group in groups:
        assert bar_counts(np.array(group), edges) == slow_counts(group, edges.tolist())


@given(GROUPS, THRESHOLDS)
def test_edges_rise_by_one_width_and_are_few(groups: Groups, threshold: float | None) -> None:
    edges = bar_edges([np.array(group) for group in groups], threshold)
    assert np.isfinite(edges).all()
    assert (np.diff(edges) > 0).all()
    assert 2 <= len(edges) - 1 <= BARS + 4


@given(GROUPS, NEAR)
def test_bars_right_of_the_threshold_hold_the_alarms_and_nothing_else(
    groups: Groups, threshold: float
) -> None:
    edges = bar_edges([np.array(group) for group in groups], threshold)
    cut = edges.tolist().index(threshold)
    assert 0 < cut < len(edges) - 1
    for group in groups:
        counts = bar_counts(np.array(group), edges)
        assert sum(counts[cut:]) == sum(score > threshold for score in group)
        assert sum(counts) == len(group)


def test_a_far_tail_does_not_squeeze_the_rest() -> None:
    scores = np.append(np.random.default_rng(0).normal(size=10_000), 1e6)
    edges = bar_edges([scores], 2.0)
    assert edges[-1] < 20
    assert bar_counts(scores, edges)[-1] == 1


def test_equal_scores_still_have_room() -> None:
    edges = bar_edges([np.array([5.0, 5.0])], None)
    assert sum(bar_counts(np.array([5.0, 5.0]), edges)) == 2
    assert edges[0] < 5.0 < edges[-1]
