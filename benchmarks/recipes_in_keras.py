"""The recipes of heartbeats in Keras itself: what their articles' own code reaches on these rows.

The same rows, splits and thresholds as `benchmarks.recipes`, one seed for each split (for
`ecg-guide` five seeds), trained and scored by Keras. It says whether a published figure that the
recipe does not reach is out of reach of the article's own protocol, too. `best_threshold` is the
one that the labels of the test rows would have chosen (best F1, abnormal positive).

    ISTHMUS_BENCH_VENVS=FOLDER python -m benchmarks.recipes_in_keras
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import REPOSITORY, script
from benchmarks.recipes import SEEDS, SPLITS, spread
from benchmarks.results import store
from benchmarks.timing import ONE_THREAD
from isthmus.evaluation import best_f1_threshold, evaluate
from isthmus.recipes import Recipe, load
from isthmus.recipes.material import Material, material
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.thresholds import decide

RECIPES = ("ecg-guide", "ecg-batchnorm", "ecg-lab")


def measure() -> dict[str, Any]:
    """Figures of every recipe: each run's, and their spread."""
    return {name: _figures(load(name)) for name in RECIPES}


def _figures(recipe: Recipe) -> dict[str, Any]:
    splits = list(SPLITS.get(recipe.name, [recipe.data.split_seed] * SEEDS))
    rows = []
    with tempfile.TemporaryDirectory() as made:
        for seed, split in enumerate(splits):
            data = recipe.data.model_copy(update={"split_seed": split})
            rows.append(material(data))
            _hand_over(recipe, rows[-1], seed, Path(made) / f"{seed:02d}.npz")
        command = script("keras", "keras_recipe", made)
        environment = {**os.environ, **ONE_THREAD}
        subprocess.run(list(map(str, command)), cwd=REPOSITORY, env=environment, check=True)
        runs = [
            _one(recipe, one, np.load(Path(made) / f"{seed:02d}.errors.npz"))
            for seed, one in enumerate(rows)
        ]
    return {"spread": spread(runs), "splits": splits, "runs": runs}


def _hand_over(recipe: Recipe, rows: Material, seed: int, path: Path) -> None:
    """Write what Keras trains on, scaled as the article did."""
    seen = rows.rows[rows.of(recipe.protocol.scaling_rows)].astype(np.float64)
    axis = 0 if recipe.options["scaling_scope"] == "column" else None
    low, high = seen.min(axis=axis), seen.max(axis=axis)
    parts = {"training": "normal training", "watched": recipe.protocol.watched, "test": "test"}
    scaled = {
        name: ((rows.rows[rows.of(part)] - low) / (high - low)).astype(np.float32)
        for name, part in parts.items()
    }
    np.savez(path, options=json.dumps({**recipe.options, "seed": seed}), **scaled)


def _one(recipe: Recipe, rows: Material, errors: Any) -> dict[str, float]:
    abnormal = ~rows.is_normal[rows.of("test")]
    test = errors["test"]
    of_part = {"normal training": errors["training"], "normal test": test[~abnormal], "test": test}
    in_view = np.sort(of_part[recipe.protocol.threshold_rows].astype(np.float32))
    threshold = decide(recipe.protocol.threshold, Calibrator(in_view, "split")).threshold
    found = evaluate(test, test > threshold, abnormal, alpha=None)
    best = best_f1_threshold(test, abnormal).threshold
    figures = {
        "threshold": threshold,
        "accuracy": found.accuracy,
        "precision": found.normal_positive.precision,
        "recall": found.normal_positive.recall,
        "f1": found.normal_positive.f1,
        "roc_auc": found.roc_auc,
        "best_threshold": best,
        "best_accuracy": float(((test > best) == abnormal).mean()),
        "epochs": errors["epochs"],
    }
    return {name: float(value or 0.0) for name, value in figures.items()}


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    for name, one in figures.items():
        for figure in ("accuracy", "precision", "recall", "f1", "roc_auc", "best_accuracy"):
            values = " ".join(f"{key} {x:.4f}" for key, x in one["spread"][figure].items())
            print(f"{name:14s} {figure:14s} {values}")
    print(store("recipes_in_keras", figures))


if __name__ == "__main__":
    main()
