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
from isthmus.options import FitOptions, RowOptions, TrainingOptions
from isthmus.read import Source
from isthmus.schema import Schema
from isthmus.training.all_rows import LANES, AllRows
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

    def reading(self, schema: Schema, learning: np.ndarray, options: TrainingOptions) -> Reading:
        """What is read, where these of the rows drawn train and the others do not."""
        kept_out = np.sort(np.delete(self.numbers, learning))
        # Each update has rows of all lanes, or nearly so.
        most = max(1, min(LANES, (options.batch_size or 2 * LANES) // 2))
        rows = AllRows(self.again.open, self.columns, schema, kept_out, options.seed, most)
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
        If something was asked for that goes with the rows drawn alone.
    """
    calibration, problems = options.calibration, []
    if calibration.scheme == "cross":
        problems.append(
            "scheme='cross' calibrates on rows that others learn from, and learn_from='all' has "
            "no folds"
        )
    if options.trust.suspects:
        problems.append(
            "suspects are looked for among the rows drawn, and learn_from='all' learns from the "
            "others as well"
        )
    if problems:
        raise UsageError(*problems, advice="Leave that out, or learn from a sample.")
    split = calibration.model_copy(update={"scheme": "split"})
    return options.model_copy(update={"calibration": split})
