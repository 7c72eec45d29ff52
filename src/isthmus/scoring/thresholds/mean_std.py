"""The articles' rule: mean plus a number of standard deviations."""

from __future__ import annotations

import numpy as np

from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.thresholds.decision import Decision


def mean_std(calibrator: Calibrator, _alpha: float, deviations: float) -> Decision:
    """Mean plus `deviations` standard deviations of the held-out scores; states no rate."""
    scores = calibrator.scores.astype(np.float64)
    return Decision(
        threshold=float(scores.mean() + deviations * scores.std()),
        rule=f"mean-std:{deviations:g}",
        alpha=None,
        sentence=f"mean + {deviations:g} standard deviations of {calibrator.rows} held-out scores",
    )
