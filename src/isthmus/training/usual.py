"""The usual error of every cell, from rows that the networks did not train on."""

from __future__ import annotations

import numpy as np

from isthmus.model_file.manifest import CellErrors
from isthmus.schema import Schema
from isthmus.scoring.cell_errors import cell_errors, evenly, most_rows
from isthmus.training.export import Trained, session
from isthmus.training.folds import Plan


def usual_errors(
    trained: Trained, values: np.ndarray, schema: Schema, dealt: Plan, per_group: int
) -> tuple[CellErrors, ...]:
    """The errors of every cell of rows held out, by the members that did not train on them."""
    looking, rows, rebuilt, errors = session(trained, None), [], [], []
    numbers = trained.preamble.units.numbers
    for group, held_out in enumerate(dealt.held_out):
        some = values[evenly(held_out, most_rows(values.shape[1]) // dealt.groups)]
        own = slice(group * per_group, (group + 1) * per_group)
        made = looking.run(some, ["errors_by_member", "units_by_member"], trained.element)
        units = made["units_by_member"][:, own, : len(numbers)].mean(axis=1, dtype=np.float64)
        original = np.full(some.shape, np.nan)
        original[:, numbers] = trained.preamble.original(units)
        only_shown = trained.preamble.judged == 0
        original[:, only_shown] = some[:, only_shown]
        rows.append(some)
        rebuilt.append(original)
        errors.append(made["errors_by_member"][:, own].mean(axis=1, dtype=np.float64))
    return cell_errors(
        np.concatenate(rows),
        np.concatenate(rebuilt),
        np.concatenate(errors),
        schema,
        trained.preamble.curves,
    )
