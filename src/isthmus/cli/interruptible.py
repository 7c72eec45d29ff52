"""What a command that takes long is told about interruption: where its state lies, and its log."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from isthmus.errors import UsageError

if TYPE_CHECKING:
    from isthmus.training.checkpoint import Ending
    from isthmus.training.watcher import Watcher
    from isthmus.training.watching import Watching

EVERY_SECONDS = 60.0

CheckpointFile = Annotated[
    Optional[str],  # noqa: UP045 (typer reads it)
    typer.Option(
        metavar="FILE",
        help="Where to leave the state of the training now and then, to go on from after an "
        "interruption; removed once the model is written.",
    ),
]
CheckpointEvery = Annotated[
    Optional[float],  # noqa: UP045
    typer.Option(
        min=0.0, metavar="SECONDS", help=f"Time between checkpoints. [default: {EVERY_SECONDS:g}]"
    ),
]
Resume = Annotated[
    bool,
    typer.Option("--resume", help="Go on from the checkpoint where there is one, else begin."),
]
LogDir = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(metavar="DIR", help="Folder for a log of the training that TensorBoard shows."),
]


@dataclass(frozen=True)
class Interruptible:
    """What was typed.

    Raises
    ------
    UsageError
        If there is something about a checkpoint, but no checkpoint.
    """

    checkpoint: str | None = None
    every: float | None = None
    resume: bool = False
    logdir: str | None = None
    _told: list[Ending] = field(default_factory=list, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.checkpoint is None and (self.resume or self.every is not None):
            given = "--resume" if self.resume else "--checkpoint-every"
            raise UsageError(
                f"{given} was given without --checkpoint FILE: where does the state lie?"
            )
        if self.checkpoint in ("", "-"):
            raise UsageError(f"--checkpoint: a file name was expected, got {self.checkpoint!r}")

    def claim(self, *, output: str, data: str) -> None:
        """Refuse now, before the work, what could not be written or would be lost.

        Raises
        ------
        UsageError
            If the checkpoint is the output or the data.
        IsthmusError
            See `Watching.claim`.
        """
        for name, path in (("-o", output), ("DATA", data)):
            if self.checkpoint is not None and _same(self.checkpoint, path):
                raise UsageError(
                    f"--checkpoint {self.checkpoint}: is the file of {name}, which would be lost",
                    advice="Choose another name for the checkpoint.",
                )
        self.watching().claim()

    def watching(self, progress: Watcher | None = None) -> Watching:
        """The same for a training."""
        from isthmus.training.checkpoint import Checkpoint
        from isthmus.training.watcher import NOBODY
        from isthmus.training.watching import Watching

        checkpoint = None
        if self.checkpoint is not None:
            every = EVERY_SECONDS if self.every is None else self.every
            checkpoint = Checkpoint(self.checkpoint, every, self.resume)
            self._told[:] = [checkpoint.ending]
        return Watching(progress or NOBODY, checkpoint, self.logdir)

    @property
    def beginnings(self) -> list[str]:
        """What to say where there is nothing to go on from."""
        if self.resume and self.checkpoint is not None and not Path(self.checkpoint).exists():
            return [f"{self.checkpoint}: is not there; the training begins at the beginning"]
        return []

    @contextlib.contextmanager
    def said(self) -> Iterator[None]:
        """Let Ctrl-C wait for the checkpoint, and say after it how to go on."""
        from isthmus.cli.saying import say

        try:
            with waiting(self._told) if self.checkpoint is not None else contextlib.nullcontext():
                yield
        except KeyboardInterrupt:
            say(self._ways_on())
            raise

    def _ways_on(self) -> list[str]:
        if self.checkpoint is None:
            return []
        if Path(self.checkpoint).exists():
            return [
                f"{self.checkpoint}: holds the training so far; to go on, run the same command "
                "with --resume"
            ]
        return [f"{self.checkpoint}: was not written: the training had not begun, or was over"]

    def done(self) -> list[str]:
        """Remove the checkpoint, as the model is written; what to say of it."""
        if self.checkpoint is None or not Path(self.checkpoint).exists():
            return []
        try:
            Path(self.checkpoint).unlink()
        except OSError as error:
            return [f"{self.checkpoint}: is no longer needed, and could not be removed: {error}"]
        return [f"{self.checkpoint}: removed, as the training is done"]


@contextlib.contextmanager
def waiting(told: list[Ending]) -> Iterator[None]:
    """Have the first Ctrl-C amid a training end it after its update, with a checkpoint.

    A second one, or one at another time, ends the command at once. Where Ctrl-C is ignored, or
    means something else already, it stays so.
    """

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        ending = told[-1] if told else None
        if ending is None or ending.wished or not ending.waits:
            raise KeyboardInterrupt
        ending.wished = True

    plain = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not plain or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, interrupted)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    return Path(one).resolve() == Path(other).resolve()
