"""Abnormal rows hidden among those that train: what they cost, and what `--suspects` brings back.

MNIST rows as flat signals of 784 samples. Each digit in turn is normal: 2700 of its training images
train, alone (clean), with 300 of other digits among them (contaminated: 10 % of the rows), and the
latter once more with ``--suspects 0.1``. All 10 000 official test images are scored, the other
digits abnormal. Everything else keeps its default. Beside it the price where all rows are normal:
the realised false-alarm rate at alpha 0.01 and 0.05 of detectors fitted with ``--suspects 0.1`` on
clean rows, a table of 20 columns made of factors (600 and 3000 rows, 5 seeds).

    python -m benchmarks.contaminated_digits

The images are read from ISTHMUS_BENCH_TABLES, as by `benchmarks.real_tables`. One seed a digit.
How suspects are found was chosen by training images of the digits 0, 2, 3, 5, 8 and 9, with labels;
test images of 2, 3 and 8 were looked at.
"""

from __future__ import annotations

import os
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks.factors import Factors
from benchmarks.real_tables import DEFAULT_FOLDER
from benchmarks.results import store
from benchmarks.timing import timed
from isthmus.options import FitOptions, Kind
from isthmus.scoring.scorer import Scorer
from isthmus.training.describe import describe
from isthmus.training.fit import fit

SHARE = 0.1
NORMAL_ROWS, OTHER_ROWS = 2700, 300
ALPHAS = (0.01, 0.05)
COLUMNS = 20
TABLE_ROWS, TABLE_SEEDS = (600, 3000), range(5)
FRESH_ROWS = 20_000


def measure() -> dict[str, Any]:
    """The figures of every digit, their means, and the price on clean rows."""
    price = _price()
    print(price, flush=True)
    folder = Path(os.environ.get("ISTHMUS_BENCH_TABLES", DEFAULT_FOLDER))
    with np.load(folder / "mnist" / "mnist.npz") as data:
        images = {name: data[name] for name in data.files}
    digits = []
    for digit in range(10):
        digits.append(_digit(images, digit))
        print(digit, digits[-1], flush=True)
        store("contaminated_digits", _together(digits, price))
    return _together(digits, price)


def _together(digits: list[dict[str, Any]], price: list[dict[str, float]]) -> dict[str, Any]:
    ways = [way for way, found in digits[0].items() if isinstance(found, dict)]
    means = {
        way: {name: mean(one[way][name] for one in digits) for name in digits[0][way]}
        for way in ways
    }
    clean = means["clean"]["roc_auc"]
    lost = {way: 100 * (clean - means[way]["roc_auc"]) for way in ways[1:]}
    return {"digits": digits, "mean": means, "points_lost": lost, "false_alarms_clean": price}


def _digit(images: dict[str, np.ndarray], digit: int) -> dict[str, Any]:
    generator = np.random.default_rng(digit)
    labels = images["y_train"]
    chosen = np.concatenate(
        [
            generator.choice(np.flatnonzero(labels == digit), NORMAL_ROWS, replace=False),
            generator.choice(np.flatnonzero(labels != digit), OTHER_ROWS, replace=False),
        ]
    )
    generator.shuffle(chosen)
    rows, normal = _flat(images["x_train"][chosen]), labels[chosen] == digit
    test, strange = _flat(images["x_test"]), images["y_test"] != digit
    return {
        "normal": digit,
        "clean": _figures(rows[normal], FitOptions(), test, strange),
        "contaminated": _figures(rows, FitOptions(), test, strange),
        "suspects": _figures(rows, FitOptions.from_flat(suspects=SHARE), test, strange),
    }


def _figures(
    rows: np.ndarray, options: FitOptions, test: np.ndarray, strange: np.ndarray
) -> dict[str, float]:
    models: list[bytes] = []
    spent = timed(lambda: models.append(_fitted(rows, "signal", options)))
    scorer = Scorer.load(models[0])
    scores = scorer.anomaly_score(test)
    alarms = {alpha: scores > scorer.decide(alpha).threshold for alpha in ALPHAS}
    return {
        "roc_auc": float(roc_auc_score(strange, scores)),
        "average_precision": float(average_precision_score(strange, scores)),
        **{f"false_alarms_{alpha}": float(alarms[alpha][~strange].mean()) for alpha in ALPHAS},
        **{f"caught_{alpha}": float(alarms[alpha][strange].mean()) for alpha in ALPHAS},
        "fit_cpu_seconds": spent.cpu,
    }


def _price() -> list[dict[str, float]]:
    """False alarms with and without suspects where there is nothing to suspect."""
    found = []
    for count in TABLE_ROWS:
        for share in (0.0, SHARE):
            runs = [_alarms(count, share, seed) for seed in TABLE_SEEDS]
            figures = {name: mean(run[name] for run in runs) for name in runs[0]}
            found.append({"rows": float(count), "suspects": share, **figures})
    return found


def _alarms(count: int, share: float, seed: int) -> dict[str, float]:
    generator = np.random.default_rng([seed, 11])
    factors = Factors.drawn(5, COLUMNS, generator)
    rows = factors.rows(count + FRESH_ROWS, generator)
    options = FitOptions.from_flat(suspects=share, seed=seed)
    scorer = Scorer.load(_fitted(rows[:count], "table", options))
    scores = scorer.anomaly_score(rows[count:])
    return {
        f"false_alarms_{alpha}": float((scores > scorer.decide(alpha).threshold).mean())
        for alpha in ALPHAS
    }


def _fitted(rows: np.ndarray, kind: Kind, options: FitOptions) -> bytes:
    names = [f"c{place}" for place in range(rows.shape[1])]
    return fit(rows, describe(rows, names, kind, named=False), options)


def _flat(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1).astype(np.float32)


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    for way, told in figures["mean"].items():
        print(
            f"{way:12s} ROC AUC {told['roc_auc']:.4f}, average precision "
            f"{told['average_precision']:.4f}, false alarms at 0.01 {told['false_alarms_0.01']:.4f}"
            f" (caught {told['caught_0.01']:.3f}), fit {told['fit_cpu_seconds']:.0f} s"
        )
    print("points of ROC AUC lost:", figures["points_lost"])
    print(store("contaminated_digits", figures))


if __name__ == "__main__":
    main()
