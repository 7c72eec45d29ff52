"""The default: false alarms at most alpha on average."""

from __future__ import annotations

from isthmus.errors import UsageError
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.thresholds.decision import Decision


def conformal(calibrator: Calibrator, alpha: float, _number: float) -> Decision:
    """Alarm exactly where the p-value is at most `alpha`.

    With k the largest rank whose p-value k / (n + 1) is at most alpha, that is where the score
    exceeds the k-th largest held-out score (Vovk, Gammerman and Shafer, 2005).
    """
    k = calibrator.alarms_allowed(alpha)
    if k == 0:
        raise UsageError(
            f"alpha={alpha:g} needs {_rows_needed(alpha)} calibration rows, the detector has "
            f"{calibrator.rows}; the smallest alpha that they support is "
            f"{calibrator.smallest_alpha:.4g}",
            advice="Ask for a larger alpha, or give more normal rows to isthmus calibrate.",
        )
    return Decision(
        threshold=calibrator.order_statistic(k),
        rule="conformal",
        alpha=alpha,
        sentence=f"p-value at most {alpha:.4g}, by {calibrator.rows} held-out normal rows",
    )


def _rows_needed(alpha: float) -> int:
    rows = max(1, int(1 / alpha) - 2)
    while 1 / (rows + 1) > alpha:
        rows += 1
    return rows
