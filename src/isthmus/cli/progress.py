"""How a training goes, on standard error, where that is a terminal."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from isthmus.cli.saying import say

if TYPE_CHECKING:
    from rich.progress import Progress

    from isthmus.training.state import State

REFRESH_SECONDS = 0.5
"""One look at the losses and one drawing of the bar; both cost a millisecond or two."""


class TrainingProgress:
    """Says where an interrupted training goes on, and draws a bar where there is one to draw.

    Parameters
    ----------
    bar : Progress or None
        What draws; None where standard error is no terminal.
    quiet : bool
        Say nothing.
    clock : callable
        Seconds.
    """

    def __init__(
        self,
        bar: Progress | None = None,
        *,
        quiet: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bar, self._quiet, self._clock = bar, quiet, clock
        self._task = None if bar is None else bar.add_task("preparing", total=None)
        self._began = self._due = 0.0
        self._first = 0

    def begin(self, state: State) -> None:
        """Say where the training goes on; count time from here."""
        self._first, self._began = state.updates, self._clock()
        if state.updates:
            goes_on = f"training goes on after update {state.updates} of {state.budget.steps}"
            say([goes_on], quiet=self._quiet)
        self._show(state)

    def on_update(self, state: State) -> None:
        """Draw, if it is time to."""
        if self._bar is not None and self._clock() >= self._due:
            self._show(state)

    def on_epoch(self, state: State) -> None:
        """Say what follows after the last one."""
        if state.over:
            self._show(state)

    def _show(self, state: State) -> None:
        if self._bar is None or self._task is None:
            return
        words = (
            "calibrating"
            if state.over
            else wording(state, self._clock() - self._began, self._first)
        )
        self._bar.update(
            self._task, description=words, total=state.budget.steps, completed=state.updates
        )
        self._bar.refresh()
        self._due = self._clock() + REFRESH_SECONDS


def wording(state: State, elapsed: float, first: int = 0) -> str:
    """Where a training stands that began at update `first`, so many seconds ago.

    The time left is what the rest takes at the mean speed so far; patience may end it sooner.
    """
    steps, per_epoch = state.budget.steps, state.budget.steps_per_epoch
    done = state.updates - first
    epoch = min(state.updates // per_epoch + 1, state.budget.epochs)
    parts = [f"epoch {epoch} of {state.budget.epochs}", f"update {state.updates} of {steps}"]
    if state.taken:
        parts.append(f"loss {float(state.losses.mean()):.4g}")
    elif state.epochs:
        losses = state.epochs[-1].training_loss
        parts.append(f"loss {sum(losses) / len(losses):.4g}")
    parts.append(_time(elapsed))
    if done:
        most = "at most " if state.keeper.may_stop else ""
        parts.append(f"{most}{_time(elapsed * (steps - state.updates) / done)} left")
    return ", ".join(parts)


def _time(seconds: float) -> str:
    """Minutes and seconds, such as 1:30, with hours where there are any."""
    whole = str(timedelta(seconds=round(seconds)))
    return whole.removeprefix("0:").removeprefix("0") if whole.startswith("0:") else whole


@contextlib.contextmanager
def training_progress(*, quiet: bool) -> Iterator[TrainingProgress]:
    """A bar on standard error where that is a terminal; in a log, next to nothing."""
    if quiet or not sys.stderr.isatty():
        yield TrainingProgress(quiet=quiet)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (BarColumn(bar_width=8), TextColumn("{task.description}"))
    # Drawn by the loop itself: a thread of its own would take turns with the training.
    with Progress(
        *columns, console=Console(stderr=True), transient=True, auto_refresh=False
    ) as bar:
        yield TrainingProgress(bar)
