"""From a source to entries, batch by batch, in constant memory."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from isthmus.errors import DataError, UsageError
from isthmus.options import RowOptions
from isthmus.read import Source, stream_rows
from isthmus.scoring.explain.explainer import Explainer
from isthmus.scoring.explain.explanation import Entry, Explanation, Unexplained
from isthmus.scoring.tally import Tally
from isthmus.scoring.thresholds import Decision

if TYPE_CHECKING:
    from isthmus.scoring.scorer import Scorer


def stream_entries(
    scorer: Scorer,
    source: Source,
    columns: RowOptions,
    decision: Decision,
    *,
    top: int = 3,
    rows: Collection[int] | None = None,
    tally: Tally | None = None,
) -> Iterator[Entry]:
    """Entries in the order of the source: of the given rows, or of all alarms and invalid rows.

    Parameters
    ----------
    scorer : Scorer
        The detector.
    source : Source
        What to read.
    columns : RowOptions
        Which of its columns to set aside.
    decision : Decision
        What is an alarm.
    top : int
        Cells or intervals of each row, at most.
    rows : collection of int, optional
        Numbers of the rows to explain, from 0; reading stops at the last one.
    tally : Tally, optional
        Counts the rows that went by.

    Raises
    ------
    UsageError
        If `rows` has a number below 0, or `top` is below 1.
    DataError
        If the source has no such row; otherwise as `stream_rows`.
    """
    if rows is not None and any(row < 0 for row in rows):
        raise UsageError(
            f"rows: numbers from 0 were expected, got {min(rows)}",
            advice="The first row below the header is row 0.",
        )
    explainer = Explainer.of(scorer, top)
    wanted = None if rows is None else frozenset(rows)
    tally = tally or Tally.of(scorer.schema)
    return _entries(explainer, source, columns, decision, wanted, tally)


def _entries(
    explainer: Explainer,
    source: Source,
    columns: RowOptions,
    decision: Decision,
    wanted: frozenset[int] | None,
    tally: Tally,
) -> Iterator[Entry]:
    last = None if wanted is None else max(wanted, default=-1)
    for rows in stream_rows(source, columns, explainer.scorer.schema):
        scores = explainer.scorer.scored(rows, decision)
        tally.add(rows, scores)
        yield from explainer.entries(rows, scores, wanted)
        if last is not None and tally.rows > last:
            return
    if wanted is not None:
        _refuse_beyond(source, wanted, tally.rows)


def strangest(entries: Iterable[Entry], most: int) -> list[Entry]:
    """The explanations of the `most` highest scores and the first `most` invalid rows, in order.

    Of equal scores the earlier row is kept.
    """
    heap: list[tuple[float, int, Explanation]] = []
    invalid: list[Unexplained] = []
    for entry in entries:
        if isinstance(entry, Unexplained):
            invalid += [entry] if len(invalid) < most else []
            continue
        heapq.heappush(heap, (entry.anomaly_score, -entry.row, entry))
        if len(heap) > most:
            heapq.heappop(heap)
    return sorted([*(kept for *_, kept in heap), *invalid], key=lambda entry: entry.row)


def _refuse_beyond(source: Source, wanted: frozenset[int], count: int) -> None:
    beyond = [row for row in sorted(wanted) if row >= count]
    if beyond:
        has = "has 1 row, row 0" if count == 1 else f"has {count} rows, numbered from 0"
        raise DataError(*[f"{source.name}: there is no row {row}; it {has}" for row in beyond])
