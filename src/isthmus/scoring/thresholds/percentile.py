"""A percentile of the held-out scores."""

from __future__ import annotations

import numpy as np

from isthmus.errors import UsageError
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.thresholds.decision import Decision, written


def percentile(calibrator: Calibrator, _alpha: float, percent: float) -> Decision:
    """The score below which `percent` per cent of the held-out rows lie; states no rate."""
    if not 0 <= percent <= 100:
        raise UsageError(f"percentile: expected a number from 0 to 100, got {percent:g}")
    return Decision(
        threshold=float(np.percentile(calibrator.scores.astype(np.float64), percent)),
        rule=written("percentile", percent),
        alpha=None,
        sentence=f"percentile {percent:g} of {calibrator.rows} held-out scores",
    )
