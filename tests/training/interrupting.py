"""Small trainings for tests, to be interrupted after any update and gone on with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from beats import IMAGE, MIXED_LEVELS, image_rows, mixed_rows, normal_beats, table_rows

from isthmus.options import FitOptions
from isthmus.schema import Schema
from isthmus.training.checkpoint import Checkpoint
from isthmus.training.describe import describe
from isthmus.training.fit import fit
from isthmus.training.state import State
from isthmus.training.watcher import NOBODY, Watcher
from isthmus.training.watching import UNWATCHED, Watching

SMALL = {"encoder": (5,), "code_size": 3, "batch_size": 20, "max_steps": 14}
"""Some 60 rows: four updates an epoch, and the last epoch is cut short by the budget."""


class Killed(BaseException):
    """Stands for the end of a process."""


@dataclass
class KilledAfter:
    """Ends a training after update number `update`."""

    update: int

    def begin(self, state: State) -> None:
        """Nothing."""

    def on_update(self, state: State) -> None:
        """End it."""
        if state.updates == self.update:
            raise Killed

    def on_epoch(self, state: State) -> None:
        """Nothing."""


@dataclass
class Noted:
    """Notes all that it is told."""

    began: list[int] = field(default_factory=list)
    updates: list[int] = field(default_factory=list)
    epochs: list[int] = field(default_factory=list)

    def begin(self, state: State) -> None:
        """Note where it begins."""
        self.began.append(state.updates)

    def on_update(self, state: State) -> None:
        """Note the number of updates."""
        self.updates.append(state.updates)

    def on_epoch(self, state: State) -> None:
        """Note the entry."""
        self.epochs.append(state.epochs[-1].step)


@cache
def rows_of(kind: str) -> tuple[np.ndarray, Schema]:
    """Rows of a kind, and what they are."""
    rows = {
        "table": table_rows(60),
        "mixed": mixed_rows(60),
        "signal": normal_beats(60)[:, 20:50],
        "image": image_rows(60),
    }[kind]
    names = ["red", "green"] if kind == "image" else [f"c{n}" for n in range(rows.shape[1])]
    schema = describe(
        rows,
        names,
        "table" if kind == "mixed" else kind,  # type: ignore[arg-type]
        named=False,
        levels=MIXED_LEVELS if kind == "mixed" else None,
        image=IMAGE if kind == "image" else None,
    )
    return rows, schema


def fitted(kind: str, watching: Watching = UNWATCHED, **choices: object) -> bytes:
    """The model file of a small training."""
    rows, schema = rows_of(kind)
    return fit(rows, schema, FitOptions.from_flat(**{**SMALL, **choices}), watching=watching)


def killed(
    kind: str,
    path: Path,
    update: int,
    *,
    every: float = 0.0,
    resume: bool = False,
    logdir: Path | None = None,
    **choices: object,
) -> None:
    """End such a training after an update; a checkpoint of it lies at `path`."""
    watching = Watching(KilledAfter(update), Checkpoint(path, every, resume), logdir)
    try:
        fitted(kind, watching, **choices)
    except Killed:
        return
    raise AssertionError(f"the training ended before update {update}")


def resumed(
    kind: str,
    path: Path,
    progress: Watcher = NOBODY,
    logdir: Path | None = None,
    **choices: object,
) -> bytes:
    """The model file of a training that goes on from `path` and writes no further checkpoint."""
    checkpoint = Checkpoint(path, every=1e9, resume=True)
    return fitted(kind, Watching(progress, checkpoint, logdir), **choices)
