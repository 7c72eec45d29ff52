"""A log of a training that TensorBoard shows: losses, weights, codes, reconstructions."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from isthmus.errors import FileAccessError, require
from isthmus.schema import Schema
from isthmus.training import pictures
from isthmus.training.preamble import Preamble
from isthmus.training.state import State

if TYPE_CHECKING:
    from isthmus.training.watching import Subject

MOST_DETAILS = 20
"""Histograms and pictures are logged about this many times; losses with every entry."""
SHOWN_ROWS, CODED_ROWS = 8, 512
_MOST_WEIGHTS = 1 << 20
_EVENTS = "events.out.tfevents.*"


def claim(logdir: str | Path, *, resume: bool) -> None:
    """Refuse now a folder that cannot be used, or without the library that writes into it.

    Raises
    ------
    MissingExtraError
        If TensorBoard is not installed.
    FileAccessError
        If the folder is none, or holds the log of another training.
    """
    require("tensorboard", extra="tensorboard", purpose="a log for TensorBoard (--logdir)")
    folder = Path(logdir)
    if folder.exists() and not folder.is_dir():
        raise FileAccessError(f"{logdir}: is no folder, one was expected for the log")
    if not resume and any(folder.glob(_EVENTS)):
        raise FileAccessError(
            f"{logdir}: holds the log of another training, and two in one folder are one muddle",
            advice=f"Choose another folder, such as {folder / 'second'}.",
        )


class TensorBoard:
    """Writes events into a folder; draws nothing, and leaves the network as it was.

    Parameters
    ----------
    logdir : str or path
        The folder; it is made.
    subject : Subject
        What is trained; the rows that are shown come from the rows that are watched.
    resume : bool
        Whether the folder may hold the log of the same training, interrupted.
    clock : callable
        Seconds.
    """

    def __init__(
        self,
        logdir: str | Path,
        subject: Subject,
        *,
        resume: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        claim(logdir, resume=resume)
        self._logdir, self._resume, self._clock = Path(logdir), resume, clock
        self._schema, self._preamble = subject.schema, subject.preamble
        rows = next((r for r in subject.dealt.validation if len(r)), subject.dealt.training[0])
        self._input, self._target = (
            cells[torch.from_numpy(_spread_out(rows, CODED_ROWS)).to(cells.device)]
            for cells in (subject.cells.input, subject.cells.target)
        )
        self._writer: Any = None
        self._details = -1
        self._before = (0, 0.0)

    def begin(self, state: State) -> None:
        """Open the log; what an interrupted training logged beyond its checkpoint is dropped."""
        from torch.utils.tensorboard import SummaryWriter

        drop_from = state.updates if self._resume else None
        _wait_for_a_later_second(Path(self._logdir))
        try:
            self._writer = SummaryWriter(str(self._logdir), purge_step=drop_from)
        except OSError as error:
            raise FileAccessError(
                f"{self._logdir}: could not be written: {error.strerror or error}"
            ) from error
        self._before = (state.updates, self._clock())

    def on_update(self, state: State) -> None:
        """Nothing: what is logged belongs to an entry of the history."""

    def on_epoch(self, state: State) -> None:
        """Log the entry, and now and then what the network is and does."""
        self._log_scalars(state)
        details = state.updates * MOST_DETAILS // state.budget.steps
        if details > self._details or state.over:
            self._details = details
            self._log_weights(state)
            self._log_rows(state)
        self._writer.flush()  # What is logged before a checkpoint must be there after a kill.

    def close(self) -> None:
        """Close the log."""
        if self._writer is not None:
            self._writer.close()

    def _log_scalars(self, state: State) -> None:
        entry, step = state.epochs[-1], state.updates
        by_name = {"training loss": entry.training_loss, "validation loss": entry.validation_loss}
        for name, losses in by_name.items():
            for member, loss in enumerate(losses or (), start=1):
                self._writer.add_scalar(f"{name}/member {member}", loss, step)
        self._writer.add_scalar("training/learning rate", state.optimizer.rate, step)
        before, now = self._before, (step, self._clock())
        if now[1] > before[1]:
            speed = (now[0] - before[0]) / (now[1] - before[1])
            self._writer.add_scalar("training/updates per second", speed, step)
        self._before = now

    def _log_weights(self, state: State) -> None:
        for name, weights in state.network.named_parameters():
            values = weights.detach().flatten()
            values = values[:: -(-len(values) // _MOST_WEIGHTS)].cpu()
            self._writer.add_histogram(f"weights/{name}", values, state.updates)

    def _log_rows(self, state: State) -> None:
        rebuilt, codes = run_aside(state.network, state.generator, self._input)
        self._writer.add_histogram("codes/all members", codes.flatten().cpu(), state.updates)
        shown = slice(SHOWN_ROWS)
        mean = rebuilt.mean(dim=0)[shown].cpu().numpy()
        picture = picture_of(self._schema, self._preamble, self._target[shown].cpu().numpy(), mean)
        if picture is not None:
            self._writer.add_image("rows/rebuilt", picture, state.updates, dataformats="HWC")


@torch.no_grad()
def run_aside(
    network: nn.Module, generator: torch.Generator, inputs: Tensor
) -> tuple[Tensor, Tensor]:
    """Outputs (M, B, U) and codes (M, B, Z) of inputs (B, U); leaves no trace in the training."""
    was_training, drawn = network.training, generator.get_state()
    outputs, codes = network.eval()(inputs[None])
    network.train(was_training)
    generator.set_state(drawn)
    return outputs, codes


def picture_of(
    schema: Schema, preamble: Preamble, target: np.ndarray, rebuilt: np.ndarray
) -> np.ndarray | None:
    """Rows (B, U) as the network has them, and rebuilt, in the user's units; a table has none."""
    if schema.kind == "table":
        return None
    numbers = len(preamble.units.numbers)
    original, made = (preamble.original(units[:, :numbers]) for units in (target, rebuilt))
    chosen = list(schema.targets) or slice(None)
    if schema.image is None:
        return pictures.signals(original[:, chosen], made[:, chosen])
    channels = sorted({cell % schema.image.channels for cell in schema.targets})
    return pictures.images(original, made, schema.image, channels)


def _spread_out(rows: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the rows, from all over them."""
    return rows[np.linspace(0, len(rows) - 1, min(most, len(rows))).astype(np.int64)]


def _wait_for_a_later_second(logdir: Path) -> None:
    """TensorBoard reads the files of a log in the order of their names, which begin with a second.

    A clock that went back is not waited for.
    """
    begun = [path.name.removeprefix(_EVENTS[:-1]).split(".")[0] for path in logdir.glob(_EVENTS)]
    latest = max((int(second) for second in begun if second.isdigit()), default=0)
    ahead = latest + 1 - time.time()
    if 0 < ahead <= 1:
        time.sleep(ahead)
