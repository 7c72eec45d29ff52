"""The split is scikit-learn's, row for row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.model_selection import train_test_split

from isthmus.datasets import load_ecg5000, split
from isthmus.errors import UsageError


@given(
    n=st.integers(2, 500),
    test_share=st.floats(0.01, 0.99),
    seed=st.integers(0, 2**32 - 1),
)
def test_rows_and_order_are_those_of_scikit_learn(n: int, test_share: float, seed: int) -> None:
    assume(np.ceil(test_share * n) < n)
    expected = train_test_split(np.arange(n), test_size=test_share, random_state=seed)
    for ours, theirs in zip(split(n, test_share=test_share, seed=seed), expected, strict=True):
        assert ours.dtype == np.int64
        np.testing.assert_array_equal(ours, theirs)


def test_the_published_split_of_the_beats() -> None:
    training, test = split(5000)
    expected = train_test_split(np.arange(5000), test_size=0.2, random_state=111)
    np.testing.assert_array_equal(training, expected[0])
    np.testing.assert_array_equal(test, expected[1])
    is_normal = load_ecg5000().is_normal
    assert (is_normal[test].sum(), (~is_normal[test]).sum()) == (563, 437)


def test_every_row_comes_once() -> None:
    training, test = split(103, test_share=0.3, seed=4)
    assert len(test) == 31
    assert sorted([*training, *test]) == list(range(103))


def test_all_arguments_out_of_range_are_named_together() -> None:
    with pytest.raises(UsageError) as caught:
        split(10, test_share=1.0, seed=-1)
    assert str(caught.value) == (
        "test_share: more than 0 and less than 1 was expected, got 1.0\n"
        "seed: 0 to 4294967295 was expected, got -1"
    )


@pytest.mark.parametrize("n", [-3, 0, 1])
def test_a_split_that_leaves_nothing_to_train_on_is_refused(n: int) -> None:
    with pytest.raises(UsageError, match=f"n: {n} rows leave none to train on"):
        split(n)
