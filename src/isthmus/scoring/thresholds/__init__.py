"""Threshold rules: each makes one number from the calibration scores; alarm where score > number.

A rule is written as its name and, where it has one, its number: ``conformal``,
``confident:0.95``, ``mean-std:3``, ``percentile:99``, ``fixed:2.5``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from isthmus.errors import UsageError
from isthmus.model_file.manifest import Threshold
from isthmus.options import DEFAULT_ALPHA
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.thresholds.confident import confident
from isthmus.scoring.thresholds.conformal import conformal
from isthmus.scoring.thresholds.decision import Decision
from isthmus.scoring.thresholds.fixed import fixed
from isthmus.scoring.thresholds.mean_std import mean_std
from isthmus.scoring.thresholds.percentile import percentile

__all__ = ["RULES", "Decision", "decide", "parse"]

Maker = Callable[[Calibrator, float, float], Decision]
"""Makes the decision from the calibration, alpha, and the rule's own number."""


@dataclass(frozen=True)
class Rule:
    """A row of the table of rules; `parameter` is the default of its number, if it has one."""

    make: Maker
    parameter: float | None
    takes_number: bool
    uses_alpha: bool
    summary: str


RULES: dict[str, Rule] = {
    "conformal": Rule(
        conformal, None, False, True, "false alarms at most alpha, on average over calibrations"
    ),
    "confident": Rule(
        confident, 0.95, True, True, "false alarms at most alpha, with this confidence; split only"
    ),
    "mean-std": Rule(
        mean_std, 3.0, True, False, "mean plus so many standard deviations; no stated rate"
    ),
    "percentile": Rule(percentile, 99.0, True, False, "a percentile of the held-out scores"),
    "fixed": Rule(fixed, None, True, False, "a number of your own"),
}


def parse(text: str) -> tuple[str, float | None]:
    """The name of a rule and its number, from such text as ``percentile:99``.

    Raises
    ------
    UsageError
        If the rule is not known, or its number is missing, superfluous or not a number.
    """
    name, colon, rest = text.partition(":")
    rule = RULES.get(name)
    if rule is None:
        raise UsageError(
            f"threshold {text!r}: there is no rule {name!r}",
            advice="Known: " + "; ".join(f"{n} ({r.summary})" for n, r in RULES.items()) + ".",
        )
    if colon and not rule.takes_number:
        raise UsageError(f"threshold {text!r}: {name} takes no number", advice="Use --alpha.")
    try:
        number = float(rest) if colon else rule.parameter
    except ValueError:
        raise UsageError(f"threshold {text!r}: {rest!r} is not a number") from None
    if number is None and rule.takes_number:
        raise UsageError(f"threshold {text!r}: {name} needs a number, such as {name}:2.5")
    return name, number


def kept(stored: Threshold, alpha: float | None, threshold: str | None) -> tuple[str, float | None]:
    """The rule and alpha to use: what is asked, and for what is not asked what is stored.

    An alpha asked of a stored rule that has none makes the rule conformal.
    """
    rule = stored.rule if threshold is None else threshold
    uses_alpha = RULES[parse(rule)[0]].uses_alpha
    if alpha is None:
        return rule, stored.alpha if uses_alpha else None
    return (rule if uses_alpha or threshold is not None else "conformal"), alpha


def decide(text: str, calibrator: Calibrator, alpha: float | None = None) -> Decision:
    """Turn a rule into a number.

    Parameters
    ----------
    text : str
        The rule, such as ``conformal`` or ``percentile:99``.
    calibrator : Calibrator
        The held-out scores.
    alpha : float, optional
        The false-alarm rate that is asked for. Left out, it is 0.01, or with a warning the
        smallest that the calibration rows support; given, it is kept to or refused.

    Raises
    ------
    UsageError
        If the calibration rows cannot support what is asked.
    """
    name, number = parse(text)
    rule = RULES[name]
    if alpha is not None and not rule.uses_alpha:
        raise UsageError(
            f"alpha={alpha} and threshold {text!r} exclude each other",
            advice="Only conformal and confident thresholds hold a stated false-alarm rate.",
        )
    if alpha is not None and not 0 < alpha < 1:
        raise UsageError(f"alpha: expected a number between 0 and 1, got {alpha}")
    if alpha is None and name == "conformal" and calibrator.smallest_alpha > DEFAULT_ALPHA:
        smallest = calibrator.smallest_alpha
        warning = (
            f"{calibrator.rows} calibration rows support no alpha below {smallest:.4g}; "
            f"that is used instead of {DEFAULT_ALPHA}"
        )
        return conformal(calibrator, smallest, 0.0).warned(warning)
    return rule.make(calibrator, DEFAULT_ALPHA if alpha is None else alpha, number or 0.0)
