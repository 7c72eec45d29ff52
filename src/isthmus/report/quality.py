"""What is odd about the cells of new rows, beside those of training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from isthmus.read import Rows
from isthmus.schema import UNSEEN, Schema

MOST_COMPARED = 1 << 22
"""Rows that are looked at for copies."""


class ColumnQuality(NamedTuple):
    """Counts of one column's cells among the rows that could be scored."""

    name: str
    missing: int
    beyond: int  # below the least or above the largest of training
    unseen: int  # levels that training never had
    constant: bool  # one value throughout, where training had several


@dataclass
class Quality:
    """Counts of rows that go by.

    Attributes
    ----------
    schema : Schema
        What the detector knows.
    rows, scored : int
        Rows that went by, and those of them that could be scored.
    """

    schema: Schema
    rows: int
    scored: int
    _missing: npt.NDArray[np.int64]
    _beyond: npt.NDArray[np.int64]
    _unseen: npt.NDArray[np.int64]
    _least: npt.NDArray[np.float64]
    _largest: npt.NDArray[np.float64]
    _digests: list[npt.NDArray[np.uint64]]

    @classmethod
    def of(cls, schema: Schema) -> Self:
        """Nothing yet."""
        width = len(schema.columns)
        missing, beyond, unseen = (np.zeros(width, np.int64) for _ in range(3))
        least, largest = np.full(width, np.inf), np.full(width, -np.inf)
        return cls(schema, 0, 0, missing, beyond, unseen, least, largest, [])

    def add(self, rows: Rows, scored: npt.NDArray[np.bool_]) -> None:
        """Count a batch, of which those rows have a score."""
        self.rows += len(scored)
        self.scored += int(scored.sum())
        if not scored.any():
            return
        if sum(map(len, self._digests)) < MOST_COMPARED:
            self._digests.append(_digests(rows.values[scored]))
        cells = rows.values[scored].reshape(-1, len(self.schema.columns)).astype(np.float64)
        self._missing += np.isnan(cells).sum(axis=0)
        known = np.array([column.kind == "category" for column in self.schema.columns])
        low, high = (
            np.array([getattr(column, end) for column in self.schema.columns])
            for end in ("minimum", "maximum")
        )
        outside = (cells < low) | (cells > high)
        self._beyond += (outside & ~known).sum(axis=0)
        self._unseen += ((cells == UNSEEN) & known).sum(axis=0)
        filled = np.where(np.isnan(cells), np.inf, cells)
        self._least = np.minimum(self._least, filled.min(axis=0))
        filled = np.where(np.isnan(cells), -np.inf, cells)
        self._largest = np.maximum(self._largest, filled.max(axis=0))

    @property
    def copies(self) -> int:
        """Rows that repeat an earlier one, cell for cell."""
        if not self._digests:
            return 0
        digests = np.concatenate(self._digests)
        return len(digests) - len(np.unique(digests))

    @property
    def columns(self) -> tuple[ColumnQuality, ...]:
        """All columns, in the order of the schema."""
        return tuple(
            ColumnQuality(
                name=column.name,
                missing=int(self._missing[place]),
                beyond=int(self._beyond[place]),
                unseen=int(self._unseen[place]),
                constant=bool(
                    self.scored > 1
                    and self._least[place] == self._largest[place]
                    and column.minimum < column.maximum
                ),
            )
            for place, column in enumerate(self.schema.columns)
        )


def _digests(values: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """A number for each row (N, D) that equal rows share, and others hardly ever."""
    exact = np.ascontiguousarray(values, np.float64) + 0.0  # -0.0 is 0.0
    words = np.where(np.isnan(exact), np.inf, exact).view(np.uint64)
    digest = np.zeros(len(words), np.uint64)
    for place in range(words.shape[1]):
        digest = (digest ^ words[:, place]) * np.uint64(0x9E3779B97F4A7C15)
        digest ^= digest >> np.uint64(29)
    return digest
