"""Score the rows that each member did not train on: constants of the views, calibration scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from isthmus.model_file.manifest import Calibration, View
from isthmus.scoring.views import combine, logs
from isthmus.training.folds import Plan
from isthmus.training.tail import VIEWS

_FEWEST_FOR_SCALE = 10


def view_constants(views: np.ndarray, plan: Plan, members: int) -> tuple[View, ...]:
    """Centre and spread of the logs of the views (N, M, V), `members` to a group.

    Pooled over all groups, each with rows that it did not train on: scales per fold gave 1.4
    times the stated alarms. In a `split`, the held-out rows serve nothing but calibration, and
    the scale comes from the validation rows, or from the training rows where those are few.
    """
    by_group = plan.held_out
    if plan.scheme == "split":
        enough = len(plan.validation[0]) >= _FEWEST_FOR_SCALE
        by_group = plan.validation if enough else plan.training
    pooled = np.concatenate(
        [logs(part).reshape(-1, len(VIEWS)) for part in _parts(views, by_group, members)]
    )  # (rows * members of a group, V)
    spread = pooled.std(axis=0)
    return tuple(
        View(name=name, center=float(pooled[:, v].mean()), spread=float(spread[v]) or 1.0)
        for v, name in enumerate(VIEWS)
    )


def calibration(
    views: np.ndarray, plan: Plan, members: int, constants: Sequence[View]
) -> Calibration:
    """Each held-out row's score by the members that did not train on it.

    The scheme of cross-conformal prediction (Vovk, 2015) with averaged scores: a row's score is
    the mean over its own fold's group, a new row's the mean over all groups.
    """
    parts = _parts(views, plan.held_out, members)
    scores = np.concatenate([combine(part, constants) for part in parts])
    ordered = np.sort(scores)[::-1]
    return Calibration(scheme=plan.scheme, source="fit", scores=tuple(map(float, ordered)))


def _parts(views: np.ndarray, by_group: Sequence[np.ndarray], members: int) -> Iterator[np.ndarray]:
    """Views of each group's rows by the group's own members."""
    for group, rows in enumerate(by_group):
        yield views[rows][:, group * members : (group + 1) * members]
