"""Evaluate a model file on labelled rows: score, decide, compare with the truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.errors import DataError, UsageError
from isthmus.evaluation.best_f1 import best_f1_threshold
from isthmus.evaluation.evaluation import Evaluation, evaluate
from isthmus.read import Rows, normal_rows
from isthmus.read.counting import counted
from isthmus.scoring.digest import rows_digest
from isthmus.scoring.familiarity import Familiarity
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.scores import Scores

BEST_F1 = "best-f1"
"""The one threshold rule that needs labels; it is offered where labels are, and nowhere else."""


@dataclass(frozen=True)
class EvaluatedRows:
    """An evaluation, and the scores (N,) and truth (N,) behind it."""

    evaluation: Evaluation
    scores: Scores
    is_abnormal: npt.NDArray[np.bool_]
    warnings: tuple[str, ...]


def evaluate_rows(
    scorer: Scorer,
    rows: Rows,
    normal: Sequence[str | int | float | bool],
    *,
    alpha: float | None = None,
    threshold: str | None = None,
) -> EvaluatedRows:
    """Score labelled rows and compare the alarms with the labels.

    Parameters
    ----------
    scorer : Scorer
        The detector.
    rows : Rows
        Read for its schema, with labels.
    normal : sequence
        The label values of normal rows.
    alpha, threshold : optional
        As for `Scorer.score`; the rule ``best-f1`` chooses the threshold with the labels.

    Raises
    ------
    DataError
        If the rows have no labels, or none of the given values.
    """
    if rows.labels is None:
        raise DataError(f"{rows.source}: has no labels to compare with")
    is_normal, unlabelled = normal_rows(rows.labels, tuple(normal), source=rows.source)
    if count := int(unlabelled.sum()):
        raise DataError(
            f"{rows.source}: {counted(count, 'row')} {'has' if count == 1 else 'have'} no label; "
            "each needs one to be compared with",
            advice="Fill in their labels, or leave such rows out.",
        )
    scores, reasons = scorer.score_rows(rows)
    familiarity = Familiarity(scorer.schema)
    familiarity.add(rows)
    warnings = (*familiarity.warnings, *_learnt(scorer, rows.values[is_normal]))
    if threshold == BEST_F1:
        if alpha is not None:
            raise UsageError(f"alpha and threshold {BEST_F1} exclude each other")
        best = best_f1_threshold(scores, ~is_normal)
        threshold, warnings = f"fixed:{best.threshold!r}", (best.remark, *warnings)
    decision = scorer.decide(alpha, threshold)
    scored = Scores.of(scores, reasons, scorer.calibrator, decision, rows.ids)
    evaluation = evaluate(scores, scored.is_anomaly, ~is_normal, alpha=decision.alpha)
    return EvaluatedRows(evaluation, scored, ~is_normal, (*warnings, *decision.warnings))


def _learnt(scorer: Scorer, normal: npt.NDArray[np.floating[Any]]) -> tuple[str, ...]:
    if rows_digest(normal, scorer.schema.kind) != scorer.manifest.data.digest:
        return ()
    return (
        "the normal rows are those that the detector was made from: on rows that it learnt the "
        "false-alarm rate is lower, and all figures better, than on fresh ones",
    )
