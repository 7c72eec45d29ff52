"""Columns of any type as one array of numbers, and the cells that are none."""

from __future__ import annotations

from collections.abc import Sequence
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
        value = self.column[row].as_py()
        shown = repr(value) if isinstance(value, str) else str(value)
        return shown if len(shown) <= 60 else f"{shown[:60]}..."


def matrix_of(columns: Sequence[pa.Array], decimal: str = ".") -> tuple[Array, list[Strange]]:
    """Columns side by side as numbers.

    Parameters
    ----------
    columns : sequence of Array
        D columns of N cells.
    decimal : {".", ","}
        The decimal mark in text.

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
        column = _plain(column)
        if pa.types.is_floating(column.type):
            values[:, place] = column.to_numpy(zero_copy_only=False)
            continue
        numbers, what, bad = _as_numbers(column, decimal)
        values[:, place] = numbers
        if bad.any():
            strange.append(Strange(place, what, bad, column))
    return values, strange


def _plain(column: pa.Array) -> pa.Array:
    """The column without the wrapping that dictionaries, runs and extension types are."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_run_end_encoded(column.type):
        column = pc.run_end_decode(column)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column


def _as_numbers(column: pa.Array, decimal: str) -> tuple[Array, str, Bools]:
    """Numbers with NaN where there is none, what else the column is, and where."""
    kind = column.type
    if _is_text(kind):
        numbers, bad = numbers_of(pc.cast(column, pa.string()), decimal)
        return numbers.to_numpy(zero_copy_only=False), "text", _flags(bad)
    if pa.types.is_null(kind):
        return np.full(len(column), np.nan), "", np.zeros(len(column), bool)
    if pa.types.is_decimal(kind):  # By way of text, which is rounded once and rightly.
        column = pc.cast(pc.cast(column, pa.string()), pa.float64())
    elif pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        column = pc.cast(column, pa.float64(), safe=False)
    else:
        return np.full(len(column), np.nan), _named(kind), _flags(pc.is_valid(column))
    return column.to_numpy(zero_copy_only=False), "", np.zeros(len(column), bool)


def _is_text(kind: pa.DataType) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _named(kind: pa.DataType) -> str:
    if pa.types.is_temporal(kind):
        return "dates or times"
    return "lists or structures" if pa.types.is_nested(kind) else f"of type {kind}"


def _flags(column: pa.Array) -> Bools:
    return np.asarray(column.to_numpy(zero_copy_only=False), bool)
