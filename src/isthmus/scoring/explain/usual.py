"""What is usual for each cell: its errors on normal rows that the network did not train on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.errors import ModelFileError
from isthmus.model_file.manifest import CellErrors, Manifest
from isthmus.schema import Column
from isthmus.scoring.views import FLOOR

DIGITS = 4
"""Digits of the errors in a manifest; an error is rounded likewise before it is compared, or one
that every row has would seem to be larger than all of them."""

ROUNDING = 1e-6
"""Means below this part of the largest are those of cells that hardly vary, and not typical."""


@dataclass(frozen=True)
class Usual:
    """The out-of-fold errors of D cells, ready to be compared with.

    Attributes
    ----------
    means : array, shape (D,)
        The mean error of each cell, never below its floor; see `floored`.
    cells : sequence of CellErrors
        Length D.
    columns : sequence of Column
        Length D: that of each cell.
    """

    means: np.ndarray
    cells: Sequence[CellErrors]
    columns: Sequence[Column]

    @classmethod
    def of(cls, manifest: Manifest) -> Usual:
        """Made from what the manifest holds.

        Raises
        ------
        ModelFileError
            If it does not hold the errors of every cell.
        """
        cells, schema = manifest.cells, manifest.row_schema
        columns = tuple(map(schema.column_of, range(schema.width)))
        if len(cells) != len(columns):
            raise ModelFileError(
                f"the model file holds the usual errors of {len(cells)} cells, its rows have "
                f"{len(columns)}: nothing can be explained",
                advice="Fit the detector again.",
            )
        return cls(floored(cells, columns), cells, columns)

    def times(self, errors: np.ndarray) -> np.ndarray:
        """How many times its usual error each cell of a row has; (D,) for errors (D,)."""
        times: np.ndarray = errors / self.means
        return times

    def p_value(self, place: int, error: float) -> float:
        """P-value of one cell's own error, between 1 / (rows + 1) and 1."""
        cell = self.cells[place]
        as_held = float(f"{error:.{DIGITS}g}")
        return (1 + at_least(cell.quantiles, cell.rows, as_held)) / (cell.rows + 1)


def floored(cells: Sequence[CellErrors], columns: Sequence[Column]) -> np.ndarray:
    """Mean errors (D,), raised to what so many rows can tell.

    n rows without any error say little about the next one: had it the error of a typical cell,
    the mean would be that error / (n + 1). No mean counts as smaller. A column that never varied
    has no error of its own, only the network's rounding and unrest: there the error of a typical
    cell is the least, so that a true change comes first and its absence does not.
    """
    means = np.array([cell.mean for cell in cells], np.float64)
    rows = np.array([cell.rows for cell in cells], np.float64)
    constant = np.array([column.minimum == column.maximum for column in columns])
    varying = means[(means > max(ROUNDING * float(means.max()), FLOOR)) & ~constant]
    typical = float(np.median(varying)) if len(varying) else 0.0
    return np.maximum(means, np.maximum(np.where(constant, typical, typical / (rows + 1)), FLOOR))


def at_least(quantiles: Sequence[float], rows: int, error: float) -> int:
    """About how many of `rows` errors are at least as large as `error`.

    Between two quantiles the errors are taken to be spread evenly; with a quantile for every row
    the count is exact.
    """
    above = int(np.searchsorted(quantiles, error, side="left"))
    if above == len(quantiles):
        return 0
    if above == 0:
        return rows
    apart = (rows - 1) / (len(quantiles) - 1)  # ranks from one quantile to the next
    low, high = quantiles[above - 1], quantiles[above]
    within = (error - low) / (high - low) if np.isfinite(high) else 0.0
    return rows - int(np.ceil((above - 1 + within) * apart - 1e-9))
