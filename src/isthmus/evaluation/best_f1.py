"""The threshold that labels would have chosen: a ceiling to compare with, not a promise."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.errors import DataError
from isthmus.evaluation.labelled import Flags, Values, labelled
from isthmus.options import Frozen

REMARK = (
    "Chosen with the labels of the same rows: its figures are optimistic, and no false-alarm rate "
    "is promised."
)


class BestF1(Frozen):
    """A threshold chosen with labels.

    Attributes
    ----------
    threshold : float
        Alarm where score > threshold. It is the highest score without an alarm, or where all rows
        are alarms the number next below the lowest score.
    f1 : float
        With abnormal as the positive class, on the rows that it was chosen with.
    remark : str
        What to say wherever these figures are shown.
    """

    threshold: float
    f1: float
    remark: str = REMARK


def best_f1_threshold(anomaly_score: npt.ArrayLike, is_abnormal: npt.ArrayLike) -> BestF1:
    """Find the score threshold with the best F1, abnormal as the positive class.

    Parameters
    ----------
    anomaly_score : (N,) numbers
        Rows with NaN are left out.
    is_abnormal : (N,) bool
        The truth.

    Returns
    -------
    BestF1
        Among equally good thresholds the highest, which has the fewest alarms.

    Raises
    ------
    DataError
        If an array is of the wrong type or length, a class has no row with a score, or no
        threshold is finite.
    """
    data = labelled(anomaly_score, None, is_abnormal)
    _refuse_one_class(data.abnormal)
    precision = np.asarray(anomaly_score).dtype
    lowest = _next_below(data.scores.min(), precision)
    thresholds, f1 = _candidates(data.scores, data.abnormal, lowest)
    if not len(thresholds):
        raise DataError("every score is infinite: no threshold tells them apart")
    best = int(np.argmax(f1))
    return BestF1(threshold=float(thresholds[best]), f1=float(f1[best]))


def _candidates(scores: Values, abnormal: Flags, lowest: float) -> tuple[Values, Values]:
    """Every finite threshold that tells rows apart, in decreasing order, and its F1."""
    order = np.argsort(-scores, kind="stable")
    thresholds = np.append(scores[order], lowest)  # threshold i has the first i rows as alarms
    found = np.append(0, np.cumsum(abnormal[order]))
    alarms = np.arange(len(thresholds))
    # Equal scores are alarms together: of a run of ties only the first is a threshold.
    first_of_ties = np.append(True, thresholds[1:] < thresholds[:-1])
    kept = first_of_ties & np.isfinite(thresholds)
    f1 = 2 * found / np.maximum(alarms + found[-1], 1)
    return thresholds[kept], f1[kept]


def _next_below(score: np.float64, precision: np.dtype[Any]) -> float:
    """The next lower number that still is one where scores are compared in their own precision."""
    kind = precision.type if precision.kind == "f" else np.float64
    return float(np.nextafter(kind(score), kind(-np.inf)))


def _refuse_one_class(abnormal: Flags) -> None:
    problems = []
    if not abnormal.any():
        problems.append("no abnormal row has a score, at least one was expected")
    if abnormal.all():
        problems.append("no normal row has a score, at least one was expected")
    if problems:
        raise DataError(*problems, advice="Choose a threshold without labels: give an alpha.")
