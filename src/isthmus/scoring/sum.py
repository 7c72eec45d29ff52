"""One number that tells of many cells whether something is missing or infinite among them."""

from __future__ import annotations

from typing import Any

import numpy as np


def sum_of(cells: np.ndarray) -> np.floating[Any]:
    """The sum of cells (N, D): finite only where all of them are, NaN where one is missing.

    It may be infinite or NaN where cells are large or infinite and none is missing.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        # Faster than `sum`, which takes care of rounding that does not matter here.
        total: np.floating[Any] = np.einsum("ij->", cells)
        return total
