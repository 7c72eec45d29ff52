"""Cells are ranked by error over usual error; shares are of the row's total."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.scoring.explain.ranking import ranked, shares

ERRORS = st.lists(
    st.one_of(st.floats(0, 3e38), st.sampled_from([0.0, 1.0, float("inf")])),
    min_size=1,
    max_size=30,
)


@given(ERRORS, st.data())
def test_the_ranking_is_that_of_a_slow_twin(errors, data):
    usual = data.draw(
        st.lists(st.sampled_from([0.5, 1.0, 2.0]), min_size=len(errors), max_size=len(errors))
    )
    errors, times = np.array(errors), np.array(errors) / np.array(usual)
    twin = sorted(range(len(errors)), key=lambda d: (-times[d], -errors[d], d))
    assert ranked(times, errors).tolist() == twin


@given(ERRORS)
def test_shares_sum_to_one_unless_there_is_no_error(errors):
    found = shares(np.array(errors))
    assert (found >= 0).all()
    assert found.sum() == pytest.approx(1.0 if any(errors) else 0.0, abs=1e-12)


@given(ERRORS)
def test_a_larger_error_never_has_a_smaller_share(errors):
    found = shares(np.array(errors))
    assert (np.diff(found[np.argsort(errors, kind="stable")]) >= 0).all()


def test_shares_are_in_proportion():
    np.testing.assert_allclose(shares(np.array([1.0, 3.0, 0.0])), [0.25, 0.75, 0])


def test_errors_beyond_all_numbers_share_everything():
    assert shares(np.array([np.inf, 5.0, np.inf])).tolist() == [0.5, 0.0, 0.5]
