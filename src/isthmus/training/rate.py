"""How large the updates of a training are, from the first to the last."""

from __future__ import annotations

import math
from dataclasses import dataclass

from isthmus.options import Kind, TrainingOptions

USUAL = 1e-3
STEEP = 3e-3
"""Where a rate that falls begins; a larger one learns more of many rows and less of few."""


@dataclass(frozen=True)
class Rate:
    """A learning rate that stays as it is, or falls to nothing along half a cosine.

    Large first steps go far, small last ones settle (Loshchilov and Hutter, 2017).
    """

    first: float
    falls: bool = False

    def at(self, done: float) -> float:
        """The rate where a share `done` of the updates is made, 0 to 1."""
        return self.first * (1 + math.cos(math.pi * done)) / 2 if self.falls else self.first


def rate_of(options: TrainingOptions, architecture: str, kind: Kind) -> Rate:
    """What is asked for, or the rate with which such networks learn best in so many updates.

    Where validation rows may stop the training, nobody knows where it ends, and the rate stays.
    """
    if options.learning_rate is not None:
        return Rate(options.learning_rate)
    known = architecture == "dense" and not options.needs_validation
    return Rate(STEEP, falls=True) if known and kind != "image" else Rate(USUAL)
