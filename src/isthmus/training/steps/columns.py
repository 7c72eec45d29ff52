"""Columns of rows, some at a time, each in one piece: sums are then quick, and exacter."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

_TOGETHER = 1 << 20
"""Cells that are looked at together: they stay near."""


def of_columns(
    values: np.ndarray,
    look: Callable[[np.ndarray, slice], np.ndarray],
    element: npt.DTypeLike = np.float64,
) -> np.ndarray:
    """What `look` makes of every column of rows (N, D).

    Parameters
    ----------
    values : array, shape (N, D)
        Rows.
    look : callable
        Gives one number, or K of them, for each of n columns (n, N), which must not be written
        to: (n,) or (K, n). Told besides where among the D these are.
    element : dtype
        In which the columns are looked at.

    Returns
    -------
    array
        Shape (D,) or (K, D).
    """
    rows, width = values.shape
    step = max(_TOGETHER // max(rows, 1), 1)
    places = (slice(first, first + step) for first in range(0, max(width, 1), step))
    parts = [
        look(values[:, place].T.astype(element, order="C", copy=False), place) for place in places
    ]
    return np.concatenate(parts, axis=-1)
