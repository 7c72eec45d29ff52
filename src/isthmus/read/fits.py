"""Whether a column of some type can ever be a column that a detector knows."""

from __future__ import annotations

import pyarrow as pa

from isthmus.read.cells import is_neither, is_number, named, plain_type, short
from isthmus.read.levels import names_a_number
from isthmus.read.words import TRUTHS
from isthmus.schema import Column

SHOWN = 3
"""Levels that a message shows."""


def misfit(column: Column, kind: pa.DataType | None) -> str | None:
    """What is wrong with a column of that type, None where nothing need be.

    Only what holds for every row is said: a text in a column of numbers may be one.

    Parameters
    ----------
    column : Column
        What the detector knows.
    kind : DataType or None
        What came; None where it is not known before the rows are read.
    """
    if kind is None:
        return None
    kind = plain_type(kind)
    came = _came(column, kind)
    return f"column {column.name!r} {came}, {_expected(column)} expected" if came else None


def _came(column: Column, kind: pa.DataType) -> str | None:
    if is_neither(kind):
        return f"{'holds' if pa.types.is_nested(kind) else 'is'} {named(kind)}"
    if column.kind == "numeric":
        return None
    if pa.types.is_boolean(kind) and not set(column.levels) & set(TRUTHS):
        return "holds truth values"
    if is_number(kind) and not any(map(names_a_number, column.levels)):
        return "holds numbers"
    return None


def _expected(column: Column) -> str:
    if column.kind == "numeric":
        return "numbers were"
    shown = ", ".join(map(short, column.levels[:SHOWN]))
    more = ", ..." if len(column.levels) > SHOWN else ""
    return f"a category ({shown}{more}) was"
