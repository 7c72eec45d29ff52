"""Evaluate a model file on labelled rows: score, decide, compare with the truth.

The rows go by in batches; what is kept of them is their scores, labels and ids.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.errors import DataError, UsageError
from isthmus.evaluation.best_f1 import best_f1_threshold
from isthmus.evaluation.evaluation import Evaluation, evaluate
from isthmus.options import RowOptions
from isthmus.read import Rows, Source
from isthmus.read.ids import as_one_type, joined
from isthmus.read.labels import abnormal_rows, have_label
from isthmus.read.rows import without_rows
from isthmus.scoring.batchwise import scored_rows
from isthmus.scoring.digest import RowsDigest
from isthmus.scoring.familiarity import Familiarity
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.scores import Scores

BEST_F1 = "best-f1"
"""The one threshold rule that needs labels; it is offered where labels are, and nowhere else."""


@dataclass(frozen=True)
class Evaluated:
    """An evaluation, the scores (N,) and truth (N,) behind it, and what to warn of."""

    evaluation: Evaluation
    scores: Scores
    is_abnormal: npt.NDArray[np.bool_]
    warnings: tuple[str, ...]


def evaluate_source(
    scorer: Scorer,
    source: Source,
    columns: RowOptions,
    *,
    alpha: float | None = None,
    threshold: str | None = None,
) -> Evaluated:
    """Score labelled rows and compare the alarms with the labels.

    Parameters
    ----------
    scorer : Scorer
        The detector.
    source : Source
        What to read, once.
    columns : RowOptions
        With the column of the labels, and their values that mean normal.
    alpha, threshold : optional
        As for `Scorer.score`; the rule ``best-f1`` chooses the threshold with the labels.

    Raises
    ------
    DataError
        If there are no rows, or these have no labels, or none of the given values.
    UsageError
        If nothing says which labels are normal, or alpha is given with ``best-f1``.
    """
    if threshold == BEST_F1 and alpha is not None:
        raise UsageError(f"alpha and threshold {BEST_F1} exclude each other")
    passing = _Passing(scorer, columns)
    for rows, (scores, reasons) in scored_rows(scorer, source, columns):
        passing.add(rows, scores, reasons)
    if not passing.scores:
        raise without_rows(source)
    labels = as_one_type(passing.labels)
    assert labels is not None  # there are rows, and each batch has them
    is_abnormal = abnormal_rows(labels, columns.normal, source=source.name)
    every, warnings = np.concatenate(passing.scores), passing.warnings
    if threshold == BEST_F1:
        best = best_f1_threshold(every, is_abnormal)
        threshold, warnings = f"fixed:{best.threshold!r}", (best.remark, *warnings)
    decision = scorer.decide(alpha, threshold)
    ids = joined(passing.ids)
    scored = Scores.of(every, passing.reasons, scorer.calibrator, decision, ids)
    evaluation = evaluate(every, scored.is_anomaly, is_abnormal, alpha=decision.alpha)
    warnings = (*warnings, *decision.warnings)
    return Evaluated(evaluation, scored, is_abnormal, warnings)


@dataclass
class _Passing:
    """What is known of the rows that went by."""

    scorer: Scorer
    columns: RowOptions
    scores: list[npt.NDArray[np.float32]] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)
    labels: list[pa.Array | pa.ChunkedArray] = field(default_factory=list)
    ids: list[pa.Table] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._familiarity = Familiarity(self.scorer.schema)
        self._normal = RowsDigest(self.scorer.schema.kind)

    def add(self, rows: Rows, scores: np.ndarray, reasons: dict[int, str]) -> None:
        """Keep of a batch what an evaluation needs."""
        if rows.labels is None:
            raise DataError(f"{rows.source}: has no labels to compare with")
        self.scores.append(scores)
        self.reasons.update({rows.first + row: why for row, why in reasons.items()})
        self.labels.append(rows.labels)
        self.ids.append(rows.ids)
        self._familiarity.add(rows)
        self._normal.add(rows.values[have_label(rows.labels, self.columns.normal)])

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know of the rows."""
        if self._normal.text != self.scorer.manifest.data.digest:
            return tuple(self._familiarity.warnings)
        return (
            *self._familiarity.warnings,
            "the normal rows are those that the detector was made from: on rows that it learnt "
            "the false-alarm rate is lower, and all figures better, than on fresh ones",
        )
