"""Which texts mean a number, a truth value or nothing."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

MISSING = ("", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?")
"""Texts that stand for a missing value."""

NUMBER = r"^[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|(?i:inf|infinity|nan))$"
TRUTHS = {"true": "1", "false": "0"}


def cells_of(text: pa.Array) -> pa.Array:
    """Text without blanks around it, null where it stands for a missing value; shape (N,)."""
    cells = pc.utf8_trim_whitespace(text)
    return pc.if_else(pc.is_in(cells, _strings(MISSING)), pa.scalar(None, pa.string()), cells)


def numbers_of(
    text: pa.Array, decimal: str = ".", *, truths: bool = True
) -> tuple[pa.Array, pa.Array]:
    """Read text cell by cell as numbers.

    Parameters
    ----------
    text : Array of string
        Shape (N,).
    decimal : {".", ","}
        The decimal mark.
    truths : bool
        Whether true and false, in any case, are 1 and 0.

    Returns
    -------
    numbers : Array of float64
        Shape (N,), null where the cell is missing or no number; otherwise as ``float`` reads it.
    bad : Array of bool
        Shape (N,), true where the cell is neither a number nor missing.
    """
    cells = cells_of(text)
    present = pc.is_valid(cells)
    if decimal == ",":
        cells = _with_point(cells)
    if truths:
        place = pc.index_in(pc.utf8_lower(cells), _strings(TRUTHS))
        cells = pc.coalesce(pc.take(_strings(TRUTHS.values()), place), cells)
    number = pc.fill_null(pc.match_substring_regex(cells, NUMBER), False)
    good = pc.and_(present, number)
    numbers = pc.cast(pc.if_else(good, cells, None), pa.float64())
    return numbers, pc.and_(present, pc.invert(number))


def _with_point(cells: pa.Array) -> pa.Array:
    """A decimal comma as a point; a point becomes what no number has."""
    return pc.replace_substring(pc.replace_substring(cells, ".", ";"), ",", ".")


def _strings(words: object) -> pa.Array:
    return pa.array(list(words), pa.string())  # type: ignore[call-overload]
