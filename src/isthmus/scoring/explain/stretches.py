"""Which stretches of a signal carry its score: maximal scoring subsequences.

W. L. Ruzzo and M. Tompa, "A linear time algorithm for finding all maximal scoring subsequences",
ISMB 1999.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

LEAST_BASELINE = 2.0
"""Twice the usual error: on normal rows, where a sample has once the usual error on average,
scores are below 0 on average, and no stretch grows by chance."""

ROW_SHARE = 0.5
"""A row that is off everywhere is one stretch; one that is off in one place far more than anywhere
else is that place: the baseline is at least this share of the row's own mean."""

MOST_TIMES = 1e30
"""An error without bound counts as this many times the usual."""


class Stretch(NamedTuple):
    """Samples from `first` to `last`, both included."""

    first: int
    last: int


def sample_scores(times: np.ndarray) -> np.ndarray:
    """Scores (D,) of samples that have so many times their usual error: above 0 where off.

    A sample counts up to twice the baseline, so that the worst one adds as much as a perfect one
    takes away: a gap is bridged only where it is shorter than the stretches on its sides.
    """
    bounded = np.minimum(times, MOST_TIMES)
    baseline = max(LEAST_BASELINE, ROW_SHARE * float(bounded.mean()))
    scores: np.ndarray = np.minimum(bounded, 2 * baseline) - baseline
    return scores


def maximal_stretches(scores: Sequence[float]) -> list[Stretch]:
    """All maximal scoring subsequences of `scores` (D,), from left to right.

    Within such a one every proper part scores less, and nothing longer around it has that property.
    """
    found: list[_Candidate] = []
    total = 0.0
    for place, score in enumerate(scores):
        before, total = total, total + float(score)
        if score > 0:
            _join(found, _Candidate(place, place, before, total))
    return [Stretch(one.first, one.last) for one in found]


class _Candidate(NamedTuple):
    """A stretch, and the sum of all scores before it and up to its end."""

    first: int
    last: int
    before: float
    through: float


def _join(found: list[_Candidate], new: _Candidate) -> None:
    """Add a candidate, or merge it with those on its left that only gain by it."""
    place = len(found) - 1
    while place >= 0:
        left = found[place]
        if left.before < new.before:
            if left.through >= new.through:
                break
            new = new._replace(first=left.first, before=left.before)
            del found[place:]
        place -= 1
    found.append(new)
