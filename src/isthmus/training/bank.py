"""A bank of normal rows: what the distance of a row is measured to.

A member looks at rows that its group learnt from and at no others, so that across folds no
calibration row ever meets itself, and a fresh row is looked up just as it was. A row that came
several times is in the bank once: its copies would make all that is near it look crowded.

The rows of a group may be dealt into parts, whose nearest rows count alike (bagged nearest
neighbours; Biau, Cérou and Guyader, 2010).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from isthmus.options import Kind
from isthmus.training.folds import Plan
from isthmus.training.preamble import CellArrays, Preamble
from isthmus.training.space import Space

TYPICAL: dict[Kind, float | None] = {"table": 0.3, "signal": None, "image": None}
"""How much of what is usual anywhere is added to what is usual around a row, before distances are
taken relative to that; None: they are not relative. Without it the copies of a common row would
make all that is near them look strange. Rows of one quantity are near each other where they are
smooth, and not where normal is crowded."""
PARTS: dict[Kind, int] = {"table": 1, "signal": 2, "image": 1}
"""Parts of each group. Of signals a single odd one in training then counts for half."""
NEIGHBOURS = 5
"""Of a row of the bank, in its own part, whose mean distance is usual around it."""
NEARLY = 0.01
"""Added to every distance, in deviations of a cell: rows that repeat others have none."""
LARGEST_BANK = 1 << 22
"""Numbers in the bank, at most: 16 MB of a model file."""
LONELY = 0.95
"""Share of the rows around which what is usual is taken as it is; around the others it is as around
the last of these. A row far from all others would else make a wide circle look normal: it may be an
anomaly that nobody noticed."""
SEARCHED = 2.5
"""So many times the rows of the bank, at most, are in all parts together: the price of a search."""
SIFTED = 8
"""So many times the rows of the bank are looked through for such as differ."""
AT_ONCE = 1024
"""Rows whose distances to all of a part are held in memory."""


@dataclass(frozen=True)
class Bank:
    """Rows of P parts, some for each group of members; a shorter part names some rows twice.

    Attributes
    ----------
    space : Space
        Where rows lie among others.
    fold : array, shape (U, D)
        1 where a unit belongs to a column.
    rows : array, shape (R, U)
        Where the rows lie, each another place, float32.
    part : array, shape (P, B)
        Which of them each part holds, int64.
    weight : array, shape (P, B)
        What squared distances to them are multiplied by, float64.
    alone : array, shape (P, B)
        Their own squared distances, so weighed, to the nearest other row of the part.
    looks : array, shape (M, S)
        The parts that each member looks at.
    """

    space: Space
    fold: np.ndarray
    rows: np.ndarray
    part: np.ndarray
    weight: np.ndarray
    alone: np.ndarray
    looks: np.ndarray

    @classmethod
    def fit(
        cls,
        preamble: Preamble,
        arrays: CellArrays,
        dealt: Plan,
        per_group: int,
        *,
        rows: int,
        seed: int,
        kind: Kind,
        rescaled: bool,
    ) -> Self:
        """Take the bank from training rows.

        Parameters
        ----------
        preamble, arrays
            The preamble, and all rows as it made them.
        dealt : Plan
            Who trains on which rows.
        per_group : int
            Members of each group.
        rows : int
            Rows in the bank, at most.
        seed : int
            Of the choice.
        kind : str
            Of the rows.
        rescaled : bool
            Whether units are not yet on a scale of deviations.
        """
        learning = np.unique(np.concatenate(dealt.training))
        known = arrays.target[learning] if rescaled else None
        space = Space.fit(preamble, known, blurred=kind == "signal")
        most = max(2, min(rows, LARGEST_BANK // space.width, int(SEARCHED * rows / dealt.groups)))
        seen = np.random.default_rng([seed, len(arrays.target)]).permutation(learning)
        held = Distinct.of(space.place(arrays.target[seen[: SIFTED * most]]), most)
        counts = [held.counts(np.isin(seen[: SIFTED * most], own)) for own in dealt.training]
        dealt_out = [np.array_split(np.flatnonzero(count), PARTS[kind]) for count in counts]
        parts = [part for of_group in dealt_out for part in of_group]
        longest = max(map(len, parts))
        observed = arrays.observed.shape[1]
        apart = [
            Apart.of(held.rows[part], counts[at // PARTS[kind]][part], observed, TYPICAL[kind])
            for at, part in enumerate(parts)
        ]
        return cls(
            space,
            preamble.units.fold[: space.width],
            held.rows,
            np.stack([np.resize(part, longest) for part in parts]),
            np.stack([np.resize(one.weight, longest) for one in apart]),
            np.stack([np.resize(one.alone, longest) for one in apart]),
            np.arange(len(parts)).reshape(dealt.groups, -1).repeat(per_group, axis=0),
        )

    @property
    def widest(self) -> int:
        """Numbers that the search makes of one row."""
        return int(np.prod(self.part.shape))


class Distinct(NamedTuple):
    """Rows that differ, and which of them others repeat."""

    rows: np.ndarray  # (R, U)
    place: np.ndarray  # (N,): among those, of every row; R where it was not kept

    @classmethod
    def of(cls, rows: np.ndarray, most: int) -> Self:
        """The first rows (N, U) that differ, in their order, at most so many."""
        _, first, place = np.unique(rows, axis=0, return_index=True, return_inverse=True)
        order = np.argsort(first)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        kept = first[order[:most]]
        return cls(rows[kept], np.minimum(rank[place.ravel()], len(kept)))

    def counts(self, own: np.ndarray) -> np.ndarray:
        """How often each of the rows (R,) is among those that are a group's own (N,)."""
        found: np.ndarray = np.bincount(self.place[own], minlength=len(self.rows) + 1)
        return found[: len(self.rows)]


class Apart(NamedTuple):
    """How rows of a part lie among each other, (B,) each, float64: see `Nearest`."""

    weight: np.ndarray
    alone: np.ndarray

    @classmethod
    def of(cls, places: np.ndarray, counts: np.ndarray, cells: int, typical: float | None) -> Self:
        """Of rows (B, U) that came so often (B,), with so many cells."""
        count = min(NEIGHBOURS, len(places) - 1)
        if not count:
            return cls(np.ones(1), np.zeros(1))
        weight = np.ones(len(places))
        if typical is not None:
            usual = np.concatenate([_usual(some, count, cells) for some in _squares(places)])
            usual = np.minimum(usual, np.quantile(usual, LONELY))
            weight = (usual + typical * usual.mean()) ** -2
        alone = np.concatenate([(some * weight).min(axis=1) for some in _squares(places)])
        return cls(weight, np.where(counts > 1, 0.0, alone))


def _squares(places: np.ndarray) -> Iterator[np.ndarray]:
    """Squared distances of rows (B, U), of some (b, B) after the other; infinite to themselves."""
    exact = places.astype(np.float64)
    squares = (exact**2).sum(axis=1)
    for start in range(0, len(exact), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        apart = squares[some, None] - 2 * exact[some] @ exact.T + squares
        np.maximum(apart, 0.0, out=apart)
        apart[np.arange(len(apart)), start + np.arange(len(apart))] = np.inf
        yield apart


def _usual(squares: np.ndarray, count: int, cells: int) -> np.ndarray:
    """The mean distance (b,) to so many nearest rows, by squared distances (b, B)."""
    nearest = np.sort(np.partition(squares, count - 1, axis=1)[:, :count], axis=1)
    usual: np.ndarray = np.sqrt(nearest / cells).mean(axis=1) + NEARLY
    return usual
