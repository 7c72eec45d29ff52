"""Arrays that take room only where they differ from what they were expected to be."""

from __future__ import annotations

import numpy as np


class Compact:
    """An array that is filled part by part, and is the one expected as long as it equals it.

    Most rows have no holes: all ones is then said of their cells, and takes no memory.

    Parameters
    ----------
    expected : array, shape (N, W)
        Never written to.
    """

    def __init__(self, expected: np.ndarray) -> None:
        self.array = expected
        self._own = False

    def put(self, first: int, part: np.ndarray) -> None:
        """Put in rows (n, W), the first of them at `first`."""
        rows = slice(first, first + len(part))
        if not self._own:
            if np.array_equal(part, self.array[rows]):
                return
            self.array, self._own = self.array.copy(), True
        self.array[rows] = part


def filled_with(value: float, rows: int, width: int) -> np.ndarray:
    """An array (N, W) of one number, float32, that takes no room and cannot be written to."""
    return np.broadcast_to(np.float32(value), (rows, width))
