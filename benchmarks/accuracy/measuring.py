"""One detector on the rows of one seed: how well it ranks them, how long it took, what it held."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks.accuracy.cache import Record
from benchmarks.accuracy.protocol import Split
from benchmarks.peers import Peer
from benchmarks.timing import Spent


def measured(worker: Peer, folder: Path, split: Split, seed: int) -> Record:
    """Let a worker fit and score; what came of it.

    Raises
    ------
    RuntimeError
        If the worker breaks, or a score is no number.
    """
    np.savez(folder / "rows.npz", train=split.train, test=split.test, seed=seed)
    worker.spent("load")
    spent = {name: worker.spent(name) for name in ("fit", "score")}
    worker.spent("keep")
    with np.load(folder / "scores.npz", allow_pickle=False) as held:
        kept = dict(held)
    if kept["scores"].shape != split.abnormal.shape or not np.isfinite(kept["scores"]).all():
        raise RuntimeError("scores that are no numbers, or not one for each row")
    return {
        "training_rows": len(split.train),
        "test_rows": len(split.test),
        "anomalies": int(split.abnormal.sum()),
        **_ranking(kept["scores"], split.abnormal),
        **_seconds(spent),
        "memory_mb": round(float(kept["memory"]), 1),
        "memory_before_mb": round(float(kept["memory_before"]), 1),
        **_alarms(kept, split.abnormal),
    }


def _ranking(scores: np.ndarray, abnormal: np.ndarray) -> Record:
    return {
        "roc_auc": _six(roc_auc_score(abnormal, scores)),
        "average_precision": _six(average_precision_score(abnormal, scores)),
    }


def _seconds(spent: dict[str, Spent]) -> Record:
    return {
        f"{name}_{clock}_seconds": _six(getattr(one, clock))
        for name, one in spent.items()
        for clock in Spent._fields
    }


def _alarms(kept: dict[str, np.ndarray], abnormal: np.ndarray) -> Record:
    """Shares for each alpha, of detectors that state one."""
    if "alarms" not in kept:
        return {}
    alarms = kept["alarms"]
    return {
        "false_alarms": [_six(one[~abnormal].mean()) for one in alarms],
        "caught": [_six(one[abnormal].mean()) for one in alarms],
        "attainable": [_six(one) for one in kept["attainable"]],
    }


def _six(figure: float) -> float:
    """Six digits: more than any of these figures bears."""
    return 0.0 if figure == 0 else round(float(figure), 5 - math.floor(math.log10(abs(figure))))
