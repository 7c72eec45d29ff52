"""From training rows to a schema; refuses what nothing can be learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from isthmus.errors import DataError
from isthmus.options import MINIMUM_ROWS, Kind
from isthmus.read.counting import counted
from isthmus.schema import Column, Schema
from isthmus.training.cautions import cautions

_MOST_NAMED = 5
_COPIES = 3
"""Of the rows as units, at the same time, while they are made and learnt from."""
_MANY = 2.0
"""Gigabytes that are worth a word."""
_LARGEST = {"table": 1e300, "signal": float(np.finfo(np.float32).max)}
"""Differences of larger numbers, or their float32 forms, overflow on the way to a score."""


def describe(
    values: np.ndarray,
    names: Sequence[str],
    kind: Kind,
    *,
    named: bool = True,
    set_aside: Mapping[str, Literal["label", "id", "drop"]] | None = None,
    levels: Mapping[str, tuple[str, ...]] | None = None,
    source: str = "",
) -> Schema:
    """The schema of training rows (N, D).

    Parameters
    ----------
    values : array
        Shape (N, D); NaN is missing. A category's cells are places among its levels.
    names : sequence of str
        Length D.
    kind : {"table", "signal"}
        Of the rows.
    named : bool
        False when the names were made up.
    set_aside : mapping of str to str, optional
        Columns that are no features.
    levels : mapping of str to tuple of str, optional
        The levels of the features that are categories.
    source : str, optional
        What messages call the rows.

    Raises
    ------
    DataError
        If there are fewer than 10 rows, or a cell is infinite or too large: beyond 1e300, in a
        signal beyond the largest float32.
    """
    _refuse_unusable(values, names, kind, f"{source}: " if source else "")
    levels = levels or {}
    columns = tuple(
        _category(name, values[:, place], levels[name])
        if levels.get(name)
        else _numeric(name, values[:, place])
        for place, name in enumerate(names)
    )
    return Schema(kind=kind, columns=columns, named=named, set_aside=dict(set_aside or {}))


def warnings(values: np.ndarray, schema: Schema) -> list[str]:
    """What the user should know about the training rows before trusting the detector."""
    said = [caution.sentence for caution in cautions(values, schema)]
    blank = int(np.isnan(values).all(axis=1).sum())
    if blank:
        have, teach = ("has", "teaches") if blank == 1 else ("have", "teach")
        said.append(
            f"{counted(blank, 'training row')} {have} no value in any column and {teach} nothing"
        )
    gigabytes = _COPIES * 4 * len(values) * sum(len(c.levels) for c in schema.columns) / 1e9
    if gigabytes > _MANY:
        said.append(
            f"training holds every level of every row and takes about {gigabytes:.0f} GB of "
            "memory: merge rare levels, or leave wide categories out (--drop)"
        )
    return said


def _numeric(name: str, cells: np.ndarray) -> Column:
    observed = cells[~np.isnan(cells)]
    return Column(
        name=name,
        minimum=float(observed.min()) if len(observed) else 0.0,
        maximum=float(observed.max()) if len(observed) else 0.0,
        missing=_missing(cells),
    )


def _category(name: str, cells: np.ndarray, levels: tuple[str, ...]) -> Column:
    places = cells[~np.isnan(cells)].astype(np.int64)
    counts = np.bincount(places, minlength=len(levels))
    return Column(
        name=name,
        kind="category",
        minimum=0.0,
        maximum=float(len(levels) - 1),
        missing=_missing(cells),
        levels=levels,
        counts=tuple(counts.tolist()),
    )


def _missing(cells: np.ndarray) -> float:
    return float(1.0 - (~np.isnan(cells)).mean())


def _refuse_unusable(values: np.ndarray, names: Sequence[str], kind: Kind, where: str) -> None:
    problems, advice = [], []
    usable = int((~np.isnan(values).all(axis=1)).sum())
    if usable < MINIMUM_ROWS:
        problems.append(
            f"{where}{counted(usable, 'normal row')} with a value came, at least {MINIMUM_ROWS} "
            "are needed to learn from and to calibrate"
        )
        advice.append("Give more normal rows.")
    places = np.argwhere(np.abs(values) > np.float64(_LARGEST[kind]))
    problems += [
        f"{where}row {row}, column {names[column]!r}: {values[row, column]:g} cannot be learnt from"
        for row, column in places[:_MOST_NAMED]
    ]
    if len(places) > _MOST_NAMED:
        problems.append(f"and {counted(len(places) - _MOST_NAMED, 'more such cell')}")
    infinite = np.isinf(values[tuple(places.T)])
    if infinite.any():
        advice.append("Leave such rows out, or leave their cells empty.")
    if not infinite.all():
        advice.append(
            f"Beyond {_LARGEST[kind]:.4g} in size no number can be learnt from: leave the column "
            "out, or rescale it."
        )
    if problems:
        raise DataError(*problems, advice=" ".join(advice))
