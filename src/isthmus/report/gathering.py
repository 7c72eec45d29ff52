"""One pass over the rows to report on: what is kept of them is bounded, but for their scores.

Of every row a report keeps the score, and a few bytes more; the strangest rows, and some that are
quite usual, it keeps whole.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.errors import DataError
from isthmus.evaluation.drift import Drifting
from isthmus.options import RowOptions
from isthmus.read import Rows, Source
from isthmus.read.ids import as_one_type
from isthmus.read.labels import abnormal_rows
from isthmus.report.kept import Highest, Kept, explained, lots
from isthmus.report.quality import Quality
from isthmus.scoring.batchwise import scored_rows
from isthmus.scoring.familiarity import Familiarity
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.scores import Scores
from isthmus.scoring.thresholds import Decision

STRANGEST, TYPICAL = 300, 50
"""Rows that are kept whole."""
INVALID_SHOWN = 50


class Unscored(NamedTuple):
    """A row that could not be scored, and why."""

    row: int
    ids: dict[str, Any]
    reason: str


@dataclass(frozen=True, eq=False)
class Gathered:
    """What a report says is said of this.

    Attributes
    ----------
    source : str
        What messages call the rows.
    scorer : Scorer
        The detector.
    decision : Decision
        What is an alarm.
    scores : array of float32, shape (N,)
        NaN where a row is invalid.
    abnormal : array of bool, shape (N,), or None
        By the labels, where there are any.
    times : list or None
        Where each row stands along the time column, text or numbers.
    strangest, typical, asked : tuple of Kept
        In the order of their scores, the highest first; rows without an alarm, chosen by lot, in
        the order of the source; and those that were asked for by number.
    unscored : tuple of Unscored
        The first of the rows that could not be scored.
    quality : Quality
        What is odd about the cells.
    all_rows, quiet_rows : Drifting
        Against training: all rows that have a score, and those of them without an alarm.
    remarks : tuple of str
        What the user should know of the rows.
    """

    source: str
    scorer: Scorer
    decision: Decision
    scores: npt.NDArray[np.float32]
    abnormal: npt.NDArray[np.bool_] | None
    times: list[Any] | None
    strangest: tuple[Kept, ...]
    typical: tuple[Kept, ...]
    asked: tuple[Kept, ...]
    unscored: tuple[Unscored, ...]
    quality: Quality
    all_rows: Drifting
    quiet_rows: Drifting
    remarks: tuple[str, ...]

    @property
    def is_scored(self) -> npt.NDArray[np.bool_]:
        return ~np.isnan(self.scores)

    @property
    def is_alarm(self) -> npt.NDArray[np.bool_]:
        return self.scores.astype(np.float64) > self.decision.threshold

    @property
    def kept(self) -> tuple[Kept, ...]:
        """The strangest, then the typical ones that are not among them."""
        known = {one.row for one in self.strangest}
        return (*self.strangest, *(one for one in self.typical if one.row not in known))


def gather(
    scorer: Scorer,
    source: Source,
    columns: RowOptions,
    decision: Decision,
    *,
    time: str | None = None,
    rows: Collection[int] = (),
) -> Gathered:
    """Score a source and keep what a report needs.

    Parameters
    ----------
    scorer : Scorer
        The detector.
    source : Source
        What to read, once.
    columns : RowOptions
        Which columns to set aside; with `label` and `normal` the rows are held against the truth.
    decision : Decision
        What is an alarm.
    time : str, optional
        An id column along which rows are shown.
    rows : collection of int, optional
        Numbers of rows to keep whole besides.

    Raises
    ------
    DataError
        If the source cannot be read, does not fit the detector, has no rows, or no such column.
    """
    passing = _Passing(scorer, decision, Familiarity(scorer.schema), tuple(rows))
    labels: list[pa.Array | pa.ChunkedArray] = []
    for batch, found in scored_rows(scorer, source, columns):
        scores = Scores.of(*found, scorer.calibrator, decision, batch.ids, first=batch.first)
        passing.add(batch, scores, time)
        if batch.labels is not None:
            labels.append(batch.labels)
    if not passing.scores:
        raise DataError(f"{source.name}: has columns but no rows, there is nothing to report")
    return Gathered(
        source=source.name,
        scorer=scorer,
        decision=decision,
        scores=np.concatenate(passing.scores),
        abnormal=_abnormal(labels, columns, source.name),
        times=passing.times if time is not None else None,
        strangest=tuple(explained(passing.strangest.rows(), scorer)),
        typical=tuple(explained(passing.typical.rows(by_row=True), scorer)),
        asked=tuple(explained(passing.asked.rows(by_row=True), scorer)),
        unscored=tuple(passing.unscored),
        quality=passing.quality,
        all_rows=passing.all_rows,
        quiet_rows=passing.quiet_rows,
        remarks=tuple(passing.familiarity.warnings),
    )


def along_time(columns: RowOptions, time: str | None) -> RowOptions:
    """The same, with the time column passed through as an id."""
    if time is None or time in columns.id:
        return columns
    return columns.model_copy(update={"id": (*columns.id, time)})


def _abnormal(
    labels: list[pa.Array | pa.ChunkedArray], columns: RowOptions, source: str
) -> npt.NDArray[np.bool_] | None:
    every = as_one_type(labels)
    if every is None or not columns.normal:
        return None
    instead = ", or report without --label"
    return abnormal_rows(every, columns.normal, source=source, instead=instead)


@dataclass
class _Passing:
    """What is known of the rows that went by."""

    scorer: Scorer
    decision: Decision
    familiarity: Familiarity
    wanted: tuple[int, ...] = ()
    scores: list[npt.NDArray[np.float32]] = field(default_factory=list)
    times: list[Any] = field(default_factory=list)
    unscored: list[Unscored] = field(default_factory=list)

    def __post_init__(self) -> None:
        schema, trained = self.scorer.schema, self.scorer.manifest.data.rows
        self.quality = Quality.of(schema)
        self.all_rows, self.quiet_rows = Drifting(schema, trained), Drifting(schema, trained)
        self.strangest, self.typical = Highest(STRANGEST), Highest(TYPICAL)
        self.asked = Highest(len(self.wanted))

    def add(self, rows: Rows, scores: Scores, time: str | None) -> None:
        """Count a batch, and keep the rows of it that may be shown."""
        scored = ~scores.is_invalid
        self.scores.append(scores.anomaly_score)
        self.familiarity.add(rows)
        self.quality.add(rows, scored)
        self.all_rows.add(rows.values[scored])
        self.quiet_rows.add(rows.values[scored & ~scores.is_anomaly])
        self.strangest.add(rows, scores, np.where(scored, scores.anomaly_score, -np.inf))
        numbers = scores.first + np.arange(len(scores))
        self.asked.add(rows, scores, np.where(scored & np.isin(numbers, self.wanted), 0, -np.inf))
        by_lot = lots(numbers)
        self.typical.add(rows, scores, np.where(scored & ~scores.is_anomaly, by_lot, -np.inf))
        for place in np.flatnonzero(scores.is_invalid)[: INVALID_SHOWN - len(self.unscored)]:
            self.unscored.append(
                Unscored(
                    scores.first + int(place),
                    rows.ids.slice(place, 1).to_pylist()[0] if rows.ids.num_columns else {},
                    scores.reasons.get(int(place), "its score is not a number"),
                )
            )
        if time is not None:
            if time not in rows.ids.column_names:
                raise DataError(
                    f"{rows.source}: the time column {time!r} is none that is passed through",
                    advice="Name it with --id too, or choose one of those.",
                )
            self.times += rows.ids[time].to_pylist()
