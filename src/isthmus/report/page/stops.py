"""Where alpha can be moved to on the page, and how many alarms there would be: exactly."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from isthmus.options import DEFAULT_ALPHA
from isthmus.report.gathering import Gathered

COUNT = 160
"""Places of the slider, at most."""
LARGEST = 0.5
"""The largest alpha that anyone would want."""


class Stops(NamedTuple):
    """Places in increasing order of alpha, and the one that is nearest to what was asked for."""

    stops: list[dict[str, Any]]
    first: int


def stops(gathered: Gathered) -> Stops:
    """Alpha, the threshold, the alarms and the alarms expected of normal rows, at every place.

    Only alphas of k / (n + 1) differ from each other: n rows calibrate.
    """
    calibrator = gathered.scorer.calibrator
    n = calibrator.rows
    most = max(int(LARGEST * (n + 1)), 1)
    wanted = np.unique(np.geomspace(1, most, COUNT).round().astype(np.int64))
    alpha = gathered.decision.alpha
    if alpha is not None and calibrator.alarms_allowed(alpha):
        wanted = np.unique(np.append(wanted, calibrator.alarms_allowed(alpha)))
    scored = gathered.scores[gathered.is_scored]
    counts = np.bincount(calibrator.ranks(scored), minlength=n + 2).cumsum()
    found = [
        {
            "alpha": float(k / (n + 1)),
            "cut": float(calibrator.order_statistic(int(k))),
            "alarms": int(counts[k]),
            "expected": float(k / (n + 1) * len(scored)),
        }
        for k in wanted.tolist()
    ]
    if alpha is not None:  # between two places nothing changes: this one stands for what was asked
        for stop in found:
            if stop["alpha"] == calibrator.alarms_allowed(alpha) / (n + 1):
                stop |= {"alpha": alpha, "expected": alpha * len(scored)}
    asked = calibrator.alarms_allowed(DEFAULT_ALPHA if alpha is None else alpha)
    return Stops(found, int(np.abs(wanted - asked).argmin()))
