"""How many of the rows with one wrong cell are alarms, and how often that cell is named first."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.factors import Broken
from isthmus.options import FitOptions
from isthmus.scoring.scorer import Scorer
from isthmus.training.describe import describe
from isthmus.training.fit import fit


def detector(rows: np.ndarray, seed: int) -> Scorer:
    """The default detector, fitted on rows (N, D) of numbers."""
    names = [f"c{place}" for place in range(rows.shape[1])]
    schema = describe(rows, names, "table", named=False)
    return Scorer.load(fit(rows, schema, FitOptions.from_flat(seed=seed)))


def found(scorer: Scorer, data: Any, columns: np.ndarray, alpha: float) -> dict[str, float]:
    """What a detector finds in `data`, whose wrong cells are `columns` (N,).

    Returns
    -------
    dict
        `found`: the share of rows that are alarms. `named_first`: the share of these whose wrong
        cell the explanation puts first.
    """
    alarms = scorer.explain(data, alpha=alpha, top=1)
    right = [columns[one.row] == one.cells[0].place for one in alarms]
    return {
        "found": len(alarms) / len(columns),
        "named_first": float(np.mean(right)) if right else 0.0,
    }


def alarm_rate(scorer: Scorer, data: Any, alpha: float) -> float:
    """The share of rows that are alarms."""
    return float(scorer.score(data, alpha=alpha).is_anomaly.mean())


def named(scores: np.ndarray, made: Broken, alarms: np.ndarray) -> float:
    """The share of `alarms` (N,) whose wrong cell has the largest of the `scores` (N, D)."""
    right = scores.argmax(axis=1) == made.columns
    return float(right[alarms].mean()) if alarms.any() else 0.0


def means(runs: list[dict[str, float]]) -> dict[str, float]:
    """The mean of every figure over the runs."""
    return {name: float(np.mean([run[name] for run in runs])) for name in runs[0]}
