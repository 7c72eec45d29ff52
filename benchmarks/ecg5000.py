"""ECG5000: accuracy with a threshold that normal training beats alone have set.

Five random 80/20 splits of the 5000 beats (seeds 111 to 115). Only normal beats of the training
part are used, and the threshold is conformal at alpha 0.02. ``python -m benchmarks.ecg5000``

What was tuned on what: no number was searched for on these data, but that signals get a narrow
network, in the published proportions, and a split as many networks as there are folds, was decided
after seeing that one wide network does badly on splits of these same beats.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.results import store
from isthmus import AutoencoderDetector
from isthmus.datasets import load_ecg5000, split
from isthmus.evaluation import evaluate

ALPHA = 0.02
SEEDS = (111, 112, 113, 114, 115)
DETECTORS: dict[str, dict[str, Any]] = {
    "default": {},
    # As in the published notebooks: plain 32-16-8, no noise, 40 epochs.
    "32-16-8": {
        "encoder": (32, 16),
        "code_size": 8,
        "input_noise": 0.0,
        "epochs": 40,
        "batch_size": 256,
    },
}


def measure() -> dict[str, Any]:
    """Figures of every detector: each seed's, their mean and their smallest."""
    return {name: _figures(choices) for name, choices in DETECTORS.items()}


def _figures(choices: dict[str, Any]) -> dict[str, Any]:
    by_seed = [_one(seed, choices) for seed in SEEDS]
    names = by_seed[0].keys()
    mean = {name: float(np.mean([one[name] for one in by_seed])) for name in names}
    least = {name: float(np.min([one[name] for one in by_seed])) for name in names}
    return {"alpha": ALPHA, "seeds": SEEDS, "mean": mean, "least": least, "by_seed": by_seed}


def _one(seed: int, choices: dict[str, Any]) -> dict[str, float]:
    data = load_ecg5000()
    training, test = split(len(data.beats), seed=seed)
    normal = data.beats[training][data.is_normal[training]]
    detector = AutoencoderDetector(alpha=ALPHA, random_state=seed, **choices).fit(normal)
    beats, abnormal = data.beats[test], ~data.is_normal[test]
    found = evaluate(
        detector.anomaly_score(beats), detector.is_anomaly(beats), abnormal, alpha=ALPHA
    )
    rate = found.false_alarms.rate
    assert None not in (found.accuracy, found.roc_auc, found.average_precision, rate)
    return {
        "accuracy": float(found.accuracy or 0),
        "roc_auc": float(found.roc_auc or 0),
        "average_precision": float(found.average_precision or 0),
        "false_alarm_rate": float(rate or 0),
        "caught": float(found.abnormal_positive.recall or 0),
    }


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    for name, one in figures.items():
        for what in ("mean", "least"):
            row = "  ".join(f"{key} {value:.4f}" for key, value in one[what].items())
            print(f"{name:8s} {what:5s} {row}")
    print(store("ecg5000", figures))


if __name__ == "__main__":
    main()
