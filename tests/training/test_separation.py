"""ROC AUC by ranks is the share of pairs that are in order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from isthmus.training.separation import separation

SCORES = st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=20)


@given(SCORES, SCORES)
def test_it_is_the_share_of_pairs_with_the_abnormal_row_above_and_half_of_the_ties(one, other):
    normal, abnormal = np.array(one), np.array(other)
    above = (abnormal[:, None] > normal).mean() + 0.5 * (abnormal[:, None] == normal).mean()
    assert np.isclose(separation(normal, abnormal), above)


def test_infinite_scores_are_the_largest():
    assert separation(np.array([0.0, 1.0]), np.array([np.inf])) == 1.0
