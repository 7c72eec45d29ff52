"""Processes that train one network together, each on rows of its own."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Protocol

import torch
from torch import Tensor, distributed


class Peers(Protocol):
    """The processes of one training: every one does the same updates at the same time."""

    rank: int
    count: int

    def summed(self, tensor: Tensor) -> Tensor:
        """The sum of what all processes have, written where it came from."""
        ...

    def agreed(self, tensor: Tensor) -> Tensor:
        """What the first process has, written where it came from."""
        ...


class Alone:
    """One process."""

    rank, count = 0, 1

    def summed(self, tensor: Tensor) -> Tensor:
        return tensor

    def agreed(self, tensor: Tensor) -> Tensor:
        return tensor


ALONE = Alone()


class Together:
    """The processes of the group that `together` has set up."""

    def __init__(self) -> None:
        self.rank, self.count = distributed.get_rank(), distributed.get_world_size()

    def summed(self, tensor: Tensor) -> Tensor:
        distributed.all_reduce(tensor)
        return tensor

    def agreed(self, tensor: Tensor) -> Tensor:
        distributed.broadcast(tensor, src=0)
        return tensor


@contextlib.contextmanager
def together(
    meeting: str, rank: int, count: int, wait: timedelta, interface: str | None
) -> Iterator[Peers]:
    """Meet the other processes of a training.

    Parameters
    ----------
    meeting : str
        A file that is not there yet, which all of them see.
    rank, count : int
        Which of how many this one is.
    wait : timedelta
        How long to wait for the slowest.
    interface : str or None
        The only one that is listened on; by default that of the machine's name.
    """
    if count == 1:
        yield ALONE
        return
    if interface is not None:
        os.environ["GLOO_SOCKET_IFNAME"] = interface
    distributed.init_process_group(
        "gloo", init_method=f"file://{meeting}", rank=rank, world_size=count, timeout=wait
    )
    try:
        yield Together()
    finally:
        distributed.destroy_process_group()


@torch.no_grad()
def average(peers: Peers, gradient: Tensor, losses: Tensor, share: float) -> Tensor:
    """Make the gradient (W,) and the losses (M,) those of the rows of all processes.

    Both are means over the rows that are here, a `share` of all. The gradient is changed where it
    lies; the losses are returned.
    """
    if peers.count == 1:
        return losses
    if share:
        both = torch.cat([gradient, losses]).mul_(share)
    else:  # means over no rows are no numbers
        both = torch.zeros(len(gradient) + len(losses))
    peers.summed(both)
    gradient.copy_(both[: len(gradient)])
    return both[len(gradient) :]
