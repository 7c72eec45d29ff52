"""What all rows of an input are that train: how many in each lane, and the ranges of columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Self

import numpy as np
import torch

from isthmus.read.tables import let_go
from isthmus.schema import Schema
from isthmus.training.all_rows import AllRows
from isthmus.training.peers import Peers


@dataclass(frozen=True)
class Survey:
    """Exact, however many rows there are.

    Attributes
    ----------
    lanes : array, shape (L, 1)
        Rows of each lane.
    missing, smallest, largest : array, shape (L, D)
        Of each column in each lane: cells without a value, and the ends of the others; 0 in a lane
        of other processes.
    """

    lanes: np.ndarray
    missing: np.ndarray
    smallest: np.ndarray
    largest: np.ndarray

    @classmethod
    def of(cls, rows: AllRows, mine: Iterable[int]) -> Self:
        """Read some lanes.

        Raises
        ------
        DataError
            If a row cannot be learnt from.
        """
        shape = len(rows.lanes), rows.schema.width
        lanes, missing = np.zeros((shape[0], 1)), np.zeros(shape)
        smallest, largest = np.zeros(shape), np.zeros(shape)
        for lane in mine:
            low, high = np.full(shape[1], np.inf), np.full(shape[1], -np.inf)
            for values, _ in chain.from_iterable(map(rows.rows, rows.lanes[lane])):
                lanes[lane] += len(values)
                missing[lane] += np.isnan(values).sum(axis=0)
                np.fmin(low, np.fmin.reduce(values, axis=0, initial=np.inf), out=low)
                np.fmax(high, np.fmax.reduce(values, axis=0, initial=-np.inf), out=high)
            smallest[lane], largest[lane] = low, high
        let_go()
        return cls(lanes, missing, smallest, largest)

    def merged(self, peers: Peers) -> Self:
        """With the lanes of other processes, each lane being read by one of them."""
        if peers.count == 1:
            return self
        parts = (self.lanes, self.missing, self.smallest, self.largest)
        whole = peers.summed(torch.from_numpy(np.concatenate(parts, axis=1))).numpy()
        ends = np.cumsum([part.shape[1] for part in parts])[:-1]
        return type(self)(*np.split(whole, ends, axis=1))

    @property
    def counts(self) -> list[int]:
        """Rows of each lane."""
        counts: list[int] = self.lanes[:, 0].astype(np.int64).tolist()
        return counts

    @property
    def rows(self) -> int:
        return sum(self.counts)

    def described(self, schema: Schema) -> Schema:
        """The schema of a sample with the ranges, and the shares of missing cells, of all rows.

        The rows of the sample count as well: some are held out of training.
        """
        columns = []
        missing = self.missing.sum(axis=0) / max(self.rows, 1)
        low, high = self.smallest.min(axis=0), self.largest.max(axis=0)
        for place, column in enumerate(schema.columns):
            known = {"missing": float(missing[place])}
            if column.kind == "numeric" and low[place] <= high[place]:
                known["minimum"] = min(column.minimum, float(low[place]))
                known["maximum"] = max(column.maximum, float(high[place]))
            columns.append(column.model_copy(update=known))
        return schema.model_copy(update={"columns": tuple(columns)})
