"""The cells of some rows, checked against each other and few enough to draw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.errors import DataError

Values = npt.NDArray[np.float64]

MOST_CELLS = 700
"""More points than a panel has pixels only slow the reader's machine."""
MOST_COLUMNS = 20
"""More names than this cannot be read beside each other."""
WORDS = ("observed", "expected", "errors")


@dataclass(frozen=True, eq=False)
class Cells:
    """What is drawn of each row.

    Attributes
    ----------
    values : (rows, 3, shown) float64
        Observed, expected and error of each cell; NaN where there is none.
    positions : (shown,) float64
        Where the cells stand along the row.
    names : tuple of str or None
        Of the shown cells.
    remark : str
        What was left out, or nothing.
    """

    values: Values
    positions: Values
    names: tuple[str, ...] | None
    remark: str

    @property
    def value_range(self) -> tuple[float, float]:
        """The lowest and highest value of all rows, a little apart even when they are equal."""
        shown = self.values[:, :2][np.isfinite(self.values[:, :2])]
        low, high = (float(shown.min()), float(shown.max())) if len(shown) else (0.0, 0.0)
        margin = 0.04 * (high - low) or 0.5 * max(1.0, abs(low))
        return low - margin, high + margin

    @property
    def largest_error(self) -> float:
        shown = self.values[:, 2][np.isfinite(self.values[:, 2])]
        return float(shown.max(initial=0.0)) or 1.0

    def records(self, row: int) -> list[dict[str, Any]]:
        """One record a cell; JSON has no NaN, so what is not finite is null."""
        return [
            {"cell": float(position), "observed": observed, "expected": expected, "error": error}
            for position, observed, expected, error in zip(
                self.positions, *(map(_or_none, line) for line in self.values[row]), strict=True
            )
        ]


def laid_out(
    rows: Sequence[tuple[npt.ArrayLike, npt.ArrayLike, npt.ArrayLike]],
    names: Sequence[str] | None,
) -> Cells:
    """Lay rows of observed, expected and error, each (D,), side by side, and thin them out.

    Raises
    ------
    DataError
        Naming every array that does not fit, or if there is no row or no cell.
    """
    arrays = [[np.asarray(part, np.float64) for part in row] for row in rows]
    _check(arrays, names)
    values = np.array(arrays)  # (rows, 3, D)
    if names is None:
        shown, remark = _worst_of_neighbours(values[:, 2])
        return Cells(values[:, :, shown], shown.astype(np.float64), None, remark)
    shown, remark = _worst_columns(values[:, 2])
    places = np.arange(len(shown), dtype=np.float64)
    return Cells(values[:, :, shown], places, tuple(names[cell] for cell in shown), remark)


def _check(arrays: list[list[Values]], names: Sequence[str] | None) -> None:
    if not arrays:
        raise DataError("no row came, at least one was expected")
    expected = arrays[0][0].shape
    if len(expected) != 1 or not expected[0]:
        raise DataError(f"row 0, observed: shape (D,) was expected, {expected} came")
    problems = [
        f"row {row}, {word}: shape {expected} was expected, {part.shape} came"
        for row, parts in enumerate(arrays)
        for word, part in zip(WORDS, parts, strict=True)
        if part.shape != expected
    ]
    if names is not None and len(names) != expected[0]:
        problems.append(f"names: {expected[0]} were expected, {len(names)} came")
    if problems:
        raise DataError(*problems)


def _worst_of_neighbours(errors: Values) -> tuple[npt.NDArray[np.int64], str]:
    """Of every few neighbouring cells the one with the largest error in any row; (shown,)."""
    cells = errors.shape[1]
    if cells <= MOST_CELLS:
        return np.arange(cells), ""
    together = -(-cells // MOST_CELLS)
    worst = _largest(errors)
    starts = range(0, cells, together)
    shown = [start + int(np.argmax(worst[start : start + together])) for start in starts]
    return np.array(shown), f"of every {together} of {cells} cells the one with the largest error"


def _worst_columns(errors: Values) -> tuple[npt.NDArray[np.int64], str]:
    """The columns with the largest errors in any row, in their own order; (shown,)."""
    columns = errors.shape[1]
    if columns <= MOST_COLUMNS:
        return np.arange(columns), ""
    worst = np.argsort(-_largest(errors), kind="stable")[:MOST_COLUMNS]
    return np.sort(worst), f"the {MOST_COLUMNS} of {columns} columns with the largest errors"


def _largest(errors: Values) -> Values:
    return np.asarray(np.nan_to_num(errors, nan=-1.0).max(axis=0))


def _or_none(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
