"""How much training: batch size and number of updates, a fixed function of the shapes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from isthmus.options import Kind, TrainingOptions

DEFAULT_EPOCHS = 100
FEWEST_STEPS, MOST_STEPS = 1500, 5000
SMALLEST_BATCH, LARGEST_BATCH = 16, 512
LARGEST_OF_IMAGES = 128
MOST_RECORDS = 200
"""Where validation only watches, the history has at most about this many entries."""


@dataclass(frozen=True)
class Budget:
    """Batch size, updates in all, updates per epoch and epochs between entries of the history."""

    batch_size: int
    steps: int
    steps_per_epoch: int
    record_every: int

    @property
    def epochs(self) -> int:
        return math.ceil(self.steps / self.steps_per_epoch)


def budget(rows: int, options: TrainingOptions, kind: Kind = "table") -> Budget:
    """The budget for `rows` training rows of each member."""
    largest = LARGEST_OF_IMAGES if kind == "image" else LARGEST_BATCH
    automatic = min(max(rows // 10, SMALLEST_BATCH), largest)
    batch_size = min(options.batch_size or automatic, rows)
    per_epoch = math.ceil(rows / batch_size)
    steps = _steps(per_epoch, options)
    epochs = math.ceil(steps / per_epoch)
    every = 1 if options.needs_validation else math.ceil(epochs / MOST_RECORDS)
    return Budget(batch_size, steps, per_epoch, every)


def _steps(per_epoch: int, options: TrainingOptions) -> int:
    if options.epochs is None and options.max_steps is None:
        return min(max(DEFAULT_EPOCHS * per_epoch, FEWEST_STEPS), MOST_STEPS)
    by_epochs = math.inf if options.epochs is None else options.epochs * per_epoch
    by_steps = math.inf if options.max_steps is None else options.max_steps
    return int(min(by_epochs, by_steps))
