"""Score the rows that each member did not train on: constants of the views, calibration scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from isthmus.model_file.manifest import Calibration, View
from isthmus.scoring.views import combine, logs
from isthmus.training.folds import Plan
from isthmus.training.tail import VIEWS

_FEWEST_FOR_SCALE = 10
_NO_SPREAD = 1e-9
"""Logs that differ by less than this share of themselves differ by rounding alone."""


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
    spread[spread <= _NO_SPREAD * np.abs(pooled).max(axis=0)] = 1.0
    return tuple(
        View(name=name, center=float(pooled[:, v].mean()), spread=float(spread[v]))
        for v, name in enumerate(VIEWS)
    )


def calibration(
    views: np.ndarray, scores: np.ndarray, plan: Plan, members: int, constants: Sequence[View]
) -> Calibration:
    """Each held-out row's score by the members that did not train on it.

    In a `split` these are all members, and the score is the graph's own (N,), so that a row like
    a calibration row has its score to the last bit. Across folds it is the mean over the row's own
    fold's group, and a new row's the mean over all groups: the scheme of cross-conformal
    prediction (Vovk, 2015) with averaged scores.
    """
    if plan.scheme == "split":
        held_out = scores[plan.held_out[0]]
    else:
        parts = _parts(views, plan.held_out, members)
        held_out = np.concatenate([combine(part, constants) for part in parts])
    ordered = np.sort(held_out)[::-1]
    return Calibration(scheme=plan.scheme, source="fit", scores=tuple(map(float, ordered)))


def _parts(views: np.ndarray, by_group: Sequence[np.ndarray], members: int) -> Iterator[np.ndarray]:
    """Views of each group's rows by the group's own members."""
    for group, rows in enumerate(by_group):
        yield views[rows][:, group * members : (group + 1) * members]
