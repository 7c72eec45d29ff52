"""From rows as they were read to a model file: which are normal, what kind they are, then fit."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.errors import UsageError
from isthmus.options import FitOptions, RowOptions
from isthmus.read import Rows, choose_kind, normal_rows
from isthmus.training.describe import describe, warnings
from isthmus.training.fit import fit
from isthmus.training.loop import OnEpoch, ignore_progress


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
    values, decisions = rows.values, []
    if rows.labels is not None:
        if not columns.normal:
            raise UsageError(
                f"{rows.source}: there are labels, and nothing says which are normal",
                advice="Say so with --normal, or leave the column out with --drop.",
            )
        normal, unlabelled = normal_rows(rows.labels, columns.normal)
        values = values[normal]
        unknown = int(unlabelled.sum())
        decisions.append(
            f"{rows.source}: {len(values)} of {len(rows.values)} rows are normal and train"
            + (f"; {unknown} have no label and do not" if unknown else "")
        )
    kind, sentence = choose_kind(rows.names, rows.named, values, columns.kind)
    schema = describe(values, rows.names, kind, named=rows.named, set_aside=rows.set_aside)
    model = fit(values, schema, options, on_epoch=on_epoch)
    return Learnt(model, (*decisions, sentence), tuple(warnings(values, schema)))
