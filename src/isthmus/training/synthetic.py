"""Anomalies made of normal rows: to see, without labels, what tells them from the normal ones.

They say how detectors compare on faults of known kinds, not how well real faults will be found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from isthmus.options import Kind
from isthmus.training.preamble import Preamble

FEW = 3
"""Cells, at most, of the rows in which few are wrong; in the others a third are."""
JITTER = (1.0, 3.0)
"""Deviations of the cell."""
STRETCH = (1.5, 3.0)
"""Times the distance from the mean."""


@dataclass(frozen=True)
class Material:
    """Normal rows, and what is known of their cells.

    Attributes
    ----------
    rows : array, shape (n, D)
        In the user's units; NaN is missing.
    preamble : Preamble
        On whose scale numbers are moved.
    varying : array of int
        The cells that are not the same in all rows.
    generator : Generator
        Decides everything random.
    """

    rows: np.ndarray
    preamble: Preamble
    varying: np.ndarray
    generator: np.random.Generator

    @classmethod
    def of(cls, rows: np.ndarray, preamble: Preamble, generator: np.random.Generator) -> Material:
        """Look which cells vary."""
        first = np.where(np.isnan(rows), np.inf, rows).min(axis=0)
        last = np.where(np.isnan(rows), -np.inf, rows).max(axis=0)
        return cls(rows, preamble, np.flatnonzero(last > first), generator)

    def some(self, *, third: bool) -> np.ndarray:
        """Which cells (n, D) are to be wrong: a third of those that vary, or a few, by turns."""
        count, width = len(self.rows), len(self.varying)
        order = self.generator.random((count, width), dtype=np.float32)
        many = np.full(count, max(1, -(-width // 3)))
        if not third:
            few = self.generator.integers(1, FEW + 1, count)
            many = np.where(np.arange(count) % 2, many, np.minimum(few, width))
        least = np.sort(order, axis=1)[np.arange(count), many - 1]
        chosen = np.zeros(self.rows.shape, bool)
        chosen[:, self.varying] = order <= least[:, None]
        return chosen

    def moved(self, move: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """The rows with their numbers moved on the scale of the preamble, before it squashes."""
        numbers, tails, scale = (
            self.preamble.units.numbers,
            self.preamble.tails,
            self.preamble.scale,
        )
        exact = self.rows[:, numbers].astype(np.float64)
        scaled = scale.apply(tails.apply(exact))
        new = tails.revert(move(scaled) * scale.scale + scale.center)
        rows = self.rows.copy()
        # A column that was constant in training has no scale to be moved on.
        rows[:, numbers] = np.where(np.isnan(exact) | scale.constant, exact, new)
        return rows


def exchanged(material: Material) -> np.ndarray:
    """One to three cells, or a third of them, are those of other rows."""
    rows, generator = material.rows, material.generator
    chosen = material.some(third=False)
    apart = generator.integers(1, max(len(rows), 2), rows.shape, dtype=np.int32)
    others = (np.arange(len(rows))[:, None] + apart) % len(rows)
    return np.where(chosen, np.take_along_axis(rows, others, axis=0), rows)


def jittered(material: Material) -> np.ndarray:
    """A third of the cells are off by one to three of their deviations."""
    numbers, generator = material.preamble.units.numbers, material.generator
    chosen = material.some(third=True)[:, numbers]

    def move(scaled: np.ndarray) -> np.ndarray:
        size = generator.uniform(*JITTER, scaled.shape) * _usual(scaled)[1]
        signs = np.where(generator.random(scaled.shape) < 0.5, -1.0, 1.0)
        moved: np.ndarray = scaled + chosen * signs * size
        return moved

    return material.moved(move)


def stretched(material: Material) -> np.ndarray:
    """The row lies farther from the mean, in the same direction."""
    factor = material.generator.uniform(*STRETCH, (len(material.rows), 1))

    def move(scaled: np.ndarray) -> np.ndarray:
        middle = _usual(scaled)[0]
        moved: np.ndarray = middle + factor * (scaled - middle)
        return moved

    return material.moved(move)


def windowed(material: Material) -> np.ndarray:
    """An eighth to a quarter of a signal is late, another's, or flat."""
    rows, generator = material.rows.copy(), material.generator
    count, width = rows.shape
    lengths = generator.integers(max(2, width // 8), max(3, width // 4 + 1), count)
    for row, length in enumerate(np.minimum(lengths, width)):
        first = int(generator.integers(0, width - length + 1))
        window = slice(first, first + int(length))
        own, how = material.rows[row, window], generator.integers(3)
        if how == 0:
            rows[row, window] = np.roll(own, int(generator.integers(1, max(2, length // 2 + 1))))
        elif how == 1:
            rows[row, window] = material.rows[generator.integers(count), window]
        else:
            there = own[~np.isnan(own)]
            rows[row, window] = np.where(np.isnan(own), own, there.mean() if len(there) else 0.0)
    return rows


def _usual(scaled: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and deviation (D,) of cells (n, D) that are there; 0 where none is."""
    there = ~np.isnan(scaled)
    count = np.maximum(there.sum(axis=0), 1)
    middle = np.where(there, scaled, 0.0).sum(axis=0) / count
    squares = np.where(there, scaled - middle, 0.0) ** 2
    return middle, np.sqrt(squares.sum(axis=0) / count)


Make = Callable[[Material], np.ndarray]

MAKERS: dict[str, tuple[Make, tuple[Kind, ...], bool]] = {
    "exchanged": (exchanged, ("table", "signal", "image"), False),
    "jittered": (jittered, ("table", "signal", "image"), True),
    "stretched": (stretched, ("table", "signal"), True),
    "window": (windowed, ("signal",), True),
}
"""What makes them, the kinds of rows for which they make sense, and whether it takes numbers."""


def made_of(material: Material, kind: Kind) -> dict[str, np.ndarray]:
    """Rows (n, D) for every kind of anomaly that makes sense."""
    varying = np.isin(material.preamble.units.numbers, material.varying).any()
    return {
        name: make(material)
        for name, (make, kinds, of_numbers) in MAKERS.items()
        if kind in kinds and (varying or not of_numbers)
    }
