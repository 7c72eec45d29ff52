"""Fill the missing cells of a column, and leave all others exactly as they came."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from isthmus.read.cells import is_text, plain
from isthmus.schema import Column
from isthmus.scoring.apart.named import as_cells

_MOST_DIGITS = 100


def filled(
    came: pa.Array, missing: np.ndarray, rebuilt: np.ndarray, column: Column, mark: str = "."
) -> pa.Array:
    """A column with what was rebuilt in its missing cells, of the type that it came in.

    Numbers are rounded where the type asks for it, such as to whole ones. In text they have as few
    digits as tell them from all others. A column without any value has no type of its own, and
    comes back as numbers or names.

    Parameters
    ----------
    came : Array
        Shape (N,).
    missing : array of bool, shape (N,)
        The cells to fill.
    rebuilt : array, shape (N,)
        Numbers, or the places of levels.
    column : Column
        What the detector knows of it.
    mark : {".", ","}
        The decimal mark in text.
    """
    came, kind = plain(came), plain(came).type
    if pa.types.is_null(kind):
        return as_cells(np.where(missing, rebuilt, np.nan), column)
    if not _holds(kind, column):  # Known of the type alone: it must not change between batches.
        came, kind = pc.cast(came, pa.string()), pa.string()
    new = as_cells(rebuilt[missing], column)
    return pc.replace_with_mask(came, pa.array(missing), _as_type(new, kind, mark))


def _holds(kind: pa.DataType, column: Column) -> bool:
    """Whether a column of that type can hold everything that may be rebuilt."""
    if column.kind == "numeric" or is_text(kind):
        return True
    try:
        pc.cast(pa.array(column.levels, pa.string()), kind)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return False
    return True


def _as_type(new: pa.Array, kind: pa.DataType, mark: str) -> pa.Array:
    """Numbers or names as cells of that type."""
    if is_text(new.type):
        return pc.cast(new, kind)
    if is_text(kind):
        texts = [str(number).replace(".", mark) for number in new.to_numpy(zero_copy_only=False)]
        return pc.cast(pa.array(texts, pa.string()), kind)
    if pa.types.is_decimal(kind):
        return pa.array(map(_decimals(kind), new.to_pylist()), kind)
    numbers = new.to_numpy(zero_copy_only=False)
    if pa.types.is_boolean(kind):
        return pa.array(numbers >= 0.5)
    if pa.types.is_integer(kind):
        limits = np.iinfo(kind.to_pandas_dtype())
        whole = [min(max(round(float(number)), limits.min), limits.max) for number in numbers]
        return pa.array(whole, kind)
    with np.errstate(over="ignore"):
        return pa.array(numbers.astype(kind.to_pandas_dtype()), kind)


def _decimals(kind: pa.DataType) -> Callable[[float], Any]:
    """What rounds a number to the digits of a type, and keeps it within them."""
    step = decimal.Decimal((0, (1,), -kind.scale))
    most = decimal.Decimal((0, (9,) * kind.precision, -kind.scale))
    context = decimal.Context(prec=_MOST_DIGITS)

    def rounded(number: float) -> decimal.Decimal:
        if abs(number) >= most:
            return most.copy_sign(decimal.Decimal(number))
        exact: decimal.Decimal = context.quantize(decimal.Decimal(repr(number)), step)
        return exact

    return rounded
