"""The false-alarm rate that came about, held against the one that was promised."""

from __future__ import annotations

from isthmus.errors import require
from isthmus.evaluation.confusion import share
from isthmus.options import Alpha, Frozen

CONFIDENCE = 0.95


class FalseAlarms(Frozen):
    """The share of normal rows that raised an alarm.

    Attributes
    ----------
    rate : float or None
        `None` without normal rows; so are `low` and `high`.
    low, high : float or None
        The exact binomial interval that holds the true rate with `confidence`, or more.
    promised : float or None
        The alpha that the alarms were made with.
    promise_inside : bool or None
        Whether `promised` lies between `low` and `high`, ends included.
    """

    rate: float | None
    low: float | None
    high: float | None
    confidence: float = CONFIDENCE
    promised: Alpha | None
    promise_inside: bool | None


def false_alarms(alarms: int, normal: int, promised: float | None) -> FalseAlarms:
    """The rate of `alarms` among `normal` rows, with its interval."""
    low = high = inside = None
    if normal:
        low, high = exact_interval(alarms, normal)
        inside = None if promised is None else low <= promised <= high
    return FalseAlarms(
        rate=share(alarms, normal), low=low, high=high, promised=promised, promise_inside=inside
    )


def exact_interval(hits: int, trials: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact binomial interval of a rate (Clopper and Pearson, 1934)."""
    special = require("scipy.special", extra="evaluate", purpose="the interval of a rate")
    tail = (1 - confidence) / 2
    low = special.betaincinv(hits, trials - hits + 1, tail) if hits else 0.0
    high = special.betaincinv(hits + 1, trials - hits, 1 - tail) if hits < trials else 1.0
    return float(low), float(high)
