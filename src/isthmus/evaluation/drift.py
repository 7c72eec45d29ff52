"""Whether new rows are still like the training rows, column by column.

Each column of numbers is compared by the largest difference of the two distribution functions
(Kolmogorov, 1933; Smirnov, 1948), each category by the chi-squared test of its counts (Pearson,
1900), and how often it is missing likewise. What is known of training are the quantiles and counts
in the model file; rows go by in batches, and only counts of them are kept.

A test says whether a difference is luck, an effect how large it is: with a million rows every
difference is significant, and most do not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import Literal

import numpy as np
import numpy.typing as npt

from isthmus.errors import require
from isthmus.schema import Column, Schema

Values = npt.NDArray[np.float64]

LEVEL = 0.01
"""The chance that any column at all is said to have drifted where none has (Bonferroni)."""
FEWEST_EXPECTED = 5.0
"""Levels of which fewer rows are expected are counted together (Cochran, 1954)."""


@dataclass(frozen=True)
class ColumnDrift:
    """How far one column of new rows is from that of training.

    Attributes
    ----------
    name : str
        The column.
    kind : {"numeric", "category"}
        Of the column.
    p_value : float
        The chance of such a difference where nothing has changed; of the values or of how often
        they are missing, whichever is smaller, doubled.
    distance : float
        The largest difference of the shares below any value, of a category half the sum of all
        differences of shares; from 0 to 1.
    shift : float or None
        How far the values have moved on average (Wasserstein distance), in standard deviations of
        training; negative downward. None for a category and for a column that never varied.
    missing, was_missing : float
        Shares of new and of training rows without a value.
    unseen : float
        The share of new rows whose level training never had.
    """

    name: str
    kind: Literal["numeric", "category"]
    p_value: float
    distance: float
    shift: float | None
    missing: float
    was_missing: float
    unseen: float = 0.0


@dataclass(frozen=True)
class Drift:
    """All columns, the furthest off first.

    Attributes
    ----------
    columns : tuple of ColumnDrift
        In the order of their p-values, of equal ones the larger distance first.
    rows, training_rows : int
        How many were compared.
    """

    columns: tuple[ColumnDrift, ...]
    rows: int
    training_rows: int

    @property
    def drifted(self) -> tuple[ColumnDrift, ...]:
        """Those whose difference is no luck, with `LEVEL` for all columns together."""
        return tuple(one for one in self.columns if one.p_value * len(self.columns) <= LEVEL)


@dataclass
class Drifting:
    """Counts of rows that go by, against a detector's training rows.

    Parameters
    ----------
    schema : Schema
        What the detector knows of training.
    training_rows : int
        How many rows that was.
    """

    schema: Schema
    training_rows: int
    rows: int = 0
    _cells: int = 0
    counts: list[npt.NDArray[np.int64]] = field(init=False)
    missing: npt.NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        self.counts = [np.zeros(2 * len(edges) + 1, np.int64) for edges in self._edges]
        self.missing = np.zeros(len(self.schema.columns), np.int64)

    @cached_property
    def _edges(self) -> list[Values]:
        """The values that training is known by, of a category the places of its levels."""
        return [
            np.arange(len(column.levels), dtype=np.float64)
            if column.kind == "category"
            else np.unique(np.array(column.quantiles, np.float64))
            for column in self.schema.columns
        ]

    def add(self, values: npt.NDArray[np.floating]) -> None:
        """Count rows (N, D); NaN is missing. Of images every pixel counts for its channel."""
        cells = values.reshape(-1, len(self.schema.columns))
        self.rows += len(values)
        self._cells += len(cells)
        for place, edges in enumerate(self._edges):
            column = cells[:, place].astype(np.float64)
            column = column[~np.isnan(column)]
            self.missing[place] += len(cells) - len(column)
            # Below the first edge 0, on it 1, between it and the second 2, and so on.
            where = edges.searchsorted(column, "left") + edges.searchsorted(column, "right")
            self.counts[place] += np.bincount(where, minlength=len(self.counts[place]))

    def found(self) -> Drift:
        """What the counts say."""
        found = [
            self._column(place, column)
            for place, column in enumerate(self.schema.columns)
            if self.rows
        ]
        order = sorted(found, key=lambda one: (one.p_value, -one.distance))
        return Drift(tuple(order), self.rows, self.training_rows)

    def _column(self, place: int, column: Column) -> ColumnDrift:
        present = int(self.counts[place].sum())
        missing = float(self.missing[place] / self._cells)
        was_missing = round(column.missing * self.training_rows)
        # Pixels of one image hang together: as evidence an image is one row.
        gone, seen = round(missing * self.rows), round(present * self.rows / self._cells)
        told = [
            _chi_squared([gone, self.rows - gone], [was_missing, self.training_rows - was_missing])
        ]
        distance, shift, unseen = abs(missing - column.missing), None, 0.0
        if column.kind == "category":
            levels = self.counts[place][1::2]
            other = present - int(levels.sum())
            unseen = other / self.rows
            told.append(_chi_squared([*levels.tolist(), other], [*column.counts, 0]))
            distance = max(distance, _apart([*levels, other], [*column.counts, 0]))
        elif present and column.quantiles:
            apart = _largest_gap(self.counts[place], self._edges[place], column.quantiles)
            told.append(_smirnov(apart, seen, self.training_rows - was_missing))
            distance = max(distance, apart)
            shift = _shift(self.counts[place], self._edges[place], column.quantiles)
        return ColumnDrift(
            name=column.name,
            kind=column.kind,
            p_value=min(1.0, 2 * min(told)),
            distance=float(distance),
            shift=shift,
            missing=missing,
            was_missing=column.missing,
            unseen=unseen,
        )


def _largest_gap(counts: npt.NDArray[np.int64], edges: Values, quantiles: Sequence[float]) -> float:
    """The largest difference of the distribution functions, on and just below each edge.

    That of training is known to half a quantile, which is taken off.
    """
    known = np.array(quantiles)
    below = np.cumsum(counts)[:-1] / counts.sum()
    was = [known.searchsorted(edges, side) / len(known) for side in ("left", "right")]
    gap = np.abs(below - np.stack(was, axis=1).ravel()).max(initial=0.0)
    return float(max(gap - 0.5 / len(known), 0.0))


def _shift(
    counts: npt.NDArray[np.int64], edges: Values, quantiles: Sequence[float]
) -> float | None:
    known = np.array(quantiles)
    spread = float(known.std())
    if not spread > 0 or not np.isfinite(spread):
        return None
    # What lies between two edges is taken for their middle, and beyond all for the last.
    between = np.concatenate([edges[:1], (edges[1:] + edges[:-1]) / 2, edges[-1:]])
    places = np.empty(len(counts))
    places[::2], places[1::2] = between, edges
    share = counts / counts.sum()
    moved = _scipy("stats").wasserstein_distance(places, known, share)
    upward = share @ places >= known.mean()
    return float(moved / spread) * (1 if upward else -1)


def _smirnov(gap: float, rows: int, training_rows: int) -> float:
    """The chance of so large a gap, by the limit for many rows."""
    size = np.sqrt(rows * training_rows / max(rows + training_rows, 1))
    return float(_scipy("stats").kstwobign.sf(size * gap))


def _chi_squared(counts: Sequence[int], was: Sequence[int]) -> float:
    """The chance of such counts where nothing has changed; rare levels count together."""
    both = np.array([counts, was], np.float64)
    both = both[:, both.sum(axis=0) > 0]
    if both.shape[1] < 2 or (both.sum(axis=1) == 0).any():
        return 1.0
    expected = both.sum(axis=0) * both.sum(axis=1).min() / both.sum()
    rare = expected < FEWEST_EXPECTED
    if rare.sum() > 1:
        together = both[:, rare].sum(axis=1, keepdims=True)
        both = np.concatenate([both[:, ~rare], together], axis=1)
    if both.shape[1] < 2:
        return 1.0
    return float(_scipy("stats").chi2_contingency(both).pvalue)


def _apart(counts: Sequence[int], was: Sequence[int]) -> float:
    now, before = (np.array(one, np.float64) / max(sum(one), 1) for one in (counts, was))
    return float(np.abs(now - before).sum() / 2)


def _scipy(part: str) -> ModuleType:
    return require(f"scipy.{part}", extra="evaluate", purpose="comparing rows with training")
