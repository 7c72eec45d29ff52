"""Which weights survive training: each member's best, or its last."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

_COUNTS = ("lowest", "waited", "running", "kept_step")
_KEPT = "kept."


class Keeper:
    """Watch each member's validation loss; hold copies of the weights that are to be kept.

    Members stop one by one. One that has stopped goes on being computed with the others, but what
    was kept of it no longer changes, so that it ends as it would have ended alone.

    Parameters
    ----------
    network : nn.Module
        Every tensor of its state has the member as its first axis.
    members : int
        M.
    patience : int or None
        Looks without improvement after which a member stops; None never stops one.
    best : bool
        Keep the weights of the best look rather than those of the last.
    """

    def __init__(self, network: nn.Module, members: int, patience: int | None, best: bool) -> None:
        self._network = network
        self._patience = patience
        self._best = best
        self._lowest = torch.full((members,), torch.inf)
        self._waited = torch.zeros(members, dtype=torch.int64)
        self._running = torch.ones(members, dtype=torch.bool)
        self._kept: dict[str, Tensor] = {}
        self.kept_step = torch.zeros(members, dtype=torch.int64)

    @property
    def done(self) -> bool:
        """Whether every member has stopped."""
        return not bool(self._running.any())

    @property
    def may_stop(self) -> bool:
        """Whether members can stop before the budget is spent."""
        return self._patience is not None

    def look(self, losses: Tensor, step: int) -> None:
        """Take note of the members' validation losses (M,) after update number `step`."""
        improved = (losses < self._lowest) & self._running
        self._lowest = torch.where(improved, losses, self._lowest)
        self._waited = torch.where(improved, 0, self._waited + 1)
        before = self._running
        if self._patience is not None:
            self._running = self._running & (self._waited < self._patience)
        self._copy(improved if self._best else before & ~self._running, step)

    def tensors(self) -> dict[str, Tensor]:
        """All that it knows, by name; the kept weights are named as the network names them."""
        counts = (self._lowest, self._waited, self._running, self.kept_step)
        return dict(zip(_COUNTS, counts, strict=True)) | {
            f"{_KEPT}{name}": tensor for name, tensor in self._kept.items()
        }

    def put_back(self, tensors: Mapping[str, Tensor]) -> None:
        """Know again what `tensors` once gave, for a network of the same shape."""
        self._lowest, self._waited, self._running, self.kept_step = (
            tensors[name] for name in _COUNTS
        )
        self._kept = {
            name.removeprefix(_KEPT): tensor
            for name, tensor in tensors.items()
            if name.startswith(_KEPT)
        }

    def restore(self, step: int) -> None:
        """Give the network the weights that are kept; training ended at update `step`."""
        if not self._best:
            self._copy(self._running, step)
        if self._kept:
            self._network.load_state_dict(self._kept)

    def _copy(self, members: Tensor, step: int) -> None:
        if not members.any():
            return
        self.kept_step[members] = step
        for name, tensor in self._network.state_dict().items():
            kept = self._kept.setdefault(name, tensor.clone())
            kept[members.to(tensor.device)] = tensor[members.to(tensor.device)]
