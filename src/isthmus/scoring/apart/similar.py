"""The rows of an index that are nearest to each query, by their codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from isthmus.errors import DataError, UsageError
from isthmus.options import RowOptions
from isthmus.read.ids import joined
from isthmus.scoring.apart.codes import Codes
from isthmus.scoring.apart.halves import encoded
from isthmus.scoring.apart.nearest import Nearest
from isthmus.scoring.apart.passed import Passed
from isthmus.scoring.scores import refuse_taken, statuses

if TYPE_CHECKING:
    from isthmus.scoring.scorer import Scorer

COLUMNS = ("query_row", "rank", "index_row", "distance", "status", "reason")
"""Beside the ids of both sides, which begin with ``query_`` and ``index_``."""


@dataclass(frozen=True)
class Indexed:
    """What is searched.

    Attributes
    ----------
    nearest : Nearest
        Of the codes (n, Z) of all rows that have one.
    rows : array of int64, shape (n,)
        Their numbers in the source.
    ids : pa.Table
        n rows of ids.
    """

    nearest: Nearest
    rows: np.ndarray
    ids: pa.Table

    @classmethod
    def of(cls, scorer: Scorer, passed: Passed, columns: RowOptions) -> Indexed:
        """Encode a source; its codes and ids stay in memory, its rows do not.

        Raises
        ------
        DataError
            If none of its rows has a code.
        """
        codes, numbers, ids = [], [], []
        for rows in passed.stream(columns):
            part = encoded(scorer, rows)
            passed.add(part.reasons, part.first)
            usable = _usable(part)
            codes.append(part.codes[usable])
            numbers.append(part.first + usable)
            ids.append(part.ids.take(usable))
        if passed.rows == passed.invalid:
            raise DataError(
                f"{passed.source.name}: has no row that can be searched",
                *passed.of_invalid("cannot be encoded"),
            )
        return cls(Nearest(np.concatenate(codes)), np.concatenate(numbers), joined(ids))


def neighbours(
    scorer: Scorer, indexed: Indexed, passed: Passed, columns: RowOptions, count: int
) -> Iterator[pa.RecordBatch]:
    """For every query its `count` nearest rows, nearest first; one line where it is invalid.

    Distances are squared, in code space. Of equally near rows the earlier one comes first.

    Raises
    ------
    UsageError
        If `count` is below 1.
    DataError
        If an id has the name of a column of the result.
    """
    if count < 1:
        raise UsageError(f"k: at least 1 was expected, got {count}")
    refuse_taken(indexed.ids.column_names, ("row",), "the neighbours")
    return _batches(scorer, indexed, passed, columns, count)


def _batches(
    scorer: Scorer, indexed: Indexed, passed: Passed, columns: RowOptions, count: int
) -> Iterator[pa.RecordBatch]:
    for rows in passed.stream(columns):
        refuse_taken(rows.ids.column_names, ("row",), "the neighbours", source=rows.source)
        codes = encoded(scorer, rows)
        passed.add(codes.reasons, codes.first)
        yield _batch(indexed, codes, count)


def _batch(indexed: Indexed, codes: Codes, count: int) -> pa.RecordBatch:
    usable = _usable(codes)
    places, distances = indexed.nearest.of(codes.codes[usable], count)
    lines = np.ones(len(codes), np.int64)
    lines[usable] = places.shape[1]
    query = np.repeat(np.arange(len(codes)), lines)
    invalid = ~np.isin(query, usable)
    place, distance, rank = np.zeros(len(query), np.int64), np.zeros(len(query)), query * 0
    place[~invalid], distance[~invalid] = places.ravel(), distances.ravel()
    rank[~invalid] = np.tile(np.arange(1, places.shape[1] + 1), len(usable))
    found = pa.array(place, mask=invalid)
    made = {
        **{f"query_{name}": _one(codes.ids[name].take(query)) for name in codes.ids.column_names},
        "query_row": pa.array(codes.first + query),
        "rank": pa.array(rank, mask=invalid),
        **{f"index_{n}": _one(indexed.ids[n].take(found)) for n in indexed.ids.column_names},
        "index_row": pa.array(indexed.rows[place], mask=invalid),
        "distance": pa.array(distance, mask=invalid),
        "status": statuses(invalid),
        "reason": pa.array([codes.reasons.get(row) for row in query.tolist()], pa.string()),
    }
    return pa.RecordBatch.from_pydict(made)


def _usable(codes: Codes) -> np.ndarray:
    """The places of the rows that have a code."""
    return np.flatnonzero(~np.isnan(codes.codes).any(axis=1))


def _one(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()
