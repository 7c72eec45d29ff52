"""Which rows are normal, by their labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.errors import DataError, UsageError
from isthmus.read.counting import counted
from isthmus.read.words import MISSING, TRUTHS

SHOWN = 12
"""Label values that a message lists."""

Bools = npt.NDArray[np.bool_]


def normal_rows(
    labels: pa.Array | pa.ChunkedArray,
    normal: Sequence[str | int | float | bool],
    *,
    source: str = "",
) -> tuple[Bools, Bools]:
    """Find the rows whose label is one of those that mean normal.

    Labels compare as numbers where both are numbers (``"1"``, ``"1.0"``, 1, 1.0 and True are
    equal), otherwise as exact text.

    Parameters
    ----------
    labels : Array or ChunkedArray
        Shape (N,).
    normal : sequence
        Label values that mean normal.
    source : str, optional
        What messages call the input.

    Returns
    -------
    is_normal : array of bool
        Shape (N,).
    unlabelled : array of bool
        Shape (N,), true where a row has no label: nothing, or a word for nothing that `normal`
        does not name.

    Raises
    ------
    UsageError
        If nothing says which labels are normal.
    DataError
        If a value of `normal` is the label of no row; it lists the labels that exist.
    """
    where = f"{source}: " if source else ""
    if not normal:
        raise UsageError(
            f"{where}there are labels, and nothing says which are normal",
            advice="Say so with --label and --normal, or leave the column out with --drop.",
        )
    codes, values = _coded(labels)
    keys = [_key(value) for value in values]
    wanted = {_key(value): value for value in normal}
    absent = [value for key, value in wanted.items() if key not in keys]
    if absent:
        raise DataError(
            *(f"{where}no row has the label {value!r}" for value in absent),
            advice=f"The labels are: {_counted(codes, values)}.",
        )
    is_normal = np.array([key in wanted for key in keys], bool)
    unlabelled = np.array([_is_nothing(key) for key in keys], bool) & ~is_normal
    return is_normal[codes], unlabelled[codes]


def abnormal_rows(
    labels: pa.ChunkedArray,
    normal: Sequence[str | int | float | bool],
    *,
    source: str,
    instead: str = "",
) -> Bools:
    """Which rows (N,) are not normal, where each has a label; see `normal_rows`.

    Parameters
    ----------
    labels, normal, source
        As `normal_rows` takes them.
    instead : str, optional
        What else can be done than filling in labels.

    Raises
    ------
    DataError
        If a row has no label, or a value of `normal` is the label of no row.
    """
    is_normal, unlabelled = normal_rows(labels, normal, source=source)
    if count := int(unlabelled.sum()):
        raise DataError(
            f"{source}: {counted(count, 'row')} {'has' if count == 1 else 'have'} no label; "
            "each needs one to be compared with",
            advice=f"Fill in their labels, or leave such rows out{instead}.",
        )
    return ~is_normal


def have_label(
    labels: pa.Array | pa.ChunkedArray, normal: Sequence[str | int | float | bool]
) -> Bools:
    """Which of some rows (N,) have one of these labels, as `normal_rows` compares them."""
    codes, values = _coded(labels)
    wanted = {_key(value) for value in normal}
    return np.array([_key(value) in wanted for value in values], bool)[codes]


def _coded(labels: pa.Array | pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], list[Any]]:
    """For every row the place of its label in a list of the labels that differ."""
    whole = labels.combine_chunks() if isinstance(labels, pa.ChunkedArray) else labels
    if pa.types.is_dictionary(whole.type):
        whole = whole.dictionary_decode()
    if pa.types.is_nested(whole.type):
        raise DataError(f"labels are of type {whole.type}, numbers or text were expected")
    coded = whole.dictionary_encode(null_encoding="encode")
    return coded.indices.to_numpy(zero_copy_only=False), coded.dictionary.to_pylist()


def _key(value: Any) -> object:
    """What a label is compared by: a number where it is one, otherwise its text."""
    if value is None:
        return None
    text = str(value)
    number = TRUTHS.get(text.strip().lower(), text)
    for kind in (int, float):
        try:
            read = kind(number)
        except ValueError:
            continue
        return read if read == read else text
    return text


def _is_nothing(key: object) -> bool:
    return key is None or key in MISSING


def _counted(codes: npt.NDArray[np.int64], values: list[Any]) -> str:
    """The labels that exist with their numbers of rows, the commonest first."""
    counts = np.bincount(codes, minlength=len(values))
    order = np.argsort(-counts, kind="stable")[:SHOWN].tolist()
    shown = [f"{values[place]!r} ({counted(int(counts[place]), 'row')})" for place in order]
    return ", ".join(shown) + (", ..." if len(values) > SHOWN else "")
