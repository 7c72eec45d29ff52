"""A number that the user knows best."""

from __future__ import annotations

import math

from isthmus.errors import UsageError
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.thresholds.decision import Decision, written


def fixed(_calibrator: Calibrator, _alpha: float, number: float) -> Decision:
    """Just `number`."""
    if not math.isfinite(number):
        raise UsageError(f"fixed: expected a finite number, got {number}")
    return Decision(
        threshold=number, rule=written("fixed", number), alpha=None, sentence=f"a fixed {number:g}"
    )
