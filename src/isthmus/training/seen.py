"""What decides how the numbers that a network sees are disturbed in training."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isthmus.options import Kind, Preset
from isthmus.training.preamble import Preamble

MOST_VALUES = 32
"""The most different values that are few, chosen with the tuning sets of docs/accuracy.md."""
ROWS_FOR_A_VALUE = 8
"""The rows that a value has on average, at least: a short table has many measurements but once."""
_ROWS_LOOKED_AT = 16384


@dataclass(frozen=True)
class SeenNumbers:
    """How the numbers of the rows that a network learns from differ.

    Attributes
    ----------
    deviation : float
        Standard deviation of those that vary, in scaled units: about 1 scaled by it.
    few : array of int
        The units that are swapped: numbers that take few values, as yes and no; shape (F,).
    """

    deviation: float
    few: np.ndarray

    @classmethod
    def of(
        cls,
        preamble: Preamble,
        inputs: np.ndarray,
        learning: np.ndarray | slice,
        kind: Kind,
        preset: Preset,
    ) -> SeenNumbers:
        """Those of inputs (N, U) in the rows of `learning`."""
        numbers = inputs[learning][:, : len(preamble.units.numbers)]
        # In a signal or an image neighbours tell what a value was, few values or many. What helps a
        # small network did not hold for wide ones on all tables: docs/accuracy.md.
        swapped = kind == "table" and preset == "fast"
        few = few_valued(numbers) if swapped else np.empty(0, np.int64)
        numbers = numbers[:, ~preamble.scale.constant]  # the copy before it is held no longer
        return cls(float(numbers.std(dtype=np.float64)) if numbers.size else 1.0, few)


def few_valued(numbers: np.ndarray) -> np.ndarray:
    """The columns of numbers (N, C) in which few different values stand, each in many rows."""
    # Evenly over the rows: they may be sorted.
    some = numbers[:: max(1, len(numbers) // _ROWS_LOOKED_AT)]
    most = min(MOST_VALUES, len(some) // ROWS_FOR_A_VALUE)
    return np.flatnonzero([len(np.unique(column)) <= most for column in some.T])
