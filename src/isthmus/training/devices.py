"""Where training runs, and on how many threads."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

from isthmus.errors import UsageError

WORTH_TWO = 1 << 24
"""Multiplications of an update's forward pass from which on two threads are faster than one."""


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


def training_threads(architecture: str, batch: int, weights: int) -> int:
    """On how many threads networks learn that have so many weights in all.

    Dense networks give the same bits on one thread and on two, which tests hold them to; of two
    they gain where an update is large enough. No more are taken than PyTorch has been given.
    """
    large = architecture == "dense" and batch * weights >= WORTH_TWO
    return min(2, torch.get_num_threads()) if large else 1


@contextlib.contextmanager
def threads(count: int) -> Iterator[None]:
    """Let PyTorch compute on so many threads, and on as many as before afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
