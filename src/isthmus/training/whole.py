"""The input that rows were drawn from, where all of it is to be learnt from.

The rows drawn decide what columns are, how they are scaled, and whose scores calibrate; those of
them that do not train are left out wherever the input is read again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from isthmus.errors import UsageError
from isthmus.options import FitOptions, RowOptions
from isthmus.read import Source
from isthmus.schema import Schema
from isthmus.training.all_rows import AllRows
from isthmus.training.course import Engine, here
from isthmus.training.prepare import Prepared


class Reading(NamedTuple):
    """All rows that train, and who trains on them."""

    rows: AllRows
    engine: Engine


class Again(NamedTuple):
    """Who opens an input, as often as wanted, and who trains on its rows."""

    open: Callable[[], Source]
    engine: Engine = here


@dataclass(frozen=True)
class Whole:
    """An input, and the rows that were drawn from it.

    Attributes
    ----------
    again : Again
        Who reads it.
    columns : RowOptions
        Which columns are features, and which rows are normal.
    numbers : array
        Numbers in the input of the rows drawn, shape (N,).
    """

    again: Again
    columns: RowOptions
    numbers: np.ndarray

    def reading(self, schema: Schema, learning: np.ndarray, seed: int) -> Reading:
        """What is read, where these of the rows drawn train and the others do not."""
        kept_out = np.sort(np.delete(self.numbers, learning))
        rows = AllRows(self.again.open, self.columns, schema, kept_out, seed)
        return Reading(rows, self.again.engine)


def whole_of(
    prepared: Prepared,
    again: Again | None,
    columns: RowOptions,
    options: FitOptions,
) -> Whole | None:
    """The input, where rows were drawn from it and all are to be learnt from.

    Raises
    ------
    UsageError
        If it cannot be read again.
    """
    if options.training.learn_from == "sample" or prepared.drawn_from is None or again is None:
        return None
    source = again.open()
    if not source.rereadable:
        raise UsageError(
            f"{source.name}: can be read only once, and to learn from all of its rows they are "
            "read several times",
            advice="Save it to a file first, or learn from a sample.",
        )
    return Whole(again, columns, prepared.numbers)


def on_a_split(options: FitOptions) -> FitOptions:
    """The same options with calibration on rows that are kept out of all training.

    Raises
    ------
    UsageError
        If calibration across folds was asked for.
    """
    calibration = options.calibration
    if calibration.scheme == "cross":
        raise UsageError(
            "scheme='cross' calibrates on rows that others learn from, and learn_from='all' has "
            "no folds",
            advice="Leave --scheme out, or learn from a sample.",
        )
    split = calibration.model_copy(update={"scheme": "split"})
    return options.model_copy(update={"calibration": split})
