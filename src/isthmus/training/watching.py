"""What is wished beside a training: progress shown, checkpoints, a log for TensorBoard."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from isthmus.options import FitOptions
from isthmus.schema import Schema
from isthmus.scoring.digest import rows_digest
from isthmus.training import tensorboard
from isthmus.training.checkpoint import Checkpoint, Checkpoints
from isthmus.training.folds import Plan
from isthmus.training.members import Cells
from isthmus.training.preamble import Preamble
from isthmus.training.tensorboard import TensorBoard
from isthmus.training.versions import versions
from isthmus.training.watcher import NOBODY, Watcher, Watchers


@dataclass(frozen=True)
class Subject:
    """What is trained: rows (N, D) in the user's units, what they are, and what became of them.

    `fitted_on` are the rows that the preamble was fitted on.
    """

    values: np.ndarray
    schema: Schema
    options: FitOptions
    dealt: Plan
    fitted_on: np.ndarray | slice
    preamble: Preamble
    cells: Cells

    def made_of(self) -> dict[str, str]:
        """All that decides what comes out of the training, in words to be compared."""
        groups = self.options.model_dump(mode="json").values()
        return {
            "rows": f"{len(self.values)} of digest {rows_digest(self.values, self.schema.kind)}",
            "columns": f"{len(self.schema.columns)} of digest {self._digest_of_schema()}",
            "training rows": f"of digest {self._digest_of_plan()}",
            **{name: json.dumps(value) for group in groups for name, value in group.items()},
            "trained on": self.cells.target.device.type,
            **versions(),
        }

    def _digest_of_schema(self) -> str:
        return hashlib.sha256(self.schema.model_dump_json().encode()).hexdigest()

    def _digest_of_plan(self) -> str:
        """Of who trains on which rows."""
        fitted_on = np.arange(len(self.values))[self.fitted_on]
        digest = hashlib.sha256()
        for rows in (*self.dealt.training, *self.dealt.validation, *self.dealt.held_out, fitted_on):
            digest.update(f"{len(rows)}:".encode())
            digest.update(np.asarray(rows, np.int64).tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Watching:
    """Who is told of a training, and what is written beside it; the model is the same.

    Attributes
    ----------
    progress : Watcher
        Told last, so that it sees where a training goes on.
    checkpoint : Checkpoint or None
        Where to leave the state of the training.
    logdir : str, path or None
        Folder for what TensorBoard shows.
    """

    progress: Watcher = NOBODY
    checkpoint: Checkpoint | None = None
    logdir: str | Path | None = None

    @property
    def resumes(self) -> bool:
        """Whether the training may be one that was interrupted."""
        return self.checkpoint is not None and self.checkpoint.resume

    def claim(self) -> None:
        """Refuse now, before the work, what could not be written.

        Raises
        ------
        FileAccessError, CheckpointError, MissingExtraError
            See `Checkpoint.claim` and `tensorboard.claim`.
        """
        if self.checkpoint is not None:
            self.checkpoint.claim()
        if self.logdir is not None:
            tensorboard.claim(self.logdir, resume=self.resumes)

    @contextlib.contextmanager
    def of(self, subject: Subject) -> Iterator[Watcher]:
        """All watchers of one training, as one; what they opened is closed behind it."""
        with contextlib.ExitStack() as opened:
            watchers: list[Watcher] = []
            if self.checkpoint is not None:
                watchers.append(Checkpoints(self.checkpoint, subject.made_of()))
            if self.logdir is not None:
                log = TensorBoard(self.logdir, subject, resume=self.resumes)
                watchers.append(opened.enter_context(contextlib.closing(log)))
            yield Watchers([*watchers, self.progress])


UNWATCHED = Watching()
