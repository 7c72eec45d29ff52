"""Columns of any type as one array of numbers, and the cells that are none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from isthmus.read.words import numbers_of

Array = npt.NDArray[Any]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Strange:
    """The cells of one column that are not numbers.

    Attributes
    ----------
    place : int
        Which of the columns.
    what : str
        The word for it: ``"text"``, ``"dates or times"``, ``"lists or structures"``, ...
    bad : array of bool
        Shape (N,), true where the cell is neither a number nor missing.
    column : Array
        Shape (N,), as it came.
    """

    place: int
    what: str
    bad: Bools
    column: pa.Array

    @property
    def first_row(self) -> int:
        return int(np.argmax(self.bad))

    @property
    def nested(self) -> bool:
        return bool(pa.types.is_nested(self.column.type))

    def cell(self, row: int) -> str:
        """One cell as a message shows it."""
        return short(self.column[row].as_py())


def strange_of(place: int, column: pa.Array) -> Strange:
    """A column none of whose cells can be a number or a name."""
    column = plain(column)
    return Strange(place, named(column.type), _flags(column.is_valid()), column)


def short(cell: Any) -> str:
    """A cell as a message shows it."""
    shown = repr(cell) if isinstance(cell, str) else str(cell)
    return shown if len(shown) <= 60 else f"{shown[:60]}..."


def matrix_of(
    columns: Sequence[pa.Array],
    decimal: str = ".",
    *,
    truths: bool = True,
    skipped: Collection[int] = (),
) -> tuple[Array, list[Strange]]:
    """Columns side by side as numbers.

    Parameters
    ----------
    columns : sequence of Array
        D columns of N cells.
    decimal : {".", ","}
        The decimal mark in text.
    truths : bool
        Whether truth values are 1 and 0.
    skipped : collection of int
        Columns that are not looked at; theirs are NaN.

    Returns
    -------
    values : array
        Shape (N, D), float32 where all columns are, otherwise float64; NaN where a cell is
        missing or no number.
    strange : list of Strange
        The columns with cells that are no numbers.
    """
    single = bool(columns) and all(pa.types.is_float32(column.type) for column in columns)
    rows = len(columns[0]) if columns else 0
    values = np.empty((rows, len(columns)), np.float32 if single else np.float64)
    strange = []
    for place, column in enumerate(columns):
        if place in skipped:
            values[:, place] = np.nan
            continue
        column = plain(column)
        if pa.types.is_floating(column.type):
            values[:, place] = column.to_numpy(zero_copy_only=False)
            continue
        numbers, what, bad = _as_numbers(column, decimal, truths)
        values[:, place] = numbers
        if bad.any():
            strange.append(Strange(place, what, bad, column))
    return values, strange


def plain(column: pa.Array) -> pa.Array:
    """The column without the wrapping that dictionaries, runs and extension types are."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_run_end_encoded(column.type):
        column = pc.run_end_decode(column)
    if pa.types.is_dictionary(column.type):
        column = _as_string(column.dictionary).take(column.indices)
    return _as_string(column)


def _as_string(column: pa.Array) -> pa.Array:
    """Text of any kind as the kind that all functions take."""
    return pc.cast(column, pa.string()) if is_text(column.type) else column


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type of a column's values, without that wrapping."""
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    if pa.types.is_run_end_encoded(kind) or pa.types.is_dictionary(kind):
        kind = kind.value_type
    return kind


def is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def is_number(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def is_neither(kind: pa.DataType) -> bool:
    """Whether a column of that type can be neither numbers nor a category."""
    known = is_text(kind) or is_number(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind)
    return not known


def named(kind: pa.DataType) -> str:
    """The words for a type that is neither."""
    if pa.types.is_temporal(kind):
        return "dates or times"
    return "lists or structures" if pa.types.is_nested(kind) else f"of type {kind}"


def _as_numbers(column: pa.Array, decimal: str, truths: bool) -> tuple[Array, str, Bools]:
    """Numbers with NaN where there is none, what else the column is, and where."""
    kind = column.type
    nothing = np.full(len(column), np.nan)
    if is_text(kind):
        numbers, bad = numbers_of(column, decimal, truths=truths)
        return numbers.to_numpy(zero_copy_only=False), "text", _flags(bad)
    if pa.types.is_null(kind):
        return nothing, "", np.zeros(len(column), bool)
    if is_neither(kind) or (pa.types.is_boolean(kind) and not truths):
        what = named(kind) if is_neither(kind) else "truth values"
        return nothing, what, _flags(pc.is_valid(column))
    if pa.types.is_decimal(kind):  # By way of text, which is rounded once and rightly.
        column = pc.cast(pc.cast(column, pa.string()), pa.float64())
    else:
        column = pc.cast(column, pa.float64(), safe=False)
    return column.to_numpy(zero_copy_only=False), "", np.zeros(len(column), bool)


def _flags(column: pa.Array) -> Bools:
    return np.asarray(column.to_numpy(zero_copy_only=False), bool)
