"""For one threshold that stays in use for long: false alarms at most alpha, with confidence."""

from __future__ import annotations

import math

from isthmus.errors import UsageError
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.thresholds.decision import Decision, written


def confident(calibrator: Calibrator, alpha: float, confidence: float) -> Decision:
    """The lowest threshold whose false-alarm rate is at most `alpha` with this `confidence`.

    The rate of alarms above the k-th largest of n exchangeable scores is Beta(k, n + 1 - k)
    distributed over calibrations (Vovk, 2012), and P(Beta(k, n + 1 - k) <= alpha) is the
    probability of at least k successes among n trials of probability alpha.
    """
    if not 0 < confidence < 1:
        raise UsageError(f"confident: expected a confidence between 0 and 1, got {confidence:g}")
    if calibrator.scheme != "split":
        raise UsageError(
            "a confident threshold needs held-out rows that served nothing else; this detector "
            "is cross-calibrated",
            advice="Fit with --scheme split, or give fresh normal rows to isthmus calibrate.",
        )
    k = largest_rank(calibrator.rows, alpha, confidence)
    if k == 0:
        needed = math.ceil(math.log(1 - confidence) / math.log1p(-alpha))
        raise UsageError(
            f"alpha={alpha:g} with confidence {confidence:g} needs {needed} calibration rows, "
            f"the detector has {calibrator.rows}",
            advice="Ask for a larger alpha, or give more normal rows to isthmus calibrate.",
        )
    return Decision(
        threshold=calibrator.order_statistic(k),
        rule=written("confident", confidence),
        alpha=alpha,
        sentence=f"false alarms at most {alpha:.4g} with confidence {confidence:g}, by "
        f"{calibrator.rows} held-out normal rows",
    )


def largest_rank(rows: int, alpha: float, confidence: float) -> int:
    """The largest k with P(Binomial(rows, alpha) >= k) >= confidence; 0 where there is none."""
    k, fewer = 0, 0.0  # fewer: P(Binomial < k + 1)
    while k < rows:
        fewer += math.exp(_log_binomial(rows, k, alpha))
        if 1.0 - fewer < confidence:
            break
        k += 1
    return k


def _log_binomial(trials: int, successes: int, probability: float) -> float:
    ways = (
        math.lgamma(trials + 1) - math.lgamma(successes + 1) - math.lgamma(trials - successes + 1)
    )
    missed = trials - successes
    return ways + successes * math.log(probability) + missed * math.log1p(-probability)
