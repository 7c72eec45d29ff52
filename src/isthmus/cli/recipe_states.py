"""The states of a recipe's trainings: a checkpoint for each in one folder, until all is written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.cli.interruptible import EVERY_SECONDS, waiting
from isthmus.cli.saying import say
from isthmus.errors import FileAccessError, UsageError

if TYPE_CHECKING:
    from isthmus.training.checkpoint import Checkpoint, Ending


@dataclass(frozen=True)
class States:
    """Where they lie, if anywhere, and whether the trainings go on from them.

    A training that is done leaves its last one behind: gone on from, little of it is done again.
    """

    folder: str | None
    resume: bool
    _told: list[Ending] = field(default_factory=list, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.resume and self.folder is None:
            raise UsageError("--resume was given without --checkpoint FOLDER: where do they lie?")

    def claim(self, names: Sequence[str]) -> None:
        """Make the folder, and refuse now what would be lost or cannot be gone on from.

        Raises
        ------
        FileAccessError, CheckpointError
            See `Checkpoint.claim`.
        """
        if self.folder is None:
            return
        try:
            Path(self.folder).mkdir(exist_ok=True)
        except OSError as error:
            raise FileAccessError(
                f"--checkpoint {self.folder}: is no folder and cannot be made one: "
                f"{error.strerror or error}"
            ) from error
        for name in names:
            if (checkpoint := self.of(name)) is not None:
                checkpoint.claim()

    def of(self, name: str) -> Checkpoint | None:
        """That of one training."""
        from isthmus.training.checkpoint import Checkpoint

        if self.folder is None:
            return None
        path = Path(self.folder) / f"{name}.checkpoint"
        made = Checkpoint(path, EVERY_SECONDS, self.resume)
        self._told[:] = [made.ending]
        return made

    @contextlib.contextmanager
    def said(self) -> Iterator[None]:
        """Let Ctrl-C wait for a checkpoint, and say after it how to go on."""
        if self.folder is None:
            yield
            return
        try:
            with waiting(self._told):
                yield
        except KeyboardInterrupt:
            if any(Path(self.folder).glob("*.checkpoint")):
                say(
                    [
                        f"{self.folder}: holds the trainings so far; to go on, run the same "
                        "command with --resume"
                    ]
                )
            raise

    def done(self, names: Sequence[str]) -> None:
        """Remove them, and the folder if nothing else is in it."""
        if self.folder is None:
            return
        with contextlib.suppress(OSError):
            for name in names:
                (Path(self.folder) / f"{name}.checkpoint").unlink(missing_ok=True)
            Path(self.folder).rmdir()
