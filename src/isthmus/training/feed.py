"""What a training is shown: an epoch at once, or one part of it after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

import numpy as np
import torch
from torch import Tensor

from isthmus.training.members import Cells, MemberRows
from isthmus.training.noise import InputNoise
from isthmus.training.state import State


class Watched(NamedTuple):
    """Rows that the loss is watched on, and where they are found."""

    cells: Cells
    rows: MemberRows


class Part(Protocol):
    """Some updates, and the rows that they are made of."""

    @property
    def cells(self) -> Cells:
        """Where the rows are found."""
        ...

    @property
    def ends_epoch(self) -> bool:
        """Whether another epoch begins behind it."""
        ...

    def __len__(self) -> int:
        """Updates."""
        ...

    def rows(self, place: int) -> Tensor:
        """The rows (M, B) of the update at a place, by their numbers among the cells."""
        ...

    def disturbed(self, inputs: Tensor, rows: Tensor, place: int) -> Tensor:
        """Their inputs (M, B, U) with noise, which are not written to."""
        ...

    def share(self, place: int) -> float:
        """How much of the update's rows are here and not with another process."""
        ...


class Feed(Protocol):
    """Gives a training its rows."""

    @property
    def watched(self) -> Watched | None:
        """Rows that the loss is watched on."""
        ...

    def next(self, state: State) -> Part:
        """The part that comes, or amid a part, after a resume, the one it began with."""
        ...


@dataclass(frozen=True)
class Held:
    """All rows in memory: a part is an epoch.

    Attributes
    ----------
    cells : Cells
        All rows, of which each member is shown its own.
    own : MemberRows
        Those.
    watched : Watched or None
        Rows that the loss is watched on.
    noise : InputNoise
        How the input is disturbed.
    batch_size : int
        Rows of an update.
    shuffle : bool
        Whether every epoch has an order of its own.
    """

    cells: Cells
    own: MemberRows
    watched: Watched | None
    noise: InputNoise
    batch_size: int
    shuffle: bool

    @classmethod
    def of(
        cls,
        cells: Cells,
        training_rows: Sequence[np.ndarray],
        validation_rows: Sequence[np.ndarray],
        noise: InputNoise,
        batch_size: int,
        *,
        shuffle: bool = True,
    ) -> Self:
        """By row numbers, one array for each of the M members."""
        device = cells.target.device
        watched = None
        if len(validation_rows[0]):
            watched = Watched(cells, MemberRows.of(validation_rows, device))
        own = MemberRows.of(training_rows, device)
        return cls(cells, own, watched, noise, batch_size, shuffle)

    def next(self, state: State) -> Epoch:
        """The epoch that comes, as `Feed` says."""
        order = state.deal(self.own, shuffle=self.shuffle)
        return Epoch(self, torch.split(order, self.batch_size, dim=1), state.generator)


@dataclass(frozen=True)
class Epoch:
    """All rows once: see `Part`."""

    feed: Held
    batches: tuple[Tensor, ...]
    generator: torch.Generator
    ends_epoch: bool = True

    @property
    def cells(self) -> Cells:
        return self.feed.cells

    def __len__(self) -> int:
        return len(self.batches)

    def rows(self, place: int) -> Tensor:
        return self.batches[place]

    def disturbed(self, inputs: Tensor, rows: Tensor, place: int) -> Tensor:
        feed = self.feed
        return feed.noise.disturbed(inputs, feed.cells, feed.own, rows, self.generator)

    def share(self, place: int) -> float:
        return 1.0
