"""Batches of an input side by side, thinned to a sample where they become too many."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.read.column_kinds import Problem
from isthmus.read.levels import texts_of
from isthmus.read.sampling import Keys, bound_of

Texts = dict[int, pa.DictionaryArray]

ROOM = 1.25
"""Rows that are held before they are thinned out, in multiples of those that stay."""


@dataclass(frozen=True)
class Piece:
    """Some rows, with their numbers in the input and what decides whether they are drawn."""

    values: npt.NDArray[Any]
    texts: Texts
    ids: pa.Table
    labels: pa.Array | None
    numbers: npt.NDArray[np.int64]
    keys: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    def up_to(self, bound: float) -> Piece:
        """The rows whose keys are no larger."""
        kept = np.flatnonzero(self.keys <= bound)
        if len(kept) == len(self):
            return self
        return Piece(
            self.values[kept],
            {place: names.take(kept) for place, names in self.texts.items()},
            self.ids.take(kept),
            None if self.labels is None else self.labels.take(pa.array(kept)),
            self.numbers[kept],
            self.keys[kept],
        )


@dataclass
class Gathered:
    """What is kept of an input, features as numbers and, where they are more, as names.

    Attributes
    ----------
    most : int
        Rows that stay.
    keys : Keys
        What they are drawn by.
    pieces : list of Piece
        In the order of the input.
    neither : dict of int to Problem
        The features that are no numbers and no names.
    seen : int
        All rows that came.
    values : array
        Shape (N, D): those of all pieces, once they are thinned out.
    """

    most: int
    keys: Keys
    pieces: list[Piece] = field(default_factory=list)
    neither: dict[int, Problem] = field(default_factory=dict)
    seen: int = 0
    values: npt.NDArray[Any] = field(default_factory=lambda: np.empty((0, 0)))
    _bound: float = 1.0

    def add(
        self, values: npt.NDArray[Any], texts: Texts, ids: pa.Table, labels: pa.Array | None
    ) -> None:
        """Take a batch."""
        numbers = np.arange(self.seen, self.seen + len(values))
        piece = Piece(values, texts, ids, labels, numbers, self.keys.of(len(values)))
        self.seen += len(values)
        self.pieces.append(piece.up_to(self._bound))
        if self.rows > ROOM * self.most:
            self.thin()

    def thin(self) -> None:
        """Let go of all rows that are not drawn of those that came so far."""
        if self.rows > self.most:
            self._bound = bound_of(np.concatenate([piece.keys for piece in self.pieces]), self.most)
        kept = sum(int((piece.keys <= self._bound).sum()) for piece in self.pieces)
        shape = kept, *self.pieces[0].values.shape[1:]
        kind = np.result_type(*{piece.values.dtype for piece in self.pieces})
        self.values = np.empty(shape, kind)
        end = 0
        for place, piece in enumerate(self.pieces):
            start, drawn = end, piece.up_to(self._bound)
            end += len(drawn)
            self.values[start:end] = drawn.values
            # The array that it came in is let go at once.
            self.pieces[place] = replace(drawn, values=self.values[start:end])

    @property
    def rows(self) -> int:
        """Those that are held."""
        return sum(map(len, self.pieces))

    @property
    def numbers(self) -> npt.NDArray[np.int64] | None:
        """Which rows of the input they are, shape (N,); None: all."""
        if self.rows == self.seen:
            return None
        return np.concatenate([piece.numbers for piece in self.pieces])

    @property
    def named(self) -> list[int]:
        """The features that came as names in some batch."""
        return sorted({place for piece in self.pieces for place in piece.texts} - set(self.neither))

    def came_as_numbers(self, place: int) -> bool:
        """Whether some batch gave numbers where another gave names."""
        return any(
            place not in piece.texts and not np.isnan(piece.values[:, place]).all()
            for piece in self.pieces
        )

    def column(self, place: int) -> tuple[pa.DictionaryArray, npt.NDArray[np.bool_]]:
        """One feature as names, shape (N,), and which of its cells are numbers."""
        names = [
            piece.texts[place]
            if place in piece.texts
            else texts_of(pa.array(piece.values[:, place], from_pandas=True))
            for piece in self.pieces
        ]
        whole = pa.chunked_array(names).unify_dictionaries().combine_chunks()
        return whole, np.concatenate([~np.isnan(piece.values[:, place]) for piece in self.pieces])
