"""From rows that were read to entries: which rows are explained, and what is said of each."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from isthmus.errors import UsageError
from isthmus.read import Rows
from isthmus.scoring.explain import words
from isthmus.scoring.explain.explanation import (
    Cell,
    Entry,
    Explanation,
    Interval,
    Region,
    Unexplained,
)
from isthmus.scoring.explain.findings import NEW
from isthmus.scoring.explain.picture import RebuiltImage
from isthmus.scoring.explain.picture_words import regions_sentence
from isthmus.scoring.explain.row import RebuiltRow
from isthmus.scoring.explain.usual import Usual
from isthmus.scoring.scores import Scores
from isthmus.scoring.writers.plain import json_value

if TYPE_CHECKING:
    from isthmus.scoring.scorer import Scorer

STANDS_OUT = 0.05
"""A cell stands out where hardly a normal row has one like it: its p-value times the number of
cells is at most this, or no out-of-fold row had such an error there. So does what training never
had, whatever its error."""


class Told(NamedTuple):
    """The sentence, and the cells, intervals or regions."""

    sentence: str
    cells: tuple[Cell, ...] = ()
    intervals: tuple[Interval, ...] = ()
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True)
class Explainer:
    """Explains rows, each as alone.

    Attributes
    ----------
    scorer : Scorer
        The detector.
    usual : Usual
        The usual errors of its cells.
    top : int
        Cells or intervals of each row, at most.
    """

    scorer: Scorer
    usual: Usual
    top: int

    @classmethod
    def of(cls, scorer: Scorer, top: int) -> Explainer:
        """Made for a detector.

        Raises
        ------
        UsageError
            If `top` is below 1.
        ModelFileError
            If the model file does not hold the usual errors of its cells.
        """
        if top < 1:
            raise UsageError(f"top: at least 1 was expected, got {top}")
        return cls(scorer, Usual.of(scorer.manifest), top)

    def entries(
        self, rows: Rows, scores: Scores, wanted: Collection[int] | None
    ) -> Iterator[Entry]:
        """Entries of a batch, in its order.

        Parameters
        ----------
        rows : Rows
            The batch.
        scores : Scores
            Those of the same rows.
        wanted : collection of int, optional
            Numbers in the source of the rows to explain; by default alarms and invalid rows.
        """
        chosen = _chosen(scores, wanted)
        usable = chosen[~scores.is_invalid[chosen]]
        # Only these rows are rebuilt: the score needs neither output.
        outputs, _ = self.scorer.run(rows.values[usable], ["error", "reconstruction"])
        made = dict(zip(usable.tolist(), range(len(usable)), strict=True))
        for place in chosen.tolist():
            if place not in made:
                yield _unexplained(place, scores)
                continue
            errors, expected = (outputs[n][made[place]] for n in ("error", "reconstruction"))
            yield self._explanation(self._row(rows, place, errors, expected), scores)

    def _row(self, rows: Rows, place: int, errors: np.ndarray, expected: np.ndarray) -> RebuiltRow:
        exact = np.array(errors, np.float64)
        return RebuiltRow(
            columns=self.usual.columns,
            usual=self.usual,
            rows=rows,
            place=place,
            errors=np.where(np.isnan(exact), np.inf, exact),
            expected=expected,
        )

    def _explanation(self, row: RebuiltRow, scores: Scores) -> Explanation:
        number, alarm = scores.first + row.place, bool(scores.is_anomaly[row.place])
        told = {"table": self._of_table, "signal": self._of_signal, "image": self._of_image}
        return Explanation(
            row=number,
            ids=_ids(scores.ids, row.place),
            anomaly_score=float(str(scores.anomaly_score[row.place])),
            p_value=float(scores.p_value[row.place]),
            is_anomaly=alarm,
            **told[self.scorer.schema.kind](row, number, alarm)._asdict(),
        )

    def _of_table(self, row: RebuiltRow, number: int, alarm: bool) -> Told:
        cells = row.cells(self.top)
        column = row.columns[cells[0].place]
        lead = _lead(row, self._stands_out(cells[0]))
        also = [cell for cell in cells[1:] if self._stands_out(cell)]
        return Told(words.cells_sentence(number, cells, column, lead, also, alarm), cells)

    def _of_signal(self, row: RebuiltRow, number: int, alarm: bool) -> Told:
        intervals, clear = row.intervals(self.top)
        column, lead = row.columns[intervals[0].peak.place], _lead(row, clear)
        sentence = words.intervals_sentence(number, intervals, column, lead, alarm)
        return Told(sentence, intervals=intervals)

    def _of_image(self, row: RebuiltRow, number: int, alarm: bool) -> Told:
        image = RebuiltImage.of(row, self.scorer.schema)
        regions, clear = image.regions(self.top)
        sentence = regions_sentence(number, regions, image.form, _lead(row, clear), alarm)
        return Told(sentence, regions=regions)

    def _stands_out(self, cell: Cell) -> bool:
        rows = self.usual.cells[cell.place].rows
        rare = cell.p_value * len(self.usual.cells) <= STANDS_OUT or cell.p_value * (rows + 1) <= 1
        return (cell.times > 1 and rare) or cell.finding in NEW


def _chosen(scores: Scores, wanted: Collection[int] | None) -> np.ndarray:
    """Places in the batch of the rows to explain, in order."""
    if wanted is None:
        return np.flatnonzero(scores.is_anomaly | scores.is_invalid)
    places = (row - scores.first for row in sorted(wanted))
    return np.array([place for place in places if 0 <= place < len(scores)], np.int64)


def _lead(row: RebuiltRow, clear: bool) -> words.Lead:
    if not row.errors.any():
        return "exact"
    if clear:
        return "clear"
    return "many" if row.times.max() > 1 else "usual"


def _unexplained(place: int, scores: Scores) -> Unexplained:
    row = scores.first + place
    reason = scores.reasons.get(place, "its score is not a number")
    sentence = words.invalid_sentence(row, reason)
    return Unexplained(row, _ids(scores.ids, place), reason, sentence)


def _ids(ids: pa.Table, place: int) -> dict[str, Any]:
    found = ids.slice(place, 1).to_pylist() if ids.num_columns else [{}]
    return {name: json_value(value) for name, value in found[0].items()}
