"""All rows of an input of which a fit holds a sample: which of them train, and in what order.

The input is read in pieces (row groups of Parquet, files of a folder), which are dealt out to a
few lanes. Each update takes rows of every lane, so that it has rows from as many places at once,
and processes that share the lanes read nothing twice.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from isthmus.errors import DataError
from isthmus.options import RowOptions
from isthmus.read import Source, stream_rows
from isthmus.read.labels import have_label
from isthmus.read.rows import Rows
from isthmus.read.source import after, pieces_of
from isthmus.schema import UNSEEN, Schema
from isthmus.training.describe import refuse_too_large
from isthmus.training.usable import without_value

LANES = 8
_OWN = 0x6C61_6E65
"""What makes the numbers drawn here others than those of anyone with the same seed."""


class Piece(NamedTuple):
    """A part of the input that can be read by itself, and the number of its first row."""

    source: Source
    first: int


@dataclass(frozen=True)
class AllRows:
    """The rows of an input that train; can be sent to other processes where `open` can.

    Attributes
    ----------
    open : callable
        Opens the input, as often as wanted.
    columns : RowOptions
        Which columns are features, and which rows are normal.
    schema : Schema
        What is known of them by the sample.
    kept_out : array
        Numbers of rows in the input that do not train, shape (K,), sorted.
    seed : int
        Of the order.
    most : int
        Lanes, at most.
    """

    open: Callable[[], Source]
    columns: RowOptions
    schema: Schema
    kept_out: np.ndarray
    seed: int
    most: int = LANES

    @cached_property
    def lanes(self) -> list[list[Piece]]:
        """The pieces of the input, dealt out in turn."""
        pieces, first = [], 0
        for source in pieces_of(self.open()):
            count = self._length(source)
            if count:
                pieces.append(Piece(source, first))
            first += count
        lanes = min(self.most, len(pieces))
        return [pieces[lane::lanes] for lane in range(lanes)]

    def order(self, lane: int, epoch: int, *, shuffle: bool) -> list[Piece]:
        """The pieces of a lane as they come in an epoch."""
        pieces = self.lanes[lane]
        if not shuffle:
            return pieces
        order = np.random.default_rng([self.seed, _OWN, epoch, lane]).permutation(len(pieces))
        return [pieces[place] for place in order]

    def rows(
        self, piece: Piece, start: int = 0
    ) -> Generator[tuple[np.ndarray, np.ndarray], None, None]:
        """The rows of a piece that train, from one on: batches (n, D), and their numbers in it.

        Raises
        ------
        DataError
            If a row cannot be learnt from.
        """
        for rows in stream_rows(after(piece.source, start), self.columns, self.schema):
            first = start + rows.first
            trains = self._train(rows, piece.first + first)
            values = rows.values if trains.all() else rows.values[trains]
            numbers = first + np.flatnonzero(trains)
            refuse_too_large(values, self.schema, piece.first + numbers)
            yield values, numbers

    def __getstate__(self) -> dict[str, object]:
        """What goes to another process: sources are opened there."""
        return {name: value for name, value in self.__dict__.items() if name != "lanes"}

    def _length(self, source: Source) -> int:
        """Rows of a piece; where nothing says so it is read."""
        if source.rows is not None:
            return source.rows
        return sum(len(rows.values) for rows in stream_rows(source, self.columns, self.schema))

    def _train(self, rows: Rows, first: int) -> np.ndarray:
        """Which of some rows (n,) train; the first has that number in the input."""
        trains = ~without_value(rows.values, self.schema)
        if rows.labels is not None:
            trains &= have_label(rows.labels, self.columns.normal)
        if self.schema.categories:
            # The sample has no such level, and the networks no place for it.
            named = rows.values[:, list(self.schema.categories)]
            trains &= ~(named == UNSEEN).any(axis=1)
        trains[list(rows.unusable)] = False
        low, high = np.searchsorted(self.kept_out, [first, first + len(trains)])
        trains[self.kept_out[low:high] - first] = False
        return trains


class Lane:
    """Rows of one lane, one after another, from one epoch into the next.

    Between two takes nothing is open: what reads Parquet holds a part of every column, which of
    several lanes together would be much.

    Parameters
    ----------
    rows : AllRows
        Of the input.
    number : int
        Which lane.
    shuffle : bool
        Whether its pieces have another order in each epoch.
    """

    def __init__(self, rows: AllRows, number: int, *, shuffle: bool) -> None:
        self._rows, self._number, self._shuffle = rows, number, shuffle
        self._epoch, self._place = -1, 0
        self._pieces: list[Piece] = []
        self._start = 0  # in the first of the pieces that are left

    def put_into(self, taken: np.ndarray, epoch: int, first: int) -> None:
        """Fill an array (n, D) with rows from `first` on of those that train, in that epoch.

        Raises
        ------
        DataError
            If they are no longer there.
        """
        if (epoch, first) != (self._epoch, self._place):
            self._epoch, self._place, self._start = epoch, 0, 0
            self._pieces = [*self._rows.order(self._number, epoch, shuffle=self._shuffle)]
            for _ in self._next(first):
                pass
        begin = 0
        for values in self._next(len(taken)):
            taken[begin : begin + len(values)] = values
            begin += len(values)

    def _next(self, count: int) -> Iterator[np.ndarray]:
        """So many rows that come next, in pieces (n, D)."""
        while count:
            if not self._pieces:
                raise DataError(
                    "the data became shorter while they were learnt from",
                    advice="Fit again when nothing writes to them.",
                )
            with contextlib.closing(self._rows.rows(self._pieces[0], self._start)) as batches:
                for values, numbers in batches:
                    some = values[:count]
                    count -= len(some)
                    self._place += len(some)
                    yield some
                    if not count:
                        self._start = int(numbers[len(some) - 1]) + 1
                        return
            self._pieces, self._start = self._pieces[1:], 0
