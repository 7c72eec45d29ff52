"""Units: what the network takes and gives for a row. A numeric column is one unit; a category has
one for each known level; a column with holes has one more for its missing flag.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np


@dataclass(frozen=True)
class Units:
    """Where each of the U units belongs: first the numbers, then the levels, then the flags.

    Attributes
    ----------
    cells : int
        D, the number of columns.
    numbers, flags : array of int
        The columns of these units.
    levels : array of int
        The columns of these units; those of one category side by side.
    """

    cells: int
    numbers: np.ndarray
    levels: np.ndarray
    flags: np.ndarray

    @classmethod
    def plain(cls, cells: int) -> Units:
        """Numbers alone, without holes: units are cells."""
        none = np.empty(0, np.int64)
        return cls(cells, np.arange(cells), none, none)

    @cached_property
    def column(self) -> np.ndarray:
        """The column of every unit, shape (U,)."""
        return np.concatenate([self.numbers, self.levels, self.flags])

    def __len__(self) -> int:
        return len(self.column)

    @property
    def sizes(self) -> list[int]:
        """The numbers of units of each kind, in their order."""
        return [len(self.numbers), len(self.levels), len(self.flags)]

    @property
    def are_cells(self) -> bool:
        """Whether every unit is a cell, in order."""
        return len(self.numbers) == len(self) == self.cells

    @cached_property
    def fold(self) -> np.ndarray:
        """1 where a unit belongs to a column, shape (U, D)."""
        fold: np.ndarray = np.eye(self.cells, dtype=np.float32)[self.column]
        return fold

    @cached_property
    def swapped(self) -> np.ndarray:
        """Which units are swapped together, for those behind the numbers: shape (L + F,)."""
        groups = np.concatenate([self.levels, self.flags + self.cells])
        return np.unique(groups, return_inverse=True)[1].astype(np.int64)
