"""Where training runs, and on how many threads."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from statistics import median
from typing import Self

import torch
from torch import nn

from isthmus.errors import UsageError
from isthmus.training.budget import Budget

WORTH_TWO = 1 << 24
"""Multiplications of an update's forward pass from which on two threads may be faster than one."""
TRIED_EVERY = 300
"""Updates."""
TRIES = 5
"""Updates each on two threads and on one; their medians count, as now and then one waits."""


def choose_device(wanted: str) -> torch.device:
    """The device that `auto` stands for, or the one that is asked for.

    Raises
    ------
    UsageError
        If it is not there.
    """
    available = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        return torch.device(next(name for name, is_there in available.items() if is_there))
    if not available[wanted]:
        raise UsageError(
            f"device {wanted!r} was asked for and is not available here",
            advice="Use --device cpu, or a build of PyTorch for this device.",
        )
    return torch.device(wanted)


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """Let PyTorch compute on so many threads, and on as many as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Pace:
    """How many threads each update of a training has: one or two, whichever is faster just now.

    Dense networks give the same bits on one thread and on two, which tests hold them to. Two are
    faster where updates are large and a processor is idle; where none is they wait for each other,
    and are many times slower. So both are tried now and then.

    Parameters
    ----------
    architecture : str
        Others than dense keep to one thread.
    multiplications : int
        Of an update: weights of all members times rows of a batch.
    most : int
        No more threads than so many.
    """

    def __init__(self, architecture: str, multiplications: int, most: int) -> None:
        self._may = architecture == "dense" and multiplications >= WORTH_TWO and most > 1
        self._updates, self._threads, self._begun = 0, 1, 0.0
        self._spent: dict[int, list[float]] = {1: [], 2: []}

    @classmethod
    def of(cls, network: nn.Module, architecture: str, work: Budget, most: int) -> Self:
        """For the training of a network on so many threads at most."""
        weights = sum(part.numel() for part in network.parameters())
        return cls(architecture, weights * work.batch_size, most)

    def next(self) -> None:
        """Say so before every update."""
        if not self._may:
            return
        turn = self._updates % TRIED_EVERY
        if 0 < turn <= 2 * TRIES:
            spent = time.perf_counter() - self._begun
            self._spent[self._threads].append(spent)
        if turn == 0:
            self._spent = {1: [], 2: []}
        self._threads = self._chosen(turn)
        torch.set_num_threads(self._threads)
        self._updates += 1
        self._begun = time.perf_counter()

    def _chosen(self, turn: int) -> int:
        if turn < 2 * TRIES:
            return 2 if turn < TRIES else 1
        return min((1, 2), key=lambda count: median(self._spent[count]))
