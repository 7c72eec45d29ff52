"""Comparing two detectors over data sets."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.accuracy.significance import compare, holm, interval, signed_rank

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def slow_signed_rank(differences):
    """The share of all choices of signs whose rank sum is as far from the middle."""
    ranks = np.argsort(np.argsort(np.abs(differences))) + 1
    middle = ranks.sum() / 2
    found = abs(ranks[differences > 0].sum() - middle)
    signs = itertools.product((0, 1), repeat=len(ranks))
    far = [abs(np.dot(one, ranks) - middle) >= found - 1e-9 for one in signs]
    return np.mean(far)


@pytest.mark.parametrize("seed", range(5))
def test_the_test_is_that_of_all_choices_of_signs(seed):
    differences = np.random.default_rng(seed).normal(0.3, 1, 10)
    assert signed_rank(differences) == pytest.approx(slow_signed_rank(differences))


def test_the_test_is_two_sided_and_finds_nothing_where_nothing_differs():
    ahead = np.arange(1.0, 11)
    assert signed_rank(ahead) == signed_rank(-ahead) == pytest.approx(2 / 2**10)
    assert signed_rank(np.zeros(10)) == 1


def test_holm_as_in_a_textbook():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(P_VALUES)
def test_holm_lies_between_the_p_value_and_bonferroni_and_keeps_the_order(p_values):
    adjusted = holm(p_values)
    for before, after in zip(p_values, adjusted, strict=True):
        assert before <= after <= min(1, len(p_values) * before) + 1e-12
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(np.array(adjusted)[order]) >= 0).all()


def test_the_interval_is_that_of_the_normal_approximation_where_that_holds():
    differences = np.random.default_rng(1).normal(0.02, 0.05, 400)
    low, high = interval(differences)
    half = 1.96 * differences.std() / 20
    assert low == pytest.approx(differences.mean() - half, abs=3e-4)
    assert high == pytest.approx(differences.mean() + half, abs=3e-4)


def test_an_interval_of_equal_differences_is_a_point():
    assert interval(np.full(7, 0.25)) == (0.25, 0.25)


def test_a_comparison_counts_sets_not_the_order_of_their_names():
    ours = {"a": 0.9, "b": 0.8, "c": 0.7, "d": 0.5}
    others = dict(reversed({"a": 0.8, "b": 0.9, "c": 0.5, "d": 0.5}.items()))
    found = compare(ours, others)
    assert found.difference == pytest.approx(0.05)
    assert (found.wins, found.losses) == (2, 1)
    assert found.low <= found.difference <= found.high
    assert compare(others, ours).difference == pytest.approx(-0.05)
    assert compare(others, ours).p_value == found.p_value


def test_figures_of_other_sets_are_refused():
    with pytest.raises(ValueError, match="other sets: \\['b', 'c'\\]"):
        compare({"a": 1.0, "b": 1.0}, {"a": 1.0, "c": 1.0})
