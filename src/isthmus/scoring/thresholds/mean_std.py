"""The articles' rule: mean plus a number of standard deviations."""

from __future__ import annotations

import math

import numpy as np

from isthmus.errors import UsageError
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.thresholds.decision import Decision, written


def mean_std(calibrator: Calibrator, _alpha: float, deviations: float) -> Decision:
    """Mean plus `deviations` standard deviations of the held-out scores; states no rate."""
    if not math.isfinite(deviations):
        raise UsageError(f"mean-std: expected a finite number, got {deviations}")
    scores = calibrator.scores.astype(np.float64)
    return Decision(
        threshold=float(scores.mean() + deviations * scores.std()),
        rule=written("mean-std", deviations),
        alpha=None,
        sentence=f"mean + {deviations:g} standard deviations of {calibrator.rows} held-out scores",
    )
