"""From rows as they were read to a model file: which are normal, what kind they are, then fit."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.options import FitOptions, RowOptions
from isthmus.read import Rows
from isthmus.training.describe import warnings
from isthmus.training.fit import fit
from isthmus.training.loop import OnEpoch, ignore_progress
from isthmus.training.prepare import prepare


@dataclass(frozen=True)
class Learnt:
    """A model file, what was decided on the way, and what the user should beware of."""

    model: bytes
    decisions: tuple[str, ...]
    warnings: tuple[str, ...]


def learn(
    rows: Rows,
    columns: RowOptions,
    options: FitOptions,
    *,
    on_epoch: OnEpoch = ignore_progress,
) -> Learnt:
    """Fit a detector on the normal ones of `rows`.

    Parameters
    ----------
    rows : Rows
        As read without a schema.
    columns : RowOptions
        Which rows are normal, and the kind of the rows.
    options : FitOptions
        All other choices.
    on_epoch : callable
        Told of the progress.

    Raises
    ------
    DataError
        If the rows cannot be learnt from.
    UsageError
        If there are labels and nothing says which are normal, or the options cannot be met.
    """
    prepared = prepare(rows, columns)
    model = fit(prepared.values, prepared.schema, options, on_epoch=on_epoch)
    return Learnt(model, prepared.decisions, tuple(warnings(prepared.values, prepared.schema)))
