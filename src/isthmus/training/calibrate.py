"""Score the rows that each member did not train on: constants of the views, calibration scores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from isthmus.model_file.manifest import Calibration, View
from isthmus.scoring.views import combine, logs
from isthmus.training.folds import Plan

_FEWEST_FOR_SCALE = 10
_NO_SPREAD = 1e-9
"""Logs that differ by less than this share of themselves differ by rounding alone."""


def view_constants(
    views: np.ndarray, names: Sequence[str], plan: Plan, members: int
) -> tuple[View, ...]:
    """Centre and spread of the logs of the named views (N, M, V), `members` to a group.

    Pooled over all groups, each with rows that it did not train on: scales per fold gave 1.4
    times the stated alarms. In a `split`, the held-out rows serve nothing but calibration, and
    the scale comes from the validation rows, or from the training rows where those are few.
    """
    pooled = np.concatenate(
        [logs(part).reshape(-1, len(names)) for part in _parts(views, _scaling(plan), members)]
    )  # (rows * members of a group, V)
    spread = pooled.std(axis=0)
    spread[spread <= _NO_SPREAD * np.abs(pooled).max(axis=0)] = 1.0
    return tuple(
        View(name=name, center=float(pooled[:, v].mean()), spread=float(spread[v]))
        for v, name in enumerate(names)
    )


def looked_at(plan: Plan) -> np.ndarray | slice:
    """The rows whose views are asked for here; in a `split` they are few."""
    return _scaling(plan)[0] if plan.scheme == "split" else slice(None)


def among(views: np.ndarray, rows: np.ndarray | slice, count: int) -> np.ndarray:
    """The views of some `rows` where they stand among all (N, M, V); NaN elsewhere."""
    if isinstance(rows, slice):
        return views
    every = np.full((count, *views.shape[1:]), np.nan, views.dtype)
    every[rows] = views
    return every


def calibration(
    views: np.ndarray, scores: np.ndarray, plan: Plan, members: int, constants: Sequence[View]
) -> Calibration:
    """Each held-out row's score by the members that did not train on it.

    In a `split` these are all members, and the score is the graph's own for the rows held out
    (n,), so that a row like a calibration row has its score to the last bit. Across folds it is
    the mean over the row's own fold's group, and a new row's the mean over all groups: the scheme
    of cross-conformal prediction (Vovk, 2015) with averaged scores.
    """
    if plan.scheme == "split":
        held_out = scores
    else:
        parts = _parts(views, plan.held_out, members)
        held_out = np.concatenate([combine(part, constants) for part in parts])
    ordered = np.sort(held_out)[::-1]
    return Calibration(scheme=plan.scheme, source="fit", scores=tuple(map(float, ordered)))


def _scaling(plan: Plan) -> Sequence[np.ndarray]:
    """Each group's rows that say how its views are scaled."""
    if plan.scheme != "split":
        return plan.held_out
    return plan.validation if len(plan.validation[0]) >= _FEWEST_FOR_SCALE else plan.training


def _parts(views: np.ndarray, by_group: Sequence[np.ndarray], members: int) -> Iterator[np.ndarray]:
    """Views of each group's rows by the group's own members."""
    for group, rows in enumerate(by_group):
        yield views[rows][:, group * members : (group + 1) * members]
