"""Rows drawn evenly from an input of any length, in one pass and bounded memory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from isthmus.options import TrainingOptions

CELLS = 1 << 24
"""Cells that are learnt from, unless their rows are few: as much as training looks at."""
FEWEST_ROWS = 200_000
"""Rows that are never too many, however wide."""
_OWN = 0x6973_7468
"""What makes the numbers drawn here others than those of anyone with the same seed."""


@dataclass(frozen=True)
class Sampling:
    """How many rows of an input are learnt from.

    Attributes
    ----------
    rows : int or None
        At most so many; None: as many as their width allows.
    seed : int
        Of the draw.
    only : bool
        Whether nothing is learnt from the others.
    """

    rows: int | None = None
    seed: int = 0
    only: bool = True

    @classmethod
    def of(cls, options: TrainingOptions) -> Sampling:
        """What the options of a fit ask for."""
        return cls(options.sample_rows, options.seed, options.learn_from == "sample")

    def most(self, width: int) -> int:
        """Rows of that width, at most."""
        return self.rows or max(FEWEST_ROWS, CELLS // max(width, 1))

    def places(self, rows: int, width: int) -> npt.NDArray[np.int64]:
        """Which of so many rows are drawn, in their order: those that a stream of them gives."""
        most = self.most(width)
        if rows <= most:
            return np.arange(rows)
        keys = Keys(self.seed).of(rows)
        return np.flatnonzero(keys <= bound_of(keys, most))


class Keys:
    """A random number for each row; the rows with the smallest are drawn.

    Every set of so many rows is as likely as any other (Vitter, 1985, on reservoirs), and which
    one it is depends on the seed and the number of rows alone, not on how they come in batches.
    """

    def __init__(self, seed: int) -> None:
        # By the seed alone, data that NumPy made with the same one would be drawn by their values.
        self._generator = np.random.default_rng([seed, _OWN])

    def of(self, rows: int) -> npt.NDArray[np.float64]:
        """Those of the next rows, in [0, 1)."""
        return self._generator.random(rows)


def bound_of(keys: npt.NDArray[np.float64], most: int) -> float:
    """The largest of the `most` smallest keys."""
    return float(np.partition(keys, most - 1)[most - 1])
