"""Table or signal: whether the columns are unlike each other or one quantity, sampled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from isthmus.options import Kind
from isthmus.read.counting import counted

FEWEST_COLUMNS = 32
ALIKE = 0.8
"""Correlation of neighbours, of two columns and along the row, above which all columns are one
quantity. Columns that are measured in turn, as the colours of the pixels of a picture, are like
their neighbours among the columns, and unlike them along the row."""
LOOKED_AT = 2000
"""Rows, and pairs of neighbours, that are looked at; spread evenly."""
FEWEST_ROWS = 3

_NUMBERED = re.compile(r"(.*?)(\d+)", re.DOTALL)

Array = npt.NDArray[Any]


def choose_kind(
    names: Sequence[str],
    named: bool,
    values: Array,
    wanted: Literal["auto", "table", "signal", "image"] = "auto",
) -> tuple[Kind, str]:
    """Choose the kind of the rows, and say why and how to change it.

    Parameters
    ----------
    names : sequence of str
        The columns, length D.
    named : bool
        False when the names were made up.
    values : array
        Shape (N, D); NaN is missing.
    wanted : {"auto", "table", "signal", "image"}
        What the user asked for. Rows of numbers are images only where that is asked for.

    Returns
    -------
    kind : {"table", "signal", "image"}
    sentence : str
    """
    if wanted != "auto":
        return wanted, f"kind: {wanted}, as asked"
    count = len(names)
    if count < FEWEST_COLUMNS:
        return (
            "table",
            f"kind: table ({counted(count, 'column')}; a signal has {FEWEST_COLUMNS} or more)"
            + ("; --kind signal to change"),
        )
    if named and not numbered(names):
        return "table", "kind: table (the columns have names of their own); --kind signal to change"
    likeness, along = neighbour_correlation(values), correlation_along(values)
    found = (
        f"{counted(count, 'column')} without names of their own, correlation of neighbours "
        f"{likeness:.2f}, along the row {along:.2f}"
    )
    if likeness > ALIKE and along > ALIKE:
        return "signal", f"kind: signal ({found}); --kind table to change"
    return "table", f"kind: table ({found}); --kind signal to change"


def numbered(names: Sequence[str]) -> bool:
    """Whether the names are one prefix with consecutive numbers, such as t0, t1, t2."""
    matches = [_NUMBERED.fullmatch(name) for name in names]
    parts = [(match[1], int(match[2])) for match in matches if match]
    if len(parts) < len(names) or not parts:
        return False
    prefix, start = parts[0]
    return parts == [(prefix, start + step) for step in range(len(parts))]


def neighbour_correlation(values: Array) -> float:
    """The median correlation of columns side by side, 0 where there is none to measure.

    Parameters
    ----------
    values : array
        Shape (N, D); cells that are not finite are left out, and so are constant columns.
    """
    rows = np.linspace(0, len(values) - 1, min(len(values), LOOKED_AT)).astype(int)
    pairs = values.shape[1] - 1
    left = np.linspace(0, pairs - 1, min(pairs, LOOKED_AT)).astype(int)
    found = [_correlation(values[rows, place], values[rows, place + 1]) for place in left]
    measured = [value for value in found if value is not None]
    return float(np.median(measured)) if measured else 0.0


def correlation_along(values: Array) -> float:
    """The correlation of cells with the next of their row, over all places; 0: none to measure."""
    rows = np.linspace(0, len(values) - 1, min(len(values), LOOKED_AT)).astype(int)
    looked_at = values[rows]
    return _correlation(looked_at[:, :-1].ravel(), looked_at[:, 1:].ravel()) or 0.0


def _correlation(a: Array, b: Array) -> float | None:
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < FEWEST_ROWS:
        return None
    a, b = _centred(a[both]), _centred(b[both])
    length = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / length if length else None


def _centred(column: Array) -> Array:
    """The column around 0 and within 1, so that squares neither overflow nor vanish."""
    column = column.astype(np.float64)
    column = column / (np.abs(column).max() or 1.0)
    column = column - column.mean()
    size = np.abs(column).max()
    return column / size if size > 1e-12 else np.zeros_like(column)
