"""Numbers in the user's own units, with as many digits as tell them apart."""

from __future__ import annotations

import math
from collections.abc import Iterable

MOST_DECIMALS = 12
LARGEST_WRITTEN_OUT = 1e16
"""Beyond it a float64 does not hold every whole number, and digits would be made up."""


def decimals_apart(
    value: float, others: Iterable[float | None], deviation: float | None = None
) -> int:
    """Decimals at which `value` differs visibly from each of `others`: two digits of the gap.

    One more where the usual `deviation` is smaller: 0 would be a poor word for 0.04 (+- 0.09).
    """
    gaps = [abs(value - other) for other in others if other is not None]
    gap = min((gap for gap in gaps if gap > 0), default=0.0)
    decimals = _decimals(gap, 2) if gap else _decimals(value, 4)
    if gap and deviation and _decimals(deviation, 2) > decimals:
        return decimals + 1
    return decimals


def amount(value: float, decimals: int) -> str:
    """A number with so many decimals, without zeros at its end: whole numbers stay whole."""
    if decimals <= MOST_DECIMALS and abs(value) < LARGEST_WRITTEN_OUT:
        text = f"{value:.{max(decimals, 0)}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        digits = _size(value) + decimals + 1
        text = f"{value:.{min(max(digits, 2), 17)}g}"
    return "0" if text == "-0" else text


def spread(value: float) -> str:
    """A usual deviation, to two digits."""
    return amount(value, _decimals(value, 2))


def percent(share: float) -> str:
    """A share such as 62 %; never 0 % or 100 % of what is more or less than that."""
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{100 * share:.0f} %"


def times(value: float) -> str:
    """How many times as large: 3.4, 33, 2e+06."""
    if not math.isfinite(value):
        return "beyond measure"
    return f"{value:.1f}" if value < 9.95 else f"{value:.0f}" if value < 1e6 else f"{value:.0e}"


def chance(p_value: float) -> str:
    """A p-value, to two digits."""
    return f"{p_value:.2g}"


def _decimals(value: float, digits: int) -> int:
    """The decimals that show so many digits of a number."""
    return digits - 1 - _size(value)


def _size(value: float) -> int:
    """The power of ten of a number's first digit."""
    if value == 0:
        return 0
    return math.floor(math.log10(min(abs(value), 1e308)))
