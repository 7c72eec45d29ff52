"""A training on all rows of an input that is read again in every epoch, a part at a time.

A part holds some rows of every lane in memory, in an order of their own for each member. Which rows
an update has, and how they are disturbed, hangs on the seed and the lanes alone: not on how many
processes share the lanes, nor on where a training went on after a stop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import torch
from torch import Tensor

from isthmus.read.tables import let_go
from isthmus.training.all_rows import AllRows, Lane
from isthmus.training.budget import Budget
from isthmus.training.feed import Watched
from isthmus.training.members import Cells, MemberRows
from isthmus.training.noise import InputNoise
from isthmus.training.preamble import Preamble
from isthmus.training.state import State

NUMBERS = 1 << 22
"""Numbers of a part in all lanes together: rows this far apart in a lane may meet."""
_OWN = 0x7061_7274


class Lanes:
    """Gives a training the rows of some lanes: see `Feed`.

    Parameters
    ----------
    rows : AllRows
        Of the input.
    preamble : Preamble
        Makes numbers of them.
    counts : sequence of int
        How many rows of each lane train.
    mine : sequence of int
        The lanes whose rows are shown here.
    budget : Budget
        Updates of an epoch.
    members : int
        M.
    noise : InputNoise
        How the input is disturbed.
    watched : Watched or None
        Rows that the loss is watched on.
    shuffle : bool
        Whether rows have another order in each epoch.
    device : device
        Where the network is.
    """

    def __init__(
        self,
        rows: AllRows,
        preamble: Preamble,
        *,
        counts: Sequence[int],
        mine: Sequence[int],
        budget: Budget,
        members: int,
        noise: InputNoise,
        watched: Watched | None,
        shuffle: bool,
        device: torch.device,
    ) -> None:
        self.watched, self.noise = watched, noise
        self.seed, self.members, self.shuffle = rows.seed, members, shuffle
        self.counts, self.updates = tuple(counts), budget.steps_per_epoch
        self._preamble, self._device, self._width = preamble, device, rows.schema.width
        self._lanes = {lane: Lane(rows, lane, shuffle=shuffle) for lane in mine}
        parts = min(ceil(sum(counts) * len(preamble.units) / NUMBERS), self.updates)
        self._ends = [self.updates * part // parts for part in range(parts + 1)]

    def next(self, state: State) -> Share:
        """The part that comes, as `Feed` says."""
        epoch, update = divmod(state.step, self.updates)
        part = int(np.searchsorted(self._ends, update, side="right")) - 1
        first, last = self._ends[part : part + 2]
        lengths = [self.place(lane, last) - self.place(lane, first) for lane in self._lanes]
        cells = self._cells(epoch, first, lengths)
        spans, begin = [], 0
        for number, rows in zip(self._lanes, lengths, strict=True):
            own = torch.arange(begin, begin + rows, device=self._device)
            seeds = [epoch, part, number]
            order = self._order(rows, seeds).to(self._device) + begin
            table = own.expand(self.members, -1)
            counts = torch.full((self.members,), rows, device=self._device)
            spans.append(Span(number, MemberRows(table, counts), order))
            begin += rows
        return Share(self, cells, tuple(spans), epoch, first, last, last == self.updates)

    def _cells(self, epoch: int, first: int, lengths: Sequence[int]) -> Cells:
        """So many rows of each lane, from those that an update begins with."""
        taken = np.empty((sum(lengths), self._width))
        begin = 0
        for (number, lane), rows in zip(self._lanes.items(), lengths, strict=True):
            lane.put_into(taken[begin : begin + rows], epoch, self.place(number, first))
            begin += rows
        let_go()
        return Cells.of(self._preamble.run_compactly(taken), self._device)

    def place(self, lane: int, update: int) -> int:
        """The row of a lane that an update of the epoch begins with.

        Lanes are ahead of each other by parts of a row, so that updates are alike.
        """
        lanes = len(self.counts)
        return (update * self.counts[lane] * lanes + lane * self.updates) // (self.updates * lanes)

    def generator(self, *seeds: int) -> torch.Generator:
        """One that nobody else draws from."""
        made = np.random.SeedSequence([self.seed, _OWN, *seeds]).generate_state(1, np.uint64)
        return torch.Generator().manual_seed(int(made[0]) >> 1)

    def _order(self, rows: int, seeds: Sequence[int]) -> Tensor:
        """An order of so many rows for each member, (M, n)."""
        if not self.shuffle:
            return torch.arange(rows).expand(self.members, -1)
        return torch.rand((self.members, rows), generator=self.generator(*seeds)).argsort(dim=1)


@dataclass(frozen=True)
class Span:
    """The rows of one lane in a part, and the order in which each member is shown them, (M, n)."""

    lane: int
    own: MemberRows
    order: Tensor


@dataclass(frozen=True)
class Share:
    """Some updates of an epoch with rows of some lanes: see `Part`."""

    feed: Lanes
    cells: Cells
    spans: tuple[Span, ...]
    epoch: int
    first: int
    last: int
    ends_epoch: bool

    def __len__(self) -> int:
        return self.last - self.first

    def rows(self, place: int) -> Tensor:
        return torch.cat(
            [
                span.order[:, start:end]
                for span, (start, end) in zip(self.spans, self._bounds(place), strict=True)
            ],
            dim=1,
        )

    def disturbed(self, inputs: Tensor, rows: Tensor, place: int) -> Tensor:
        pieces, begin = [], 0
        for span, (start, end) in zip(self.spans, self._bounds(place), strict=True):
            here = slice(begin, begin + end - start)
            begin = here.stop
            if start == end:
                continue
            generator = self.feed.generator(self.epoch, self.first + place, span.lane, 1)
            pieces.append(
                self.feed.noise.disturbed(
                    inputs[:, here], self.cells, span.own, rows[:, here], generator
                )
            )
        return torch.cat(pieces, dim=1) if pieces else inputs

    def share(self, place: int) -> float:
        if len(self.spans) == len(self.feed.counts):
            return 1.0
        update = self.first + place
        sizes = [
            self.feed.place(lane, update + 1) - self.feed.place(lane, update)
            for lane in range(len(self.feed.counts))
        ]
        return sum(sizes[span.lane] for span in self.spans) / sum(sizes)

    def _bounds(self, place: int) -> list[tuple[int, int]]:
        """Where the rows of an update begin and end in the order of each lane."""
        feed, update = self.feed, self.first + place
        return [
            (
                feed.place(span.lane, update) - feed.place(span.lane, self.first),
                feed.place(span.lane, update + 1) - feed.place(span.lane, self.first),
            )
            for span in self.spans
        ]
