"""Which rows each member is shown, as one table, so that all members take a step at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import torch
from torch import Tensor

from isthmus.training.loss import Loss
from isthmus.training.preamble import CellArrays


class Cells(NamedTuple):
    """What the network sees and what it should rebuild, as tensors (N, D)."""

    input: Tensor
    target: Tensor
    observed: Tensor | None  # None: nothing is missing

    @classmethod
    def of(cls, arrays: CellArrays, device: torch.device) -> Cells:
        """Move arrays to the device; what is the same array stays the same tensor."""
        target = torch.from_numpy(arrays.target).to(device)
        same = np.array_equal(arrays.input, arrays.target)
        whole = bool(arrays.observed.all())
        return cls(
            target if same else torch.from_numpy(arrays.input).to(device),
            target,
            None if whole else torch.from_numpy(arrays.observed).to(device),
        )

    def row_errors(self, loss: Loss, outputs: Tensor, rows: Tensor) -> Tensor:
        """Mean error over the observed cells of each row (M, B), for outputs (M, B, D)."""
        errors = loss.torch(outputs, gather(self.target, rows))
        if self.observed is None:
            return errors.mean(dim=2)
        observed = gather(self.observed, rows)
        return (errors * observed).sum(dim=2) / observed.sum(dim=2).clamp(min=1.0)


def gather(cells: Tensor, rows: Tensor) -> Tensor:
    """The cells (M, B, D) of row numbers (M, B); quicker than indexing by a matrix."""
    return cells.index_select(0, rows.flatten()).view(*rows.shape, -1)


@dataclass(frozen=True)
class MemberRows:
    """Row numbers (M, L) for M members; `counts` (M,) of them belong to each.

    A shorter member's line is filled up with its own first rows. Folds differ by one row at most,
    so an epoch shows at most one row twice.
    """

    table: Tensor
    counts: Tensor

    @classmethod
    def of(cls, rows: Sequence[np.ndarray], device: torch.device) -> Self:
        """Make the table from one array of row numbers for each member."""
        longest = max(map(len, rows))
        table = np.stack([np.resize(own, longest) for own in rows]).astype(np.int64)
        counts = torch.tensor([len(own) for own in rows])
        return cls(torch.from_numpy(table).to(device), counts.to(device))

    def order(self, generator: torch.Generator, *, shuffle: bool) -> Tensor:
        """The rows of one epoch (M, L), each member's in an order of its own."""
        if not shuffle:
            return self.table
        draws = torch.rand(self.table.shape, generator=generator)
        return self.table.gather(1, draws.argsort(dim=1).to(self.table.device))

    def chunks(self, rows: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Pieces of the table (M, B), and which entries count (M, B): every row exactly once."""
        for first in range(0, self.table.shape[1], rows):
            piece = self.table[:, first : first + rows]
            place = torch.arange(first, first + piece.shape[1], device=piece.device)
            yield piece, place < self.counts[:, None]
