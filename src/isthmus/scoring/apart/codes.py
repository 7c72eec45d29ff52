"""What is said of encoded rows: the code of each, or why it has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from isthmus.scoring.scores import id_columns, refuse_taken, statuses


@dataclass(frozen=True)
class Codes:
    """Codes of N rows.

    Attributes
    ----------
    codes : array of float32, shape (N, Z)
        Of the first member; NaN where the row is invalid.
    reasons : mapping of int to str
        Why a row is invalid, by row.
    ids : pa.Table
        The columns that were passed through.
    first : int
        The number of the first row in its source.
    source : str
        What messages call it.
    """

    codes: np.ndarray
    reasons: Mapping[int, str]
    ids: pa.Table
    first: int = 0
    source: str = ""

    def __len__(self) -> int:
        return len(self.codes)

    def to_arrow(self) -> pa.RecordBatch:
        """The ids, row, code0, code1, ..., status and reason; nulls where a row is invalid."""
        count, invalid = len(self), np.isnan(self.codes).any(axis=1)
        needed = columns(self.codes.shape[1])
        refuse_taken(self.ids.column_names, needed, "the codes", source=self.source)
        own = {
            "row": pa.array(np.arange(self.first, self.first + count)),
            **{
                name: pa.array(np.ascontiguousarray(part), mask=invalid)
                for name, part in zip(names(self.codes.shape[1]), self.codes.T, strict=True)
            },
            "status": statuses(invalid),
            "reason": pa.array([self.reasons.get(row) for row in range(count)], pa.string()),
        }
        return pa.RecordBatch.from_pydict({**id_columns(self.ids), **own})

    def matrix(self) -> pa.RecordBatch:
        """The codes alone, NaN where a row is invalid."""
        parts = [pa.array(np.ascontiguousarray(part)) for part in self.codes.T]
        return pa.record_batch(parts, names=names(self.codes.shape[1]))


def names(size: int) -> list[str]:
    """The names of the columns of codes."""
    return [f"code{place}" for place in range(size)]


def columns(size: int) -> list[str]:
    """All columns that stand behind the ids."""
    return ["row", *names(size), "status", "reason"]
