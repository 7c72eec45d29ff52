"""The rows to evaluate: arrays laid side by side and checked, invalid rows set apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.errors import DataError

Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Rows that have a score, and how many have none.

    Attributes
    ----------
    scores, alarms, abnormal : arrays of shape (N,)
        Of the rows with a score alone.
    invalid_normal, invalid_abnormal : int
        Rows without one, by what they are in truth.
    """

    scores: Values
    alarms: Flags
    abnormal: Flags
    invalid_normal: int
    invalid_abnormal: int


def labelled(
    anomaly_score: npt.ArrayLike,
    is_anomaly: npt.ArrayLike | None,
    is_abnormal: npt.ArrayLike,
    invalid: npt.ArrayLike | None = None,
) -> Labelled:
    """Lay scores, alarms and truth side by side; a row with a NaN score is invalid.

    Without `is_anomaly` no row is an alarm, without `invalid` only NaN scores are invalid.

    Raises
    ------
    DataError
        Naming every array that is not one column of the expected type and length.
    """
    scores = np.asarray(anomaly_score)
    given = {"is_anomaly": is_anomaly, "is_abnormal": is_abnormal, "invalid": invalid}
    flags = {name: np.asarray(flag) for name, flag in given.items() if flag is not None}
    _check(scores, flags)
    scores = scores.astype(np.float64)
    nowhere = np.zeros(len(scores), np.bool_)
    unscored = np.isnan(scores) | flags.get("invalid", nowhere)
    scored, abnormal = ~unscored, flags["is_abnormal"]
    return Labelled(
        scores=scores[scored],
        alarms=flags.get("is_anomaly", nowhere)[scored],
        abnormal=abnormal[scored],
        invalid_normal=int((unscored & ~abnormal).sum()),
        invalid_abnormal=int((unscored & abnormal).sum()),
    )


def _check(scores: npt.NDArray[Any], flags: dict[str, npt.NDArray[Any]]) -> None:
    problems = []
    if scores.ndim != 1 or scores.dtype.kind not in "fiu":
        problems.append(f"anomaly_score: numbers of shape (N,) were expected, {_came(scores)}")
    for name, flag in flags.items():
        if flag.ndim != 1 or flag.dtype != np.bool_:
            problems.append(f"{name}: True and False of shape (N,) were expected, {_came(flag)}")
        elif scores.ndim == 1 and len(flag) != len(scores):
            problems.append(f"{name}: {len(scores)} rows were expected, {len(flag)} came")
    if not problems and not len(scores):
        problems.append("no rows came, at least one was expected")
    if problems:
        raise DataError(*problems)


def _came(array: npt.NDArray[Any]) -> str:
    return f"{array.dtype} of shape {array.shape} came"
