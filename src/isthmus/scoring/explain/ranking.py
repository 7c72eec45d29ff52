"""Which cells carry a row's score, and by how much."""

from __future__ import annotations

import numpy as np


def ranked(times: np.ndarray, errors: np.ndarray) -> np.ndarray:
    """Places (D,) of a row's cells, first the one that is off most, as measured by its own usual.

    Raw errors would always name the cells that are hard to rebuild in any row. Of equals the
    larger error comes first, then the earlier cell.
    """
    return np.lexsort((np.arange(len(times)), -errors, -times))


def shares(errors: np.ndarray) -> np.ndarray:
    """Each cell's share (D,) of a row's total error; sums to 1, or is 0 where there is no error.

    Cells whose error is too large for a number share everything among themselves.
    """
    weights = np.isinf(errors).astype(np.float64)
    if not weights.any():
        largest = errors.max(initial=0.0)
        weights = errors / largest if largest > 0 else weights
    total = weights.sum()
    shares: np.ndarray = weights / total if total > 0 else weights
    return shares
