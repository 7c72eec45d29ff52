"""The nearest codes are those that a slow search finds, to the last bit and in the same order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.scoring.apart import nearest
from isthmus.scoring.apart.nearest import Nearest


def slowly(codes, queries, count):
    """One pair after the other."""
    places, distances = [], []
    for query in queries:
        far = [float((np.float64(query - code) ** 2).sum()) for code in codes.astype(np.float64)]
        order = sorted(range(len(codes)), key=lambda place: (far[place], place))[:count]
        places.append(order)
        distances.append([far[place] for place in order])
    shape = (len(queries), min(count, len(codes)))
    return np.array(places).reshape(shape), np.array(distances).reshape(shape)


@given(
    seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 60), size=st.integers(1, 9),
    asked=st.integers(0, 20), count=st.integers(1, 8), far=st.sampled_from([0, 1, 1e4, 1e18]),
    few=st.booleans(),
)  # fmt: skip
def test_a_fast_search_finds_what_a_slow_one_does(seed, rows, size, asked, count, far, few):
    generator = np.random.default_rng(seed)
    codes = generator.normal(size=(rows, size))
    codes = (np.round(codes) if few else codes).astype(np.float32) + np.float32(far)
    queries = np.concatenate([codes, generator.normal(size=(asked, size)).astype(np.float32)])
    queries = generator.permutation(queries)[:asked].astype(np.float64)
    found = Nearest(codes).of(queries, count)
    for ours, theirs in zip(found, slowly(codes, queries, count), strict=True):
        assert np.array_equal(ours, theirs)


@given(st.integers(1, 7), st.integers(1, 7), st.integers(1, 40))
def test_how_many_are_compared_at_once_changes_nothing(queries, indexed, cells):
    generator = np.random.default_rng(3)
    codes = np.round(generator.normal(size=(40, 4)) * 2).astype(np.float32)
    whole = Nearest(codes).of(codes, 5)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(nearest, "QUERIES", queries)
        patched.setattr(nearest, "INDEXED", indexed)
        patched.setattr(nearest, "CELLS", cells)
        for ours, theirs in zip(Nearest(codes).of(codes, 5), whole, strict=True):
            assert np.array_equal(ours, theirs)


def test_an_equal_code_has_a_distance_of_nought_however_large_it_is():
    codes = (np.random.default_rng(0).normal(size=(50, 6)) * 1e6 + 1e7).astype(np.float32)
    places, distances = Nearest(codes).of(codes, 1)
    assert np.array_equal(places[:, 0], np.arange(50))
    assert not distances.any()


def test_of_equally_near_codes_the_earlier_ones_come_first():
    codes = np.zeros((9000, 2), np.float32)
    places, distances = Nearest(codes).of(np.ones((2, 2)), 3)
    assert places.tolist() == [[0, 1, 2]] * 2
    assert distances.tolist() == [[2.0] * 3] * 2


def test_there_are_never_more_neighbours_than_codes():
    places, distances = Nearest(np.zeros((2, 3), np.float32)).of(np.zeros((4, 3)), 5)
    assert places.shape == distances.shape == (4, 2)
    assert Nearest(np.empty((0, 3), np.float32)).of(np.zeros((4, 3)), 5)[0].shape == (4, 0)
