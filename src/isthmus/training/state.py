"""Where a training stands: everything that its next update depends on."""

from __future__ import annotations

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from isthmus.model_file.manifest import Epoch
from isthmus.training.budget import Budget
from isthmus.training.keep import Keeper
from isthmus.training.members import MemberRows
from isthmus.training.optimizers import Optimizer


@dataclass
class State:
    """What changes while a training goes on.

    Attributes
    ----------
    network, optimizer, keeper, generator
        With their weights, moments, kept weights and place in the stream of random numbers.
    budget : Budget
        How far it is to go; does not change.
    totals : Tensor
        Sums of each member's losses over the updates of this epoch (M,).
    step : int
        Updates in the epochs that are done.
    taken : int
        Updates in the epoch that is going on.
    epochs : list of Epoch
        The history so far.
    dealt_from : Tensor or None
        The generator as it was when it dealt the order of this epoch.
    """

    network: nn.Module
    optimizer: Optimizer
    keeper: Keeper
    generator: torch.Generator
    budget: Budget
    totals: Tensor
    step: int = 0
    taken: int = 0
    epochs: list[Epoch] = field(default_factory=list)
    dealt_from: Tensor | None = None

    @property
    def updates(self) -> int:
        """All updates so far."""
        return self.step + self.taken

    @property
    def over(self) -> bool:
        """Whether the budget is spent, or every member has stopped."""
        return self.step >= self.budget.steps or self.keeper.done

    @property
    def losses(self) -> Tensor:
        """Mean loss of each member (M,) over the updates of this epoch."""
        return self.totals / self.taken

    def deal(self, own: MemberRows, *, shuffle: bool) -> Tensor:
        """The rows of this epoch (M, L); amid an epoch, after a resume, those it began with."""
        if self.taken == 0:
            self.dealt_from = self.generator.get_state()
            return own.order(self.generator, shuffle=shuffle)
        now = self.generator.get_state()
        if self.dealt_from is not None:
            self.generator.set_state(self.dealt_from)
        order = own.order(self.generator, shuffle=shuffle)
        self.generator.set_state(now)
        return order

    def count(self, losses: Tensor) -> None:
        """Take note of one update, with the members' losses (M,)."""
        self.totals += losses
        self.taken += 1

    def end_epoch(self) -> Tensor:
        """Begin a new epoch; the members' mean losses (M,) in the one that ends."""
        losses = self.losses
        self.step, self.taken, self.totals = self.updates, 0, torch.zeros_like(self.totals)
        return losses
