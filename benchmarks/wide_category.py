"""Five numbers beside a category of 1000 levels: is an anomaly in a number still found and named?

Five columns are made of 2 Gaussian factors with loadings from N(0, 1) and noise of 0.3; the
category has nothing to do with them. Its 1000 levels are drawn with shares like 1/rank (Zipf), by
which about half of them occur twice among 5000 training rows, and like 1/sqrt(rank), by which
nearly all do; a level that training had less than twice counts as unseen. In each of 5000 fresh
rows one random number gets its value of another random row (broken), or moves up or down by 6 of
its standard deviations (shifted). At alpha 0.01: the share of these that are alarms, and the share
of the alarms whose explanation puts the right column first; of the default detector without the
category, and with it for both of its losses. Means of 3 seeds, 201 to 203.

Calibration rows set a threshold that allows now more, now fewer false alarms than 1 %. So that
detectors can be compared without this luck, the share found is also given for the threshold that
1 % of the fresh rows themselves exceed; and of the false alarms there, the share whose level is
unseen.

    python -m benchmarks.wide_category

No option was chosen on these figures.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from benchmarks.factors import Factors, broken, shifted
from benchmarks.finding import alarm_rate, found, means
from benchmarks.results import store
from isthmus.options import FitOptions, ReadOptions, RowOptions
from isthmus.read import open_source, read_rows
from isthmus.scoring.scorer import Scorer
from isthmus.training.learn import learn

SEEDS = (201, 202, 203)
FACTORS, NUMBERS, LEVELS = 2, 5, 1000
TRAINING_ROWS, TEST_ROWS = 5000, 5000
DEVIATIONS = 6.0
ALPHA = 0.01
POWERS = {"1/rank": 1.0, "1/sqrt(rank)": 0.5}
LOSSES = ("squared", "softmax")
KINDS = ("broken", "shifted")
COLUMNS = RowOptions(kind="table")

Part = tuple[np.ndarray, np.ndarray | None]
"""Numbers (N, 5) and the places of levels (N,), or no category."""


def measure() -> dict[str, Any]:
    """Figures of every detector: each seed's, their mean, and what is left of those without."""
    without = [_one(seed) for seed in SEEDS]
    figures: dict[str, Any] = {"without": _figures("without", without, without)}
    for shares in POWERS:
        for loss in LOSSES:
            runs = [_one(seed, shares, loss) for seed in SEEDS]
            figures[f"{shares}, {loss}"] = _figures(f"{shares}, {loss}", runs, without)
    return {
        "alpha": ALPHA,
        "seeds": SEEDS,
        "training_rows": TRAINING_ROWS,
        "test_rows": TEST_ROWS,
        "detectors": figures,
    }


def _figures(
    name: str, runs: list[dict[str, float]], without: list[dict[str, float]]
) -> dict[str, Any]:
    mean, base = means(runs), means(without)
    for kind in KINDS:
        for how in ("found", "found at 1 %"):
            mean[f"{kind}, of {how} without"] = mean[f"{kind}, {how}"] / base[f"{kind}, {how}"]
    print(f"{name:24s}", "  ".join(f"{key} {value:.3f}" for key, value in mean.items()), flush=True)
    return {"mean": mean, "by_seed": runs}


def _one(seed: int, shares: str | None = None, loss: str = "squared") -> dict[str, float]:
    """One detector; the numbers of a seed are the same whatever the category."""
    generator = np.random.default_rng(seed)
    made_by = Factors.drawn(FACTORS, NUMBERS, generator)
    training, fresh = (made_by.rows(count, generator) for count in (TRAINING_ROWS, TEST_ROWS))
    made = {
        "broken": broken(fresh, generator),
        "shifted": shifted(fresh, DEVIATIONS, training.std(axis=0), generator),
    }
    levels = _levels(shares, generator)
    own, beside = (None, None) if levels is None else np.split(levels, [TRAINING_ROWS])
    rows = read_rows(open_source(_table((training, own)), ReadOptions()), COLUMNS)
    options = FitOptions.from_flat(seed=seed, category_loss=loss)
    scorer = Scorer.load(learn(rows, COLUMNS, options).model)
    usual = scorer.score(_table((fresh, beside))).anomaly_score
    limit = float(np.quantile(usual, 1 - ALPHA))
    figures = {"false_alarms": alarm_rate(scorer, _table((fresh, beside)), ALPHA)}
    for kind, wrong in made.items():
        table = _table((wrong.rows, beside))
        by_alpha = found(scorer, table, wrong.columns, ALPHA)
        figures |= {f"{kind}, {name}": figure for name, figure in by_alpha.items()}
        strange = scorer.score(table).anomaly_score > limit
        figures[f"{kind}, found at 1 %"] = float(strange.mean())
    if own is not None and beside is not None:
        figures |= _known(own, beside, usual > limit)
    return figures


def _levels(shares: str | None, generator: np.random.Generator) -> np.ndarray | None:
    """Places of levels for the training rows and the fresh ones."""
    if shares is None:
        return None
    weights = np.arange(1, LEVELS + 1) ** -POWERS[shares]
    return generator.choice(LEVELS, TRAINING_ROWS + TEST_ROWS, p=weights / weights.sum())


def _known(training: np.ndarray, fresh: np.ndarray, alarms: np.ndarray) -> dict[str, float]:
    """How many levels there are and are known, and the share of unseen ones in fresh rows (N,)."""
    levels, counts = np.unique(training, return_counts=True)
    unseen = ~np.isin(fresh, levels[counts > 1])
    return {
        "levels": float(len(levels)),
        "levels known": float((counts > 1).sum()),
        "unseen of fresh rows": float(unseen.mean()),
        "unseen of alarms at 1 %": float(unseen[alarms].mean()),
    }


def _table(part: Part) -> pa.Table:
    numbers, levels = part
    columns = {f"number {place}": numbers[:, place] for place in range(NUMBERS)}
    if levels is not None:
        columns["category"] = pa.array([f"level {place}" for place in levels.tolist()])
    return pa.table(columns)


def main() -> None:
    """Measure, print, store."""
    print(store("wide_category", measure()))


if __name__ == "__main__":
    main()
