"""Batches of an input side by side, thinned to a sample where they become too many."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
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
GROWTH = 1.25
"""Room for rows, where there was too little, in multiples of those that are held."""


@dataclass(frozen=True)
class Piece:
    """What came beside some rows, with their numbers in the input and what decides who is drawn."""

    texts: Texts
    ids: pa.Table
    labels: pa.Array | None
    numbers: npt.NDArray[np.int64]
    keys: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.keys)

    def only(self, kept: npt.NDArray[np.intp]) -> Piece:
        """Some of the rows, by their places."""
        return Piece(
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
    """

    most: int
    keys: Keys
    pieces: list[Piece] = field(default_factory=list)
    neither: dict[int, Problem] = field(default_factory=dict)
    seen: int = 0
    _bound: float = 1.0
    # One array that grows and shrinks where it lies: many small ones leave holes in memory.
    _held: npt.NDArray[Any] = field(default_factory=lambda: np.empty((0, 0), np.float32))

    def add(
        self, values: npt.NDArray[Any], texts: Texts, ids: pa.Table, labels: pa.Array | None
    ) -> None:
        """Take a batch."""
        numbers = np.arange(self.seen, self.seen + len(values))
        piece = Piece(texts, ids, labels, numbers, self.keys.of(len(values)))
        self.seen += len(values)
        kept = np.flatnonzero(piece.keys <= self._bound)
        if len(kept) < len(piece):
            piece, values = piece.only(kept), values[kept]
        self._hold(values)
        self.pieces.append(piece)
        if self.rows > ROOM * self.most:
            self.thin()

    def thin(self) -> None:
        """Let go of all rows that are not drawn of those that came so far."""
        if self.rows > self.most:
            self._bound = bound_of(np.concatenate([piece.keys for piece in self.pieces]), self.most)
        begin = end = 0
        for place, piece in enumerate(self.pieces):
            kept = np.flatnonzero(piece.keys <= self._bound)
            if len(kept) < len(piece) or begin > end:
                self._held[end : end + len(kept)] = self._held[begin + kept]
                self.pieces[place] = piece.only(kept)
            begin, end = begin + len(piece), end + len(kept)
        self._resize(end)

    @property
    def values(self) -> npt.NDArray[Any]:
        """The features of all rows that are held, shape (N, D)."""
        return self._held[: self.rows]

    def _hold(self, values: npt.NDArray[Any]) -> None:
        """Put rows (n, D) behind those that are held."""
        rows = self.rows
        if not rows:
            self._held = np.empty((0, values.shape[1]), values.dtype)
        elif values.dtype != self._held.dtype:
            self._held = self._held.astype(np.result_type(values, self._held))
        needed = rows + len(values)
        if needed > len(self._held):
            at_most = int(ROOM * self.most) + len(values)
            self._resize(max(needed, min(int(GROWTH * rows), at_most)))
        self._held[rows : rows + len(values)] = values

    def _resize(self, rows: int) -> None:
        """Have room for so many rows."""
        # No view of it is ever kept while more may come.
        self._held.resize((rows, self._held.shape[1]), refcheck=False)

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
            place not in piece.texts and not np.isnan(numbers).all()
            for piece, numbers in self._numbers(place)
        )

    def column(self, place: int) -> tuple[pa.DictionaryArray, npt.NDArray[np.bool_]]:
        """One feature as names, shape (N,), and which of its cells are numbers."""
        names = [
            piece.texts[place]
            if place in piece.texts
            else texts_of(pa.array(numbers, from_pandas=True))
            for piece, numbers in self._numbers(place)
        ]
        whole = pa.chunked_array(names).unify_dictionaries().combine_chunks()
        return whole, ~np.isnan(self.values[:, place])

    def _numbers(self, place: int) -> Iterator[tuple[Piece, npt.NDArray[Any]]]:
        """Every piece with the numbers in one feature."""
        begin = 0
        for piece in self.pieces:
            yield piece, self._held[begin : begin + len(piece), place]
            begin += len(piece)
