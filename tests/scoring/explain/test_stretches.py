"""Stretches of a signal are maximal scoring subsequences, against their definition."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.scoring.explain.stretches import Stretch, maximal_stretches, sample_scores

TIMES = st.lists(st.floats(0, 1e6), min_size=1, max_size=60)


def slow_twin(scores):
    """By the definition: all proper parts score less, and no longer one has that property.

    A proper part scores less exactly where every proper beginning and every proper end is
    above 0.
    """
    heavy = []
    for first in range(len(scores)):
        for last in range(first, len(scores)):
            part = scores[first : last + 1]
            begins = all(sum(part[:k]) > 0 for k in range(1, len(part) + 1))
            ends = all(sum(part[k:]) > 0 for k in range(len(part)))
            if begins and ends:
                heavy.append(Stretch(first, last))
    return [
        one
        for one in heavy
        if not any(o != one and o.first <= one.first and one.last <= o.last for o in heavy)
    ]


@given(st.lists(st.integers(-6, 6), max_size=18))
def test_they_are_those_of_the_definition(scores):
    assert maximal_stretches(scores) == slow_twin(scores)


def test_the_example_of_ruzzo_and_tompa():
    scores = [4, -5, 3, -3, 1, 2, -2, 2, -2, 1, 5]
    found = maximal_stretches(scores)
    assert [scores[one.first : one.last + 1] for one in found] == [
        [4],
        [3],
        [1, 2, -2, 2, -2, 1, 5],
    ]


@given(st.lists(st.integers(-50, 50), max_size=200))
def test_they_are_apart_and_cover_every_sample_above_zero(scores):
    found = maximal_stretches(scores)
    assert all(one.last < other.first for one, other in itertools.pairwise(found))
    covered = {place for one in found for place in range(one.first, one.last + 1)}
    assert {place for place, score in enumerate(scores) if score > 0} <= covered


@given(TIMES)
def test_a_row_within_twice_the_usual_has_no_stretch(times):
    calm = np.minimum(np.array(times), 2.0)
    assert maximal_stretches(sample_scores(calm)) == []


@given(st.integers(1, 60), st.floats(2.1, 1e6))
def test_a_row_that_is_off_everywhere_alike_is_one_stretch(size, times):
    assert maximal_stretches(sample_scores(np.full(size, times))) == [Stretch(0, size - 1)]


@pytest.mark.parametrize("height", [5.0, 50.0, 1e6, np.inf])
def test_a_bump_is_found_at_its_place_however_high_it_is(height):
    times = np.full(140, 0.8)
    times[60:75] = height
    assert maximal_stretches(sample_scores(times)) == [Stretch(60, 74)]


@pytest.mark.parametrize("height", [5.0, 50.0, 1e6])
def test_two_bumps_stay_two_where_the_gap_is_longer_than_they_are(height):
    times = np.full(140, 0.8)
    times[20:30] = times[60:70] = height
    assert maximal_stretches(sample_scores(times)) == [Stretch(20, 29), Stretch(60, 69)]


def test_a_short_gap_is_bridged():
    times = np.full(140, 0.8)
    times[20:30] = times[32:42] = 50.0
    assert maximal_stretches(sample_scores(times)) == [Stretch(20, 41)]
