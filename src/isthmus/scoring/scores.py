"""What is said of rows: score, p-value, alarm or not, and whether they could be scored at all."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from isthmus.errors import DataError
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.thresholds.decision import Decision

SCORED, INVALID = "scored", "invalid"
COLUMNS = ("row", "anomaly_score", "p_value", "is_anomaly", "status", "reason")


@dataclass(frozen=True)
class Scores:
    """Scores of N rows.

    Attributes
    ----------
    anomaly_score : array of float32, shape (N,)
        Grows with strangeness; NaN where the row is invalid.
    p_value : array of float64, shape (N,)
        The share of normal rows that look at least as strange; NaN where the row is invalid.
    is_anomaly : array of bool, shape (N,)
        Whether the score exceeds the threshold; False where the row is invalid, see `is_invalid`.
    is_invalid : array of bool, shape (N,)
        Whether the row could not be scored; such a row is neither normal nor an anomaly.
    reasons : mapping of int to str
        Why, by row.
    decision : Decision
        The threshold and how it came about.
    ids : pa.Table
        The columns that were passed through.
    first : int
        The number of the first row in its source.
    """

    anomaly_score: np.ndarray
    p_value: np.ndarray
    is_anomaly: np.ndarray
    is_invalid: np.ndarray
    reasons: Mapping[int, str]
    decision: Decision
    ids: pa.Table
    first: int = 0

    @classmethod
    def of(
        cls,
        scores: np.ndarray,
        reasons: Mapping[int, str],
        calibrator: Calibrator,
        decision: Decision,
        ids: pa.Table,
        *,
        first: int = 0,
    ) -> Scores:
        """Put scores (N,), NaN where a row has a reason, beside the calibration and threshold."""
        return cls(
            anomaly_score=scores,
            p_value=calibrator.p_values(scores),
            # In float64: a threshold such as mean + 3 std is no float32.
            is_anomaly=scores.astype(np.float64) > decision.threshold,
            is_invalid=np.isnan(scores),
            reasons=reasons,
            decision=decision,
            ids=ids,
            first=first,
        )

    def __len__(self) -> int:
        return len(self.anomaly_score)

    def to_arrow(self) -> pa.RecordBatch:
        """One row for each: the ids, then `COLUMNS`; nulls where a row is invalid."""
        refuse_taken(self.ids.column_names)
        count = len(self)
        reasons = [self.reasons.get(row) for row in range(count)] if self.reasons else None
        invalid = self.is_invalid if self.is_invalid.any() else None
        own = {
            "row": pa.array(np.arange(self.first, self.first + count)),
            "anomaly_score": pa.array(self.anomaly_score, mask=invalid),
            "p_value": pa.array(self.p_value, mask=invalid),
            "is_anomaly": pa.array(self.is_anomaly, mask=invalid),
            "status": statuses(self.is_invalid),
            "reason": pa.array(reasons, pa.string()) if reasons else pa.nulls(count, pa.string()),
        }
        return pa.RecordBatch.from_pydict({**id_columns(self.ids), **own})


def refuse_taken(
    names: Iterable[str],
    needed: Container[str] = COLUMNS,
    what: str = "the scores",
    *,
    source: str = "",
) -> None:
    """Refuse id columns of `source` whose names the scores themselves need."""
    taken = [name for name in names if name in needed]
    if taken:
        where = f"{source}: " if source else ""
        raise DataError(
            *[
                f"{where}the id column {name!r} has the name of a column of {what}"
                for name in taken
            ],
            advice="Rename it in the data.",
        )


def statuses(invalid: np.ndarray) -> pa.Array:
    """A word for each row (N,): `SCORED` or `INVALID`."""
    if not invalid.any():
        return pa.repeat(SCORED, len(invalid))
    codes = pa.array(invalid.astype(np.int8))
    return pa.DictionaryArray.from_arrays(codes, [SCORED, INVALID]).dictionary_decode()


def id_columns(ids: pa.Table) -> dict[str, pa.Array]:
    """Ids by their names, each in one piece."""
    return {name: _one_chunk(ids[name]) for name in ids.column_names}


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
