"""A row laid over what the network expected of it, with the gap between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy.typing as npt

if TYPE_CHECKING:
    pass

MOST_CELLS = 700
"""More points than a panel has pixels only slow the reader's machine."""
LABELS = "cell_labels"


@dataclass(frozen=True, eq=False)
class ReconstructedRow:
    """What one panel shows.

    Attributes
    ----------
    observed, expected : (D,) numbers
        The row and its reconstruction, in the same units; NaN where there is no value.
    errors : (D,) numbers
        What each cell adds to the row's score.
    score, p_value : float or None
        `None` where the row has none.
    """

    observed: npt.ArrayLike
    expected: npt.ArrayLike
    errors: npt.ArrayLike
    title: str
    score: float | None = None
    p_value: float | None = None
