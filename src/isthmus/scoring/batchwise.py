"""A source from its first row to its last: read, scored and handed on at once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from isthmus.options import RowOptions
from isthmus.read import Rows, Source, stream_rows
from isthmus.read.ahead import ahead
from isthmus.read.roles import roles_of
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.scores import Scores, refuse_taken
from isthmus.scoring.tally import Tally
from isthmus.scoring.thresholds import Decision


def scored_rows(
    scorer: Scorer, source: Source, columns: RowOptions
) -> Iterator[tuple[Rows, tuple[np.ndarray, dict[int, str]]]]:
    """Every batch of a source, and what `Scorer.score_rows` says of it.

    While a batch is used the next is scored and the one after it read.
    """
    at_once = ahead if source.rereadable else iter  # a pipe may never give its next rows
    batches = at_once(stream_rows(source, columns, scorer.schema))
    return at_once((rows, scorer.score_rows(rows)) for rows in batches)


def scored_batches(
    scorer: Scorer, source: Source, columns: RowOptions, decision: Decision, tally: Tally
) -> Iterator[Scores]:
    """Batch after batch; one without rows where there are none, so that the columns are known."""
    empty = True
    for rows, found in scored_rows(scorer, source, columns):
        refuse_taken(rows.ids.column_names, source=source.name)
        scores = Scores.of(*found, scorer.calibrator, decision, rows.ids, first=rows.first)
        tally.add(rows, scores)
        yield scores
        empty = False
    if empty:
        ids = id_names(scorer, source, columns)
        table = pa.table({name: pa.array([], pa.string()) for name in ids})
        yield Scores.of(np.empty(0, np.float32), {}, scorer.calibrator, decision, table)


def id_names(scorer: Scorer, source: Source, columns: RowOptions) -> list[str]:
    """The columns of a source that are passed through, known before a row is read.

    Raises
    ------
    DataError
        If the columns are not those of the detector, or the scores need such a name.
    """
    ids = [source.columns[place] for place in roles_of(source, columns, scorer.schema).ids]
    refuse_taken(ids, source=source.name)
    return ids
