"""The usual error of every cell, from rows that the networks did not train on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from isthmus.model_file.manifest import CellErrors, View
from isthmus.schema import Schema
from isthmus.scoring.cell_errors import cell_errors, evenly, most_rows
from isthmus.scoring.session import Session
from isthmus.scoring.views import standardised
from isthmus.training.export import Trained
from isthmus.training.folds import Plan
from isthmus.training.nearest import distance_decides


class Apart(NamedTuple):
    """Rows held out, and what members that did not train on them make of their cells."""

    rows: np.ndarray  # (n, D)
    rebuilt: np.ndarray  # (n, D), in the user's units
    errors: np.ndarray  # (n, D), of the networks
    distances: np.ndarray | None  # (n, D), squared, where rows are held against others
    farther: np.ndarray | None  # (n,), whether these decide


def held_apart(
    trained: Trained,
    looking: Session,
    values: np.ndarray,
    dealt: Plan,
    per_group: int,
    constants: Sequence[View],
) -> Apart:
    """Look at rows held out, by the members that did not train on them.

    `looking` is the graph that ends at the views.
    """
    wanted = ["errors_by_member", "units_by_member"]
    wanted += [] if trained.nearest is None else ["distances_by_member", "views"]
    parts = []
    for group, held_out in enumerate(dealt.held_out):
        some = values[evenly(held_out, most_rows(values.shape[1]) // dealt.groups)]
        own = slice(group * per_group, (group + 1) * per_group)
        made = {n: part[:, own] for n, part in looking.run(some, wanted, trained.element).items()}
        parts.append(_apart(trained, some, made, constants))
    return Apart(*(_joined(list(part)) for part in zip(*parts, strict=True)))


def _apart(
    trained: Trained, rows: np.ndarray, made: dict[str, np.ndarray], constants: Sequence[View]
) -> Apart:
    numbers = trained.preamble.units.numbers
    units = made["units_by_member"][:, :, : len(numbers)].mean(axis=1, dtype=np.float64)
    original = np.full(rows.shape, np.nan)
    original[:, numbers] = trained.preamble.original(units)
    only_shown = trained.preamble.judged == 0
    original[:, only_shown] = rows[:, only_shown]
    errors = made["errors_by_member"].mean(axis=1, dtype=np.float64)
    if trained.nearest is None:
        return Apart(rows, original, errors, None, None)
    distances = made["distances_by_member"].mean(axis=1, dtype=np.float64)
    farther = distance_decides(standardised(made["views"], constants))
    return Apart(rows, original, errors, distances, farther)


def usual_errors(trained: Trained, apart: Apart, schema: Schema) -> tuple[CellErrors, ...]:
    """The errors of every cell of rows held out."""
    errors = apart.errors
    if trained.nearest is not None and apart.distances is not None and apart.farther is not None:
        errors = trained.nearest.blended(errors, apart.distances, apart.farther)
    return cell_errors(apart.rows, apart.rebuilt, errors, schema, trained.preamble.curves)


def _joined(parts: list[Any]) -> Any:
    """All rows of the parts, which may be many: one part is not copied."""
    if parts[0] is None:
        return None
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
