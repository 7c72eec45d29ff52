"""What is usual for each cell of a row: the yardstick of explanations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from isthmus.model_file.manifest import CellErrors, Curve
from isthmus.schema import Schema

MOST_QUANTILES, FEWEST_QUANTILES = 256, 16
NUMBERS = 65_536
"""Quantiles of all cells together, about, where cells are many."""
MOST_ROWS = 10_000
"""Rows that the usual errors are taken from, at most."""
MOST_CELLS, FEWEST_ROWS = 1 << 24, 256
"""Cells of all these rows together, about, where a row has many; but at least so many rows."""

_NEAR = 0.6827
"""The share of a normal distribution within one standard deviation, whatever the tails do."""
_DIGITS = 4
_TOGETHER = 1 << 18
"""Cells that are laid column by column at a time: they stay near."""


def cell_errors(
    rows: np.ndarray,
    rebuilt: np.ndarray,
    errors: np.ndarray,
    schema: Schema,
    curves: Mapping[int, Curve] | None = None,
) -> tuple[CellErrors, ...]:
    """The usual errors of D cells.

    Parameters
    ----------
    rows, rebuilt : array, shape (n, D)
        Normal rows and what networks that did not train on them made of these, in the user's
        units; NaN is a missing cell, which does not count.
    errors : array, shape (n, D)
        Errors of the cells, in units of the loss.
    schema : Schema
        What the columns are.
    curves : mapping of int to Curve, optional
        Those of the heavy-tailed columns, by their place.
    """
    found, curves = [], curves or {}
    most = _quantiles(schema.width)
    columns = zip(*map(_columns, (rows, rebuilt, errors)), strict=True)
    for place, (observed, made, error) in enumerate(columns):
        seen, curve = ~np.isnan(observed), curves.get(place)
        usual = None
        if schema.column_of(place).kind == "numeric":
            usual = _usual_difference(observed[seen], made[seen], curve)
        found.append(_of_cell(error[seen].astype(np.float64), usual, curve, most))
    return tuple(found)


def _columns(cells: np.ndarray) -> Iterator[np.ndarray]:
    """The columns (n,) of rows (n, D), each in one piece; some are made at a time."""
    together = max(_TOGETHER // max(len(cells), 1), 1)
    for first in range(0, cells.shape[1], together):
        yield from np.ascontiguousarray(cells[:, first : first + together].T)


def most_rows(cells: int) -> int:
    """How many rows of so many cells the usual errors are taken from, at most."""
    return min(MOST_ROWS, max(FEWEST_ROWS, MOST_CELLS // cells))


def evenly(rows: np.ndarray, most: int) -> np.ndarray:
    """At most that many of the rows (n,), evenly spaced."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).round().astype(np.int64)]


def _usual_difference(observed: np.ndarray, rebuilt: np.ndarray, curve: Curve | None) -> float:
    """What observed and rebuilt (n,) usually differ by, on a curve in its middle."""
    if not len(observed):
        return 0.0
    if curve is None:
        return float(np.quantile(np.abs(observed - rebuilt), _NEAR))
    along = [np.arcsinh((part - curve.middle) / curve.spread) for part in (observed, rebuilt)]
    return curve.spread * float(np.quantile(np.abs(along[0] - along[1]), _NEAR))


def _of_cell(errors: np.ndarray, usual: float | None, curve: Curve | None, most: int) -> CellErrors:
    return CellErrors(
        mean=_short(errors.mean()) if len(errors) else 0.0,
        residual=None if usual is None else _short(usual),
        quantiles=tuple(map(_short, evenly(np.sort(errors), most).tolist())),
        rows=len(errors),
        curve=curve,
    )


def _quantiles(cells: int) -> int:
    """How many quantiles each of so many cells has: a file of many cells stays small."""
    return min(MOST_QUANTILES, max(FEWEST_QUANTILES, NUMBERS // cells))


def _short(value: float) -> float:
    """Few digits: they are read by people, and a file holds many of them."""
    return float(f"{value:.{_DIGITS}g}")
