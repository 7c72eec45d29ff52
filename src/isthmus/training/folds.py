"""Who trains on which rows: the plan that keeps calibration honest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isthmus.options import CalibrationOptions, Scheme, TrainingOptions

DEFAULT_VALIDATION = 0.1
MOST_HELD_OUT = 100_000
"""Rows that a split calibrates on, at most: more would not make its rates finer in practice."""


@dataclass(frozen=True)
class Plan:
    """Row numbers for each of G groups of members; each array is sorted.

    Attributes
    ----------
    training : tuple of array
        Rows that the group's members learn from.
    held_out : tuple of array
        Rows that the group is calibrated on and that no decision about it has seen.
    validation : tuple of array
        Rows that the loss is watched on. Where it decides (patience, keep best) they are neither
        in training nor held out; where it only watches they may be the held-out rows.
    """

    scheme: Scheme
    training: tuple[np.ndarray, ...]
    held_out: tuple[np.ndarray, ...]
    validation: tuple[np.ndarray, ...]

    @property
    def groups(self) -> int:
        return len(self.training)


def plan(rows: int, calibration: CalibrationOptions, training: TrainingOptions) -> Plan:
    """Deal out `rows` rows by the calibration scheme, with a generator seeded by the options."""
    order = np.random.default_rng([training.seed, rows]).permutation(rows)
    if resolved_scheme(rows, calibration) == "split":
        return _split(order, calibration, training)
    return _cross(order, calibration, training)


def resolved_scheme(rows: int, calibration: CalibrationOptions) -> Scheme:
    """The scheme that `auto` stands for: `split` is exact, `cross` wastes no rows."""
    if calibration.scheme != "auto":
        return calibration.scheme
    return "split" if rows >= calibration.split_from else "cross"


def _split(order: np.ndarray, calibration: CalibrationOptions, training: TrainingOptions) -> Plan:
    held_out, rest = _take(order, calibration.calibration_share, most=MOST_HELD_OUT)
    share = DEFAULT_VALIDATION if training.validation is None else training.validation
    validation, learning = _take(rest, share)
    return Plan("split", (np.sort(learning),), (np.sort(held_out),), (np.sort(validation),))


def _cross(order: np.ndarray, calibration: CalibrationOptions, training: TrainingOptions) -> Plan:
    deciding = np.empty(0, order.dtype)
    if training.needs_validation or training.validation:
        deciding, order = _take(
            order, DEFAULT_VALIDATION if training.validation is None else training.validation
        )
    folds = [np.sort(order[k :: calibration.folds]) for k in range(calibration.folds)]
    folds = [fold for fold in folds if len(fold)]
    learning = tuple(np.sort(np.setdiff1d(order, fold)) for fold in folds)
    watched = tuple(np.sort(deciding) if len(deciding) else fold for fold in folds)
    return Plan("cross", learning, tuple(folds), watched)


def _take(
    order: np.ndarray, share: float, *, most: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The first `share` of the rows, at least one unless the share is 0, and the rest.

    Both stay in the order of the deal: sorted, the next part taken would be the start of the file.
    """
    count = min(max(1, round(share * len(order))), len(order) - 1) if share else 0
    count = count if most is None else min(count, most)
    return order[:count], order[count:]
