"""Where training runs, and on how many threads."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch

from isthmus.errors import UsageError


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
def one_thread() -> Iterator[None]:
    """Train on one thread, whatever the machine: the result must not depend on it.

    Small networks are also fastest so; on a busy machine two threads wait for each other.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
