"""Survive interruption: write now and then all that the rest of a training depends on."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from torch import nn

from isthmus import atomic
from isthmus.errors import CheckpointError, FileAccessError, UsageError
from isthmus.options import NetworkOptions, PreprocessingOptions
from isthmus.training.capture import captured, put_back
from isthmus.training.checkpoint_file import read, write
from isthmus.training.state import State

EVERY_SECONDS = 60.0

_DEALING = {"seed", "scheme", "split_from", "folds", "calibration_share"}
_DEALT_BY = {*_DEALING, "validation", "patience", "keep"}
_CONSEQUENCES: dict[str, frozenset[str]] = {
    "training rows": frozenset({"rows", *_DEALT_BY}),
    "first weights": frozenset(
        {"rows", "columns", "members", "loss", "category_loss", "trained on", "torch", *_DEALT_BY}
        | set(PreprocessingOptions.model_fields)
        | set(NetworkOptions.model_fields)
    ),
}
"""What a training has a digest of, and what else differs where that does."""


class Ending:
    """The wish to end a training after the update that goes on, so that nothing of it is lost.

    Attributes
    ----------
    waits : bool
        Whether updates are going on: whoever wishes for the end need only say so.
    wished : bool
        Whether it is wished for.
    """

    def __init__(self) -> None:
        self.waits = False
        self.wished = False


@dataclass(frozen=True)
class Checkpoint:
    """Where a training leaves its state, how often, and whether it goes on from what lies there.

    Attributes
    ----------
    path : str or path
        The file. It is left behind when the training is done, for whoever stores the model to
        remove afterwards.
    every : float
        Seconds between two checkpoints; 0: one after every update.
    resume : bool
        Go on from the file where it exists; where it does not, begin.
    ending : Ending
        For whoever may want to end the training amid it.
    """

    path: str | Path
    every: float = EVERY_SECONDS
    resume: bool = False
    ending: Ending = field(default_factory=Ending, compare=False)

    def claim(self) -> None:
        """Refuse now a file that cannot be written, or that would be lost.

        Raises
        ------
        FileAccessError
            If it cannot be written there, or exists and is not to be gone on from.
        CheckpointError
            If it is to be gone on from and is not a whole checkpoint.
        """
        atomic.refuse(self.path, overwrite=True)
        if not Path(self.path).exists():
            return
        if not self.resume:
            raise FileAccessError(
                f"{self.path}: exists already, and may hold a training that was interrupted",
                advice="Go on from it with --resume (resume=True), or remove it to begin anew.",
            )
        read(self.path)


class Checkpoints:
    """Writes a checkpoint whenever one is due, and goes on from one at the beginning.

    Parameters
    ----------
    choices : Checkpoint
        Where and how often.
    made_of : dict of str to str
        All that the training is made of, each in words to be compared.
    clock : callable
        Seconds.
    """

    def __init__(
        self,
        choices: Checkpoint,
        made_of: Mapping[str, str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._choices = choices
        self._made_of = dict(made_of)
        self._clock = clock
        self._due = 0.0

    def begin(self, state: State) -> None:
        """Go on from the checkpoint if there is one and that is wished.

        Raises
        ------
        UsageError
            If it belongs to another training, with all that differs.
        """
        self._choices.claim()
        self._made_of["first weights"] = _digest_of_weights(state.network)
        if Path(self._choices.path).exists():
            document, arrays = read(self._choices.path)
            self._refuse_another(document.made_of)
            try:
                put_back(state, document, arrays)
            except (KeyError, RuntimeError, TypeError, ValueError) as error:
                raise CheckpointError(
                    f"{self._choices.path}: does not hold the state of such a network",
                    advice="Remove it to train from the beginning.",
                ) from error
        self._due = self._clock() + self._choices.every
        self._choices.ending.waits = not state.over

    def on_update(self, state: State) -> None:
        """Write one if it is due, or if the training is to end here.

        Raises
        ------
        KeyboardInterrupt
            If the end is wished for; a checkpoint is then written.
        """
        wished = self._choices.ending.wished
        if wished or self._clock() >= self._due:
            write(self._choices.path, *captured(state, self._made_of))
            self._due = self._clock() + self._choices.every
        if wished:
            raise KeyboardInterrupt

    def on_epoch(self, state: State) -> None:
        """Let nobody wait for another update where there is none; an epoch is too long for more.

        Raises
        ------
        KeyboardInterrupt
            If the end was wished for after the last update: of that there is no checkpoint.
        """
        if not state.over:
            return
        self._choices.ending.waits = False
        if self._choices.ending.wished:
            raise KeyboardInterrupt

    def _refuse_another(self, then: Mapping[str, str]) -> None:
        now = self._made_of
        differing = [name for name in {**now, **then} if now.get(name) != then.get(name)]
        differing = [
            name
            for name in differing
            if not _CONSEQUENCES.get(name, frozenset()).intersection(differing)
        ]
        if differing:
            raise UsageError(
                f"{self._choices.path}: belongs to another training",
                *(
                    f"{name}: {then.get(name, 'nothing')} then, {now.get(name, 'nothing')} now"
                    for name in differing
                ),
                advice="Train as then to go on from it, or remove it to begin anew.",
            )


def _digest_of_weights(network: nn.Module) -> str:
    digest = hashlib.sha256()
    for name, tensor in network.state_dict().items():
        digest.update(f"{name} {tuple(tensor.shape)}".encode())
        digest.update(tensor.cpu().numpy().tobytes())
    return f"of digest {digest.hexdigest()}"
