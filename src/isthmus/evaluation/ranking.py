"""How well scores put abnormal rows above normal ones, whatever the threshold."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import numpy.typing as npt

from isthmus.errors import require

Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[np.float64]


def roc_auc(scores: Values, abnormal: Flags) -> float:
    """The chance that an abnormal row scores above a normal one; ties count half."""
    return float(_metrics().roc_auc_score(abnormal, _ranks(scores)))


def average_precision(scores: Values, abnormal: Flags) -> float:
    """Precision averaged over the recalls that the scores' thresholds reach."""
    return float(_metrics().average_precision_score(abnormal, _ranks(scores)))


def _ranks(scores: Values) -> npt.NDArray[np.int64]:
    # Both figures hang on the order alone, and scikit-learn refuses an infinite score.
    return np.unique(scores, return_inverse=True)[1].astype(np.int64)


def _metrics() -> ModuleType:
    return require("sklearn.metrics", extra="evaluate", purpose="evaluating scores")
