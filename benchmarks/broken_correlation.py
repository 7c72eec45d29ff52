"""Rows whose cells are all usual, but one does not fit the others: found, and named?

20 columns are made of 3, 5 or 10 Gaussian factors with loadings from N(0, 1) and noise of 0.3.
2000 rows train the default detector. In each of 5000 fresh rows one random column gets the value
that it has in another random row. At alpha 0.01: the share of these that are alarms, the share of
the alarms whose explanation puts the right column first, and the share of alarms among the same
rows unbroken. Means of 5 seeds, 101 to 105; loadings and rows are new for each.

Beside it, on the same alarms, the explanation that PyOD gives of any detector: the column with the
largest |z| of the raw input. And what could be known at best: the distance of each cell from what
the others say of it by the true correlations, the largest one as score, its 99th percentile over
100 000 fresh rows as threshold.

    python -m benchmarks.broken_correlation

No option was chosen on these seeds. What to reach was set after a first look at rows of the same
making, with 5 factors and 3 other seeds.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.factors import Broken, Factors, broken
from benchmarks.finding import alarm_rate, detector, found, means, named
from benchmarks.results import store

FACTORS = (5, 3, 10)
SEEDS = (101, 102, 103, 104, 105)
COLUMNS, TRAINING_ROWS, TEST_ROWS = 20, 2000, 5000
BOUND_ROWS = 100_000
ALPHA = 0.01


def measure() -> dict[str, Any]:
    """Figures by the number of factors: each seed's, and their mean."""
    return {
        "alpha": ALPHA,
        "seeds": SEEDS,
        "training_rows": TRAINING_ROWS,
        "test_rows": TEST_ROWS,
        "factors": {str(factors): _figures(factors) for factors in FACTORS},
    }


def _figures(factors: int) -> dict[str, Any]:
    by_seed = [_one(factors, seed) for seed in SEEDS]
    mean = means(by_seed)
    row = "  ".join(f"{name} {value:.3f}" for name, value in mean.items())
    print(f"{factors:2d} factors  {row}", flush=True)
    return {"mean": mean, "by_seed": by_seed}


def _one(factors: int, seed: int) -> dict[str, float]:
    generator = np.random.default_rng(seed)
    made_by = Factors.drawn(factors, COLUMNS, generator)
    training = made_by.rows(TRAINING_ROWS, generator)
    fresh = made_by.rows(TEST_ROWS, generator)
    made = broken(fresh, generator)
    scorer = detector(training, seed)
    alarms = scorer.score(made.rows, alpha=ALPHA).is_anomaly
    apart = np.abs(made.rows - training.mean(axis=0)) / training.std(axis=0)
    return {
        **found(scorer, made.rows, made.columns, ALPHA),
        "named_first_by_pyod": named(apart, made, alarms),
        "false_alarms": alarm_rate(scorer, fresh, ALPHA),
        **_at_best(made_by, made, generator),
    }


def _at_best(made_by: Factors, made: Broken, generator: np.random.Generator) -> dict[str, float]:
    usual = made_by.surprises(made_by.rows(BOUND_ROWS, generator)).max(axis=1)
    surprises = made_by.surprises(made.rows)
    alarms = surprises.max(axis=1) > np.quantile(usual, 1 - ALPHA)
    return {
        "found_at_best": float(alarms.mean()),
        "named_first_at_best": named(surprises, made, alarms),
    }


def main() -> None:
    """Measure, print, store."""
    print(store("broken_correlation", measure()))


if __name__ == "__main__":
    main()
