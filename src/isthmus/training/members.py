"""Which rows each member is shown, as one table, so that all members take a step at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

import numpy as np
import torch
from torch import Tensor

from isthmus.training.preamble import CellArrays


class UnitLoss(Protocol):
    """The error of every unit."""

    def torch(self, output: Tensor, target: Tensor) -> Tensor:
        """Errors of the common shape of `output` and `target`."""
        ...


class Cells(NamedTuple):
    """What the network sees and what it should rebuild, as tensors."""

    input: Tensor  # (N, U)
    target: Tensor  # (N, U)
    counted: Tensor | None  # (N, U); None: every unit counts
    observed: Tensor | None  # (N, 1): number of cells with a value; None: all of them
    surprise: Tensor | None  # (N, 1): what the row costs whatever the network says; None: nothing

    @classmethod
    def of(cls, arrays: CellArrays, device: torch.device) -> Cells:
        """Move arrays to the device; what is the same array stays the same tensor."""
        target = torch.from_numpy(arrays.target).to(device)
        same = arrays.input is arrays.target or np.array_equal(arrays.input, arrays.target)
        surprise = arrays.surprise.sum(axis=1, keepdims=True)
        observed = arrays.observed.sum(axis=1, keepdims=True).clip(min=1.0)
        cells = arrays.observed.shape[1]
        whole = arrays.target.shape[1] == cells and bool(arrays.observed.all())
        return cls(
            target if same else torch.from_numpy(arrays.input).to(device),
            target,
            None if arrays.counted.all() else torch.from_numpy(arrays.counted).to(device),
            None if whole else torch.from_numpy(observed).to(device),
            torch.from_numpy(surprise).to(device) if surprise.any() else None,
        )

    def of_rows(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """Inputs and targets (M, B, U) of rows (M, B); one tensor where these are the same."""
        inputs = gather(self.input, rows)
        return inputs, inputs if self.input is self.target else gather(self.target, rows)

    def row_errors(self, loss: UnitLoss, outputs: Tensor, targets: Tensor, rows: Tensor) -> Tensor:
        """Mean error over the observed cells of each row (M, B), for outputs (M, B, U)."""
        return self.mean_over_cells(loss.torch(outputs, targets), rows)

    def mean_over_cells(self, errors: Tensor, rows: Tensor) -> Tensor:
        """The mean of the errors of units (M, B, U) over the observed cells of each row (M, B)."""
        if self.counted is not None:
            errors = errors * gather(self.counted, rows)
        if self.observed is None:
            # Not `mean`, whose way back lays out a whole (M, B, U) of one number.
            return errors.sum(dim=2) / errors.shape[2]
        total = errors.sum(dim=2)
        if self.surprise is not None:
            total = total + gather(self.surprise, rows)[..., 0]
        return total / gather(self.observed, rows)[..., 0]


def gather(cells: Tensor, rows: Tensor) -> Tensor:
    """The cells (M, B, D) of row numbers (M, B); quicker than indexing by a matrix."""
    return cells.index_select(0, rows.flatten()).view(*rows.shape, cells.shape[1])


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

    def partners(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        """As many rows (M, B) as `rows`, drawn from each member's own."""
        longest = self.table.shape[1]
        draws = torch.randint(longest, rows.shape, generator=generator)
        return self.table.gather(1, draws.to(self.table.device))

    def chunks(self, rows: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Pieces of the table (M, B), and which entries count (M, B): every row exactly once."""
        for first in range(0, self.table.shape[1], rows):
            piece = self.table[:, first : first + rows]
            place = torch.arange(first, first + piece.shape[1], device=piece.device)
            yield piece, place < self.counts[:, None]
