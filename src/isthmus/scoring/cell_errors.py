"""What is usual for each cell of a row: the yardstick of explanations."""

from __future__ import annotations

import numpy as np

from isthmus.model_file.manifest import CellErrors
from isthmus.schema import Schema

MOST_QUANTILES = 256
MOST_ROWS = 10_000
"""Rows that the usual errors are taken from, at most."""

_NEAR = 0.6827
"""The share of a normal distribution within one standard deviation, whatever the tails do."""
_DIGITS = 4


def cell_errors(
    rows: np.ndarray, rebuilt: np.ndarray, errors: np.ndarray, schema: Schema
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
    """
    observed = ~np.isnan(rows)
    return tuple(
        _of_cell(
            errors[seen, place].astype(np.float64),
            None if column.kind == "category" else (rows - rebuilt)[seen, place],
        )
        for place, (column, seen) in enumerate(zip(schema.columns, observed.T, strict=True))
    )


def evenly(rows: np.ndarray, most: int) -> np.ndarray:
    """At most that many of the rows (n,), evenly spaced."""
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).round().astype(np.int64)]


def _of_cell(errors: np.ndarray, residuals: np.ndarray | None) -> CellErrors:
    usual = None
    if residuals is not None:
        usual = float(np.quantile(np.abs(residuals), _NEAR)) if len(residuals) else 0.0
    return CellErrors(
        mean=_short(errors.mean()) if len(errors) else 0.0,
        residual=None if usual is None else _short(usual),
        quantiles=tuple(map(_short, evenly(np.sort(errors), MOST_QUANTILES))),
        rows=len(errors),
    )


def _short(value: float) -> float:
    """Few digits: they are read by people, and a file holds many of them."""
    return float(f"{value:.{_DIGITS}g}")
