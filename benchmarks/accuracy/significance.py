"""Is a difference between two detectors more than the luck of these data sets?

The figures that are compared are means over the seeds, one for each data set: sets are what differs
by chance, seeds of one set are no new evidence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import wilcoxon  # type: ignore[import-untyped]

RESAMPLES, COVERAGE, SEED = 10_000, 0.95, 0


@dataclass(frozen=True)
class Comparison:
    """One detector less another, over data sets.

    Attributes
    ----------
    difference : float
        Mean over the sets.
    low, high : float
        Ends of the bootstrap interval of 95 % over the sets.
    wins, losses : int
        Sets where the one, or the other, is ahead.
    p_value : float
        Of Wilcoxon's signed-rank test, two-sided.
    """

    difference: float
    low: float
    high: float
    wins: int
    losses: int
    p_value: float


def compare(ours: Mapping[str, float], others: Mapping[str, float]) -> Comparison:
    """Compare figures of the same data sets.

    Raises
    ------
    ValueError
        If the sets differ.
    """
    if set(ours) != set(others):
        raise ValueError(f"figures of other sets: {sorted(set(ours) ^ set(others))}")
    differences = np.array([ours[name] - others[name] for name in sorted(ours)])
    low, high = interval(differences)
    return Comparison(
        difference=float(differences.mean()),
        low=low,
        high=high,
        wins=int((differences > 0).sum()),
        losses=int((differences < 0).sum()),
        p_value=signed_rank(differences),
    )


def signed_rank(differences: np.ndarray) -> float:
    """Two-sided p-value of Wilcoxon's signed-rank test; 1 where nothing differs."""
    if not differences.any():
        return 1.0
    return float(wilcoxon(differences).pvalue)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjustment (1979) for having asked so many questions at once."""
    count = len(p_values)
    adjusted = [0.0] * count
    largest = 0.0
    for rank, place in enumerate(np.argsort(p_values, kind="stable")):
        largest = max(largest, min(1.0, (count - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted


def interval(differences: np.ndarray) -> tuple[float, float]:
    """The bootstrap interval of the mean, by its percentiles, over resampled data sets."""
    generator = np.random.default_rng(SEED)
    drawn = generator.integers(len(differences), size=(RESAMPLES, len(differences)))
    ends = [(1 - COVERAGE) / 2, (1 + COVERAGE) / 2]
    low, high = np.quantile(differences[drawn].mean(axis=1), ends)
    return float(low), float(high)
