"""Everything that scores and labels say of a detector, as one frozen value."""

from __future__ import annotations

import numpy.typing as npt
from pydantic import Field

from isthmus.errors import UsageError
from isthmus.evaluation.confusion import ClassFigures, Confusion, confusion, share
from isthmus.evaluation.false_alarms import FalseAlarms, false_alarms
from isthmus.evaluation.labelled import Labelled, labelled
from isthmus.evaluation.ranking import average_precision, roc_auc
from isthmus.options import Frozen


class Evaluation(Frozen):
    """The figures of one detector on labelled rows.

    ``rows = normal + abnormal + invalid_normal + invalid_abnormal``. Invalid rows have no score;
    they are counted here and enter no other figure. A figure that is not defined is `None`, and
    `notes` says why.

    Attributes
    ----------
    normal, abnormal : int
        Rows with a score, by what they are in truth.
    prevalence : float or None
        The share of abnormal rows among those with a score. Accuracy, precision, F1 and average
        precision hang on it, recall, false-alarm rate and ROC AUC do not.
    abnormal_positive, normal_positive : ClassFigures
        Published figures take either class as the positive one; here are both.
    average_precision : float or None
        With abnormal as the positive class; a score without skill has the prevalence.
    """

    rows: int
    normal: int
    abnormal: int
    invalid_normal: int
    invalid_abnormal: int
    prevalence: float | None
    confusion: Confusion
    accuracy: float | None
    abnormal_positive: ClassFigures
    normal_positive: ClassFigures
    roc_auc: float | None = Field(ge=0, le=1)
    average_precision: float | None = Field(ge=0, le=1)
    false_alarms: FalseAlarms
    notes: tuple[str, ...] = ()

    @property
    def invalid(self) -> int:
        return self.invalid_normal + self.invalid_abnormal


def evaluate(
    anomaly_score: npt.ArrayLike,
    is_anomaly: npt.ArrayLike,
    is_abnormal: npt.ArrayLike,
    *,
    alpha: float | None,
    invalid: npt.ArrayLike | None = None,
) -> Evaluation:
    """Hold scores and alarms against the truth.

    Parameters
    ----------
    anomaly_score : (N,) numbers
        Grows with strangeness; NaN for a row that could not be scored.
    is_anomaly : (N,) bool
        The alarms.
    is_abnormal : (N,) bool
        The truth.
    alpha : float or None
        The false-alarm rate that was promised, where one was.
    invalid : (N,) bool, optional
        Rows that could not be scored, besides those with a NaN score.

    Raises
    ------
    DataError
        Naming every array of the wrong type or length.
    UsageError
        If `alpha` is not between 0 and 1.
    """
    if alpha is not None and not 0 < alpha < 1:
        raise UsageError(f"alpha: more than 0 and less than 1 was expected, got {alpha}")
    data = labelled(anomaly_score, is_anomaly, is_abnormal, invalid)
    counts = confusion(data.alarms, data.abnormal)
    both = counts.has_both_classes
    return Evaluation(
        rows=counts.rows + data.invalid_normal + data.invalid_abnormal,
        normal=counts.normal,
        abnormal=counts.abnormal,
        invalid_normal=data.invalid_normal,
        invalid_abnormal=data.invalid_abnormal,
        prevalence=share(counts.abnormal, counts.rows),
        confusion=counts,
        accuracy=counts.accuracy,
        abnormal_positive=counts.abnormal_positive(),
        normal_positive=counts.normal_positive(),
        roc_auc=roc_auc(data.scores, data.abnormal) if both else None,
        average_precision=average_precision(data.scores, data.abnormal) if both else None,
        false_alarms=false_alarms(counts.alarms_among_normal, counts.normal, alpha),
        notes=_notes(data, counts),
    )


def _notes(data: Labelled, counts: Confusion) -> tuple[str, ...]:
    """Why each figure that is `None` is not defined."""
    if not counts.rows:
        return (
            f"None of the {data.invalid_normal + data.invalid_abnormal} rows has a score: "
            "no figure is defined.",
        )
    if not counts.abnormal:
        return (
            "No abnormal row has a score: precision, F1, ROC AUC, average precision and the "
            "recall of abnormal rows are not defined.",
        )
    if not counts.normal:
        return (
            "No normal row has a score: precision, F1, ROC AUC, average precision, the recall "
            "of normal rows and the false-alarm rate are not defined.",
        )
    if not counts.alarms:
        return ("There is no alarm: the precision of abnormal rows is not defined.",)
    if counts.alarms == counts.rows:
        return ("Every row is an alarm: the precision of normal rows is not defined.",)
    return ()
