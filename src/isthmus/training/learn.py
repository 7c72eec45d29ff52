"""From rows as they were read to a model file: which are normal, what kind they are, then fit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from isthmus.options import FitOptions, RowOptions
from isthmus.read import Rows
from isthmus.training.describe import warnings
from isthmus.training.fit import fit
from isthmus.training.prepare import prepare
from isthmus.training.reuse import Stored
from isthmus.training.suspects import Suspects, find_suspects
from isthmus.training.watching import UNWATCHED, Watching
from isthmus.training.whole import Again, whole_of


@dataclass(frozen=True)
class Learnt:
    """A model file, what was decided on the way, and what the user should beware of.

    The rows of `suspects` are numbered as they came.
    """

    model: bytes
    decisions: tuple[str, ...]
    warnings: tuple[str, ...]
    suspects: Suspects = field(default_factory=Suspects)


def learn(
    rows: Rows,
    columns: RowOptions,
    options: FitOptions,
    *,
    watching: Watching = UNWATCHED,
    init_from: Stored | None = None,
    again: Again | None = None,
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
    watching : Watching
        Progress, checkpoints and a log; nothing of it changes the model file.
    init_from : Stored, optional
        Weights to begin with, where they fit.
    again : Again, optional
        Who reads the input again, where all of its rows are to be learnt from.

    Raises
    ------
    DataError
        If the rows cannot be learnt from.
    UsageError
        If there are labels and nothing says which are normal, or the options cannot be met.
    """
    prepared = prepare(rows, columns)
    values, schema = prepared.values, prepared.schema
    suspects = find_suspects(values, schema, options)
    model = fit(
        values,
        schema,
        options,
        watching=watching,
        init_from=init_from,
        suspects=suspects,
        drawn_from=prepared.drawn_from,
        whole=whole_of(prepared, again, columns, options),
    )
    suspects = replace(suspects, rows=prepared.places[suspects.rows])
    decisions, beware = prepared.decisions, warnings(values, schema)
    if init_from is not None:
        decisions = (*decisions, init_from.sentence)
        beware += init_from.warnings(values, schema.kind)
    return Learnt(model, decisions, tuple(beware), suspects)
