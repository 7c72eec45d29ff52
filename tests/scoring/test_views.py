"""From views to one score: the soft maximum, held against its formula."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from isthmus.model_file.manifest import View
from isthmus.scoring.views import combine, logs, standardised, together

VIEWS = (
    View(name="reconstruction", center=-1.5, spread=0.7),
    View(name="distance", center=0.25, spread=1.9, weight=0.5),
)
SOME = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(1, 4)),
    elements=st.floats(-300, 300, allow_subnormal=False),
)


def by_hand(views):
    """The score of one row's views (M, V), as the documents define it."""
    scores = []
    for member in views:
        logs_of = [
            view.weight * (math.log(max(float(value), 1e-12)) - view.center) / view.spread
            for value, view in zip(member, VIEWS, strict=True)
        ]
        scores.append(math.log(sum(map(math.exp, logs_of)) / len(logs_of)))
    return sum(scores) / len(scores)


def test_the_score_is_that_of_the_documents():
    views = np.exp(np.random.default_rng(0).normal(0, 3, (50, 3, 2))).astype(np.float32)
    views[0, 1, 0] = 0.0  # a perfect reconstruction
    expected = [by_hand(row) for row in views]
    found = combine(views, VIEWS)
    assert (found.dtype, found.shape) == (np.float32, (50,))
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6)


@given(SOME)
def test_the_soft_maximum_lies_between_the_mean_and_the_largest(by_view):
    found, count = together(by_view), by_view.shape[1]
    assert np.all(found <= by_view.max(axis=1) + 1e-9)
    assert np.all(found >= by_view.max(axis=1) - math.log(count) - 1e-9)
    assert np.all(found >= by_view.mean(axis=1) - 1e-9)


@given(SOME, st.integers(0, 3), st.floats(0.01, 50))
def test_a_row_that_is_stranger_to_any_view_is_not_less_strange(by_view, view, more):
    raised = by_view.copy()
    raised[:, view % by_view.shape[1]] += more
    assert np.all(together(raised) >= together(by_view))


@given(SOME)
def test_the_order_of_the_views_does_not_matter_and_equal_ones_are_one(by_view):
    np.testing.assert_allclose(together(by_view[:, ::-1]), together(by_view), rtol=0, atol=1e-9)
    twice = np.repeat(by_view[:, :1], 3, axis=1)
    np.testing.assert_allclose(together(twice), by_view[:, 0], rtol=0, atol=1e-9)


def test_a_single_view_is_the_score_of_a_member_to_the_last_bit():
    by_view = np.random.default_rng(0).normal(size=(20, 1))
    assert together(by_view).tobytes() == by_view[:, 0].tobytes()


def test_what_is_beyond_any_power_has_a_score_all_the_same():
    assert together(np.array([[5000.0, -5000.0]]))[0] == pytest.approx(5000 - math.log(2))
    assert together(np.array([[-5000.0, -6000.0]]))[0] == pytest.approx(-5000 - math.log(2))


def test_a_view_is_put_on_the_common_scale_by_its_own_constants():
    found = standardised(np.array([[math.exp(-1.5 + 0.7), math.exp(0.25 - 2 * 1.9)]]), VIEWS)
    np.testing.assert_allclose(found, [[1.0, -1.0]], rtol=1e-12)
    assert logs(np.array([0.0, 1e-12]))[0] == math.log(1e-12)
