"""The published systems again: their figures over seeds, beside the published ones and isthmus's.

Every recipe runs with five seeds. The article of `ecg-guide` names its split, which is kept. Those
of `ecg-batchnorm` and `ecg-lab` had another copy of the beats (4998), so that theirs cannot be had
again: 20 splits (random_state 21 to 40) with three seeds each. The honest twin and isthmus's
default are fitted once for every split, or seed.

    python -m benchmarks.recipes                       # all; hours for mnist-conv
    ISTHMUS_BENCH_RECIPES=ecg-guide,ecg-lab python -m benchmarks.recipes

Images are read from ISTHMUS_BENCH_TABLES, as by `benchmarks.real_tables`. What is not run keeps the
figures that are stored, and what was stopped goes on (`benchmarks.kept_runs`).
ISTHMUS_BENCH_SEEDS, ISTHMUS_BENCH_ROWS, ISTHMUS_BENCH_EPOCHS and ISTHMUS_BENCH_DEFAULT_EPOCHS run
fewer seeds or less than the published size, which the figures then say.

Nothing was tuned on any of these rows: the recipes are read off the articles, the default is that
of every fit.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.kept_runs import Run, kept_run
from benchmarks.results import DIRECTORY, circumstances, store
from isthmus.recipes import NAMES, Recipe, load
from isthmus.recipes.fitting import reproduce
from isthmus.recipes.flattery import flatters
from isthmus.recipes.material import Material, material
from isthmus.recipes.outcome import Outcome, outcome
from isthmus.recipes.run import Size, run_recipe
from isthmus.training.watching import UNWATCHED

Detectors = Callable[[Recipe, Material, int, Size], list[Outcome]]
SEEDS = 5
SPLITS = {"ecg-batchnorm": range(21, 41), "ecg-lab": range(21, 41)}
SEEDS_OF_A_SPLIT = 3
FOLDERS = {"fashion-mnist": "fashion_mnist", "mnist": "mnist"}
DEFAULT_FOLDER = Path(__file__).parents[2] / "shared" / "data"


def measure() -> dict[str, Any]:
    """Figures of every recipe that is asked for, and those that are stored of the others."""
    asked = os.environ.get("ISTHMUS_BENCH_RECIPES", ",".join(NAMES)).split(",")
    found = {name: figures(load(name)) for name in asked}
    path = DIRECTORY / "recipes.json"
    kept = json.loads(path.read_text(encoding="utf-8"))["figures"] if path.exists() else {}
    return {
        name: found.get(name, kept.get(name)) for name in NAMES if name in found or name in kept
    }


def figures(recipe: Recipe) -> dict[str, Any]:
    """All runs of a recipe, and of each detector the mean, least and most of every figure."""
    size = Size(
        *(_number(f"ISTHMUS_BENCH_{name}") for name in ("ROWS", "EPOCHS", "DEFAULT_EPOCHS"))
    )
    runs: list[dict[str, Any]] = []
    for one in _runs(recipe, size):
        runs.append(one)
        print(recipe.name, one["split"], one["seed"], _line(one["detectors"]), flush=True)
    names = list(dict.fromkeys(name for one in runs for name in one["detectors"]))
    return {
        "published": recipe.published.model_dump(mode="json", exclude_none=True),
        "alpha": recipe.alpha,
        "flattered_by": flatters(recipe),
        "size": size.words or "as published",
        "detectors": {name: spread([one["detectors"].get(name) for one in runs]) for name in names},
        "runs": runs,
        "measured_on": circumstances(),
    }


def _runs(recipe: Recipe, size: Size) -> Iterator[dict[str, Any]]:
    """Every split, and every seed of it; all detectors with the first seed of a split alone."""
    seeds = _number("ISTHMUS_BENCH_SEEDS") or SEEDS
    for place, split in enumerate(SPLITS.get(recipe.name, [recipe.data.split_seed])):
        chosen = recipe.model_copy(
            update={"data": recipe.data.model_copy(update={"split_seed": split})}
        )
        rows = _material(chosen)
        made = partial(_run, chosen, rows, size)
        if recipe.name not in SPLITS:
            for seed in range(seeds):
                yield kept_run(chosen, size, seed, partial(made, _whole, seed))
            continue
        yield kept_run(chosen, size, place, partial(made, _whole, place))
        for more in range(1, SEEDS_OF_A_SPLIT):
            seed = place + 1000 * more
            yield kept_run(chosen, size, seed, partial(made, _again, seed))


def _run(recipe: Recipe, rows: Material, size: Size, detectors: Detectors, seed: int) -> Run:
    found = {one.name: _figures(one) for one in detectors(recipe, rows, seed, size)}
    return {"split": recipe.data.split_seed, "seed": seed, "detectors": found}


def _whole(recipe: Recipe, rows: Material, seed: int, size: Size) -> list[Outcome]:
    return list(run_recipe(recipe, rows, seed=seed, size=size).outcomes.values())


def _again(recipe: Recipe, rows: Material, seed: int, size: Size) -> list[Outcome]:
    options = recipe.fit_options(seed=seed, **size.options_of("reproduced"))
    model, threshold = reproduce(recipe, rows, options, UNWATCHED)
    return [outcome("reproduced", model, rows, threshold)]


def _material(recipe: Recipe) -> Material:
    folder = Path(os.environ.get("ISTHMUS_BENCH_TABLES", DEFAULT_FOLDER))
    known = FOLDERS.get(recipe.data.set)
    return material(recipe.data, None if known is None else str(folder / known))


def _figures(one: Outcome) -> dict[str, float]:
    """The figures of one detector; normal is positive."""
    found, counts, normal = (
        one.evaluation,
        one.evaluation.confusion,
        one.evaluation.normal_positive,
    )
    training = one.scorer.manifest.training
    named = {
        "normal_right": counts.quiet_among_normal,
        "abnormal_right": counts.alarms_among_abnormal,
        "false_alarm_rate": found.false_alarms.rate,
        "accuracy": found.accuracy if found.abnormal else None,
        "precision": normal.precision,
        "recall": normal.recall if found.abnormal else None,
        "f1": normal.f1,
        "roc_auc": found.roc_auc,
        "squared_error": one.images.squared if one.images else None,
        "cross_entropy": one.images.cross_entropy if one.images else None,
        "threshold": one.threshold.threshold,
        "epochs": training.epochs[-1].epoch,
        "code_size": one.scorer.manifest.code_size,
        "networks": one.scorer.manifest.members,
        "parameters": training.parameters,
    }
    return {name: float(value) for name, value in named.items() if value is not None}


def spread(runs: Sequence[dict[str, float] | None]) -> dict[str, Any]:
    """Mean, deviation, least, median and most of every figure of the runs that have it."""
    held = [one for one in runs if one is not None]
    by_figure = {name: np.array([one[name] for one in held]) for name in held[0]}
    return {
        "runs": len(held),
        **{
            name: {
                "mean": float(values.mean()),
                "std": float(values.std()),
                "least": float(values.min()),
                "median": float(np.median(values)),
                "most": float(values.max()),
            }
            for name, values in by_figure.items()
        },
    }


def _line(detectors: dict[str, dict[str, float]]) -> str:
    shown = ("accuracy", "recall", "roc_auc", "squared_error", "epochs")
    return "  ".join(
        f"[{name}] " + " ".join(f"{key} {one[key]:.4f}" for key in shown if key in one)
        for name, one in detectors.items()
    )


def _number(variable: str) -> int | None:
    text = os.environ.get(variable)
    return int(text) if text else None


def main() -> None:
    """Measure, print, store."""
    torch.set_num_threads(1)
    for name, one in (found := measure()).items():
        for detector, spread in one["detectors"].items():
            print(f"{name} {detector}: {spread['runs']} runs")
            for figure in ("accuracy", "precision", "recall", "f1", "roc_auc", "squared_error"):
                if figure in spread:
                    values = " ".join(f"{key} {x:.4f}" for key, x in spread[figure].items())
                    print(f"    {figure:14s} {values}  published {one['published'].get(figure)}")
    print(store("recipes", found))


if __name__ == "__main__":
    main()
