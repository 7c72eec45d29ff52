"""How much training: batch size and number of updates, a fixed function of the shapes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from isthmus.options import Kind, Preset, TrainingOptions

STEPS: dict[Preset, tuple[int, int, int]] = {
    "fast": (100, 1500, 5000),
    "balanced": (100, 1500, 5000),
    "best": (300, 4500, 15000),
}
"""Epochs where nothing is chosen, and the fewest and the most updates that they may come to."""
SMALLEST_BATCH, LARGEST_BATCH = 16, 256
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


def budget(
    rows: int, options: TrainingOptions, kind: Kind = "table", preset: Preset = "balanced"
) -> Budget:
    """The budget for `rows` training rows of each member."""
    batch_size = min(options.batch_size or _even(rows, kind), rows)
    per_epoch = math.ceil(rows / batch_size)
    steps = _steps(per_epoch, options, preset)
    epochs = math.ceil(steps / per_epoch)
    every = 1 if options.needs_validation else math.ceil(epochs / MOST_RECORDS)
    return Budget(batch_size, steps, per_epoch, every)


def _even(rows: int, kind: Kind) -> int:
    """About a tenth of the rows, within bounds, so that all batches of an epoch are alike.

    A last batch of the few rows that are left over would push the weights as hard as a full one,
    in a direction of its own.
    """
    largest = LARGEST_OF_IMAGES if kind == "image" else LARGEST_BATCH
    near = min(max(rows // 10, SMALLEST_BATCH), largest)
    return math.ceil(rows / max(1, round(rows / near)))


def _steps(per_epoch: int, options: TrainingOptions, preset: Preset) -> int:
    if options.epochs is None and options.max_steps is None:
        epochs, fewest, most = STEPS[preset]
        if options.learn_from == "all":
            most = max(most, per_epoch)  # every row once
        return min(max(epochs * per_epoch, fewest), most)
    by_epochs = math.inf if options.epochs is None else options.epochs * per_epoch
    by_steps = math.inf if options.max_steps is None else options.max_steps
    return int(min(by_epochs, by_steps))
