"""How well scores put one set of rows above another, without a library for it."""

from __future__ import annotations

import numpy as np


def separation(normal: np.ndarray, abnormal: np.ndarray) -> float:
    """ROC AUC: the chance that an abnormal row scores above a normal one; ties count half.

    By ranks (Mann and Whitney, 1947): of the pairs, the share in which the abnormal row is above.

    Parameters
    ----------
    normal, abnormal : array
        Scores, shapes (n,) and (m,), neither empty.
    """
    ordered = np.sort(normal)
    below = np.searchsorted(ordered, abnormal, side="left")
    not_above = np.searchsorted(ordered, abnormal, side="right")
    pairs = 2 * len(normal) * len(abnormal)
    return float((below.sum(dtype=np.int64) + not_above.sum(dtype=np.int64)) / pairs)
