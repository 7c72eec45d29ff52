"""From training rows to a schema; refuses what nothing can be learnt from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from isthmus.errors import DataError
from isthmus.options import MINIMUM_ROWS, Kind
from isthmus.schema import Column, Schema

_MOST_NAMED = 5


def describe(
    values: np.ndarray,
    names: Sequence[str],
    kind: Kind,
    *,
    named: bool = True,
    set_aside: Mapping[str, Literal["label", "id", "drop"]] | None = None,
) -> Schema:
    """The schema of training rows (N, D).

    Raises
    ------
    DataError
        If there are fewer than 10 rows, or a cell is infinite, or too large for a signal.
    """
    _refuse_unusable(values, names, kind)
    observed = ~np.isnan(values)
    low = np.where(observed, values, np.inf).min(axis=0)
    high = np.where(observed, values, -np.inf).max(axis=0)
    columns = tuple(
        Column(
            name=name,
            minimum=float(low[place]) if observed[:, place].any() else 0.0,
            maximum=float(high[place]) if observed[:, place].any() else 0.0,
            missing=float(1.0 - observed[:, place].mean()),
        )
        for place, name in enumerate(names)
    )
    return Schema(kind=kind, columns=columns, named=named, set_aside=dict(set_aside or {}))


def warnings(values: np.ndarray, schema: Schema) -> list[str]:
    """What the user should know about the training rows before trusting the detector."""
    said = []
    constant = [c.name for c in schema.columns if c.minimum == c.maximum and c.missing < 1]
    if constant:
        said.append(
            f"{_named(constant)} never varied in training: any change there is an alarm "
            "(--drop leaves columns out)"
        )
    empty = [column.name for column in schema.columns if column.missing == 1]
    if empty:
        said.append(f"{_named(empty)} had no value at all in training: any value is an alarm")
    blank = int(np.isnan(values).all(axis=1).sum())
    if blank:
        said.append(f"{blank} training rows have no value in any column and teach nothing")
    return said


def _refuse_unusable(values: np.ndarray, names: Sequence[str], kind: Kind) -> None:
    problems = []
    usable = int((~np.isnan(values).all(axis=1)).sum())
    if usable < MINIMUM_ROWS:
        problems.append(
            f"{usable} normal rows with a value came, at least {MINIMUM_ROWS} are needed to learn "
            "from and to calibrate"
        )
    largest = float(np.finfo(np.float32).max) if kind == "signal" else np.inf
    too_large = np.isinf(values) | (np.abs(values) > largest)
    places = np.argwhere(too_large)
    problems += [
        f"row {row}, column {names[column]!r}: {values[row, column]:g} cannot be learnt from"
        for row, column in places[:_MOST_NAMED]
    ]
    if len(places) > _MOST_NAMED:
        problems.append(f"and {len(places) - _MOST_NAMED} more such cells")
    if problems:
        advice = "Leave such rows out, or leave their cells empty." if len(places) else ""
        raise DataError(*problems, advice=advice)


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:_MOST_NAMED]))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"column {shown}" if len(names) == 1 else f"columns {shown}{more}"
