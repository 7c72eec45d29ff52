"""What a detector can learn from: numbers. Other columns are named, all at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.errors import SchemaError
from isthmus.read.cells import Strange

DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")
SHOWN = 20
"""Columns that a message names; the others are counted."""


class ColumnKinds:
    """Looks at the batches of an input that is to be learnt from.

    Parameters
    ----------
    source : str
        What messages call the input.
    names : sequence of str
        The features, length D.
    """

    def __init__(self, source: str, names: Sequence[str]) -> None:
        self._source = source
        self._names = names
        self._numeric = np.zeros(len(names), bool)

    def see(self, values: npt.NDArray[Any], strange: Sequence[Strange], first: int) -> None:
        """Go on where all cells are numbers or missing.

        Parameters
        ----------
        values : array
            Shape (N, D).
        strange : sequence of Strange
            The columns with other cells.
        first : int
            Number of the first row within the input.

        Raises
        ------
        SchemaError
            Naming every column that is text throughout, and the first cell that is no number in
            each of the others.
        """
        self._numeric |= ~np.isnan(values).all(axis=0)
        if strange:
            problems = [self._problem(column, first) for column in strange[:SHOWN]]
            if len(strange) > SHOWN:
                problems.append(f"{self._source}: {len(strange) - SHOWN} more columns of that kind")
            raise SchemaError(*problems, advice=_advice(strange))

    def _problem(self, column: Strange, first: int) -> str:
        row = column.first_row
        where = f"{self._source}: column {self._names[column.place]!r}"
        if self._numeric[column.place]:
            return f"{where}: {column.cell(row)} in row {first + row} is not a number"
        return f"{where} is {column.what}, such as {column.cell(row)} in row {first + row}"


def refuse_nested(source: str, names: Sequence[str], strange: Sequence[Strange]) -> None:
    """Raise a `SchemaError` that names every feature column of lists or structures."""
    problems = [
        f"{source}: column {names[column.place]!r} holds {column.what}, numbers were expected"
        for column in strange
        if column.nested
    ]
    if problems:
        raise SchemaError(*problems, advice="Give each part a column of its own.")


def _advice(strange: Sequence[Strange]) -> str:
    if all(DECIMAL_COMMA.fullmatch(str(c.column[c.first_row].as_py())) for c in strange):
        return "Rows are counted from 0. Are these decimal commas? --decimal , reads them."
    return (
        "Rows are counted from 0. Leave such columns out with --drop, or pass them through with "
        "--id (categories cannot be learnt from yet); mend single cells, or empty them."
    )
