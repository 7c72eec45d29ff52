"""Every architecture on heartbeats: how well it ranks, what it promises, and what it costs.

ECG5000, 3 splits of 80/20 (random_state 21 to 23), normal training beats alone, everything as
`isthmus fit` chooses it but the architecture (and 300 updates for recurrent networks, which are
slow: 140 steps one after the other); alpha 0.02, one thread. Nothing was tuned on these rows.

    python -m benchmarks.architectures
"""

from __future__ import annotations

from statistics import mean
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.results import store
from benchmarks.timing import timed
from isthmus.datasets import load_ecg5000, split
from isthmus.options import FitOptions
from isthmus.scoring.scorer import Scorer
from isthmus.training.describe import describe
from isthmus.training.fit import fit

ALPHA = 0.02
SPLITS = range(21, 24)
NETWORKS: dict[str, dict[str, Any]] = {
    "dense": {"architecture": "dense"},
    "dense, one member": {"architecture": "dense", "members": 1},
    "dense, variational": {"architecture": "dense", "variational": True},
    "dense, variational, 8 codes": {
        "architecture": "dense",
        "variational": True,
        "code_samples": 8,
    },
    "conv1d": {"architecture": "conv1d"},
    "recurrent, LSTM, 300 updates": {"architecture": "recurrent", "max_steps": 300},
    "recurrent, GRU, 300 updates": {
        "architecture": "recurrent",
        "recurrent_cell": "gru",
        "max_steps": 300,
    },
}


def measure() -> dict[str, Any]:
    """Of every network the figures of each split and their means."""
    return {
        "alpha": ALPHA,
        "splits": list(SPLITS),
        "networks": {name: _figures(name, NETWORKS[name]) for name in NETWORKS},
    }


def _figures(name: str, choices: dict[str, Any]) -> dict[str, Any]:
    runs = [_run(state, choices) for state in SPLITS]
    print(name, runs, flush=True)
    return {"runs": runs, "mean": {name: mean(run[name] for run in runs) for name in runs[0]}}


def _run(state: int, choices: dict[str, Any]) -> dict[str, float]:
    data = load_ecg5000()
    training, test = split(len(data.beats), seed=state)
    normal = data.beats[training[data.is_normal[training]]]
    schema = describe(normal, [f"t{i}" for i in range(140)], "signal", named=False)
    models: list[bytes] = []
    options = FitOptions.from_flat(seed=state, alpha=ALPHA, **choices)
    spent = timed(lambda: models.append(fit(normal, schema, options)))
    scorer = Scorer.load(models[-1])
    scored = timed(lambda: scorer.anomaly_score(data.beats[test]))
    scores = scorer.anomaly_score(data.beats[test])
    alarms, abnormal = scores > scorer.decide().threshold, ~data.is_normal[test]
    return {
        "roc_auc": float(roc_auc_score(abnormal, scores)),
        "false_alarms": float(np.mean(alarms[~abnormal])),
        "caught": float(np.mean(alarms[abnormal])),
        "accuracy": float(np.mean(alarms == abnormal)),
        "fit_cpu_seconds": spent.cpu,
        "rows_per_cpu_second": len(test) / scored.cpu,
        "file_bytes": float(len(models[-1])),
    }


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    for name, of_network in figures["networks"].items():
        told = of_network["mean"]
        print(
            f"{name:28s} AUC {told['roc_auc']:.4f}, alarms {told['false_alarms']:.4f} of normal, "
            f"{told['caught']:.3f} of abnormal, accuracy {told['accuracy']:.4f}, fit "
            f"{told['fit_cpu_seconds']:.1f} s, {told['rows_per_cpu_second']:,.0f} rows/s"
        )
    print(store("architectures", figures))


if __name__ == "__main__":
    main()
