"""What a figure must be, and one line of the table that says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Figures = dict[str, Any]


@dataclass(frozen=True)
class Reach:
    """What a figure must be, in words and as a test; a test of None: shown beside, no target."""

    words: str
    met_by: Callable[[float], bool] | None = None


def at_least(bound: float) -> Reach:
    """The figure must not be smaller."""
    return Reach(f">= {bound:g}", lambda figure: figure >= bound)


def at_most(bound: float) -> Reach:
    """The figure must not be larger."""
    return Reach(f"<= {bound:g}", lambda figure: figure <= bound)


NONE = Reach("0", lambda figure: figure == 0)
MORE = Reach("> 0", lambda figure: figure > 0)
BESIDE = Reach("-")


@dataclass(frozen=True)
class Target:
    """One line of the table: a sentence, what to reach, and where the figure stands."""

    benchmark: str
    sentence: str
    reach: Reach
    figure: Callable[[Figures], float]

    def verdict(self, reached: float | None) -> str:
        """``ok``, ``MISSED``, or nothing where there is no target or no figure."""
        if reached is None or self.reach.met_by is None:
            return ""
        return "ok" if self.reach.met_by(reached) else "MISSED"
