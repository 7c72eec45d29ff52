"""Columns of any type as names, and the places of names among the levels of a category."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from isthmus.read.cells import is_number, is_text, plain
from isthmus.read.words import TRUTHS, cells_of
from isthmus.schema import UNSEEN

PLAIN = r"^[+-]?(?:(?:0|[1-9][0-9]*)(?:{0}[0-9]*)?|{0}[0-9]+)$"
"""A number that has one plain spelling: 7, 7.0 and +7 are one name, 007 and 7e0 are others."""


def texts_of(column: pa.Array, decimal: str = ".") -> pa.DictionaryArray:
    """The values of a column as names.

    Numbers are spelled in one way whatever type they come in: ``"1"``, ``"1.0"``, 1 and 1.0 are
    the name ``"1"``. Texts lose the blanks around them and keep their case.

    Parameters
    ----------
    column : Array
        Shape (N,).
    decimal : {".", ","}
        The decimal mark in text.

    Returns
    -------
    DictionaryArray
        Shape (N,), every name once in the dictionary; null where a cell is missing.
    """
    column = plain(column)
    if pa.types.is_nested(column.type):  # Which pyarrow cannot tell apart.
        texts = [None if value is None else str(value) for value in column.to_pylist()]
        return pa.array(texts, pa.string()).dictionary_encode()
    coded = column.dictionary_encode()
    return pc.take(_names(coded.dictionary, decimal), coded.indices).dictionary_encode()


def names_a_number(level: str) -> bool:
    """Whether a level is one that a number could have."""
    return re.fullmatch(PLAIN.format(r"\."), level) is not None


def as_truths(coded: pa.DictionaryArray) -> pa.DictionaryArray:
    """The same names, those that mean true or false in lower case."""
    lower = pc.utf8_lower(coded.dictionary)
    known = pc.is_in(lower, pa.array(list(TRUTHS), pa.string()))
    names = pc.if_else(known, lower, coded.dictionary)
    return pc.take(names, coded.indices).dictionary_encode()


class Levels:
    """The levels of a category, to be looked up.

    Parameters
    ----------
    levels : sequence of str
        Each once, in the order of their places.
    """

    def __init__(self, levels: Sequence[str]) -> None:
        self._levels = pa.array(levels, pa.string())
        self._truths = bool(levels) and set(levels) <= set(TRUTHS)

    def look_up(
        self, coded: pa.DictionaryArray
    ) -> tuple[npt.NDArray[np.float64], pa.DictionaryArray]:
        """The place of each name, shape (N,), and the names as the category has them.

        A name that is no level is `UNSEEN`, a missing one NaN.
        """
        if self._truths:
            coded = as_truths(coded)
        place = pc.index_in(coded.dictionary, self._levels)
        places = pc.take(pc.fill_null(place, int(UNSEEN)), coded.indices)
        return pc.cast(places, pa.float64()).to_numpy(zero_copy_only=False), coded


def _names(values: pa.Array, decimal: str) -> pa.Array:
    """Different values as their names; null where one stands for nothing."""
    kind = values.type
    if is_text(kind):
        return _spelled_alike(cells_of(values), decimal)
    if pa.types.is_floating(kind):
        numbers = values.to_numpy(zero_copy_only=False)
        return pa.array(map(_written, numbers), pa.string())
    if is_number(kind):
        return _spelled_alike(pc.cast(values, pa.string()), ".")
    if pa.types.is_boolean(kind):
        return pc.cast(values, pa.string())
    texts = [None if value is None else str(value) for value in values.to_pylist()]
    return pa.array(texts, pa.string())


def _written(number: np.floating[Any]) -> str | None:
    """A number without an exponent, with as few digits as tell it from all others."""
    if np.isnan(number):
        return None
    return _spelled(np.format_float_positional(number, trim="-"))


def _spelled_alike(names: pa.Array, decimal: str) -> pa.Array:
    pattern = PLAIN.format(re.escape(decimal))
    numbers = pc.fill_null(pc.match_substring_regex(names, pattern), False)
    if not pc.any(numbers).as_py():
        return names
    pairs = zip(names.to_pylist(), numbers.to_pylist(), strict=True)
    spelled = [_spelled(name.replace(",", ".")) if number else name for name, number in pairs]
    return pa.array(spelled, pa.string())


def _spelled(number: str) -> str:
    """A plain number without what says nothing: a plus, zeros at the end, the sign of zero."""
    whole, _, fraction = number.lstrip("+-").partition(".")
    fraction = fraction.rstrip("0")
    size = (whole or "0") + (f".{fraction}" if fraction else "")
    return f"-{size}" if number.startswith("-") and size != "0" else size
