"""Do false alarms come as often as was promised when cells of normal rows are missing?

10 % and 30 % of the cells of fresh normal rows are masked, each cell by itself. The default
detector has trained on rows with the same share of holes, or on rows without any; by design a hole
that never was in training is strange, and the second is shown to say how strange. Realised rates
at alpha 0.01 and 0.05, over all rows and by how many cells of the row are missing.

The rows are those of 20 columns made of 5 Gaussian factors (see `broken_correlation`), and the
normal rows of every ADBench set (Han et al., 2022) with 10 to 40 columns and 1500 to 50 000 normal
rows. Half of a set's rows train (at most 2000), up to 5000 of the others are fresh; seeds 0 to 2.

    ISTHMUS_BENCH_DATA=../shared/data/adbench python -m benchmarks.missing_cells

No option was chosen on these figures. Abnormal rows are not looked at.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.factors import Factors
from benchmarks.false_alarms import DEFAULT_FOLDER
from benchmarks.finding import detector
from benchmarks.results import store
from isthmus.scoring.scorer import Scorer

ALPHAS = (0.01, 0.05)
HOLES = (0.1, 0.3)
SEEDS = (0, 1, 2)
MOST_TRAINING, MOST_FRESH = 2000, 5000
WIDTHS, COUNTS = (10, 40), (1500, 50_000)
FACTORS, COLUMNS = 5, 20
ENOUGH = 1000
"""Rows with one number of missing cells from which on their rate is compared with others."""

Counts = dict[int, np.ndarray]
"""By the number of missing cells: rows, and alarms at each alpha; shape (1 + alphas,)."""
Normals = Callable[[np.random.Generator], np.ndarray]


def measure() -> dict[str, Any]:
    """Realised rates of every set, and their means over the sets."""
    folder = Path(os.environ.get("ISTHMUS_BENCH_DATA", DEFAULT_FOLDER))
    sets = {}
    for name, normals in _sets(folder):
        sets[name] = _set(normals)
        print(_line(name, sets[name]), flush=True)
    if len(sets) == 1:
        raise SystemExit(f"{folder}: no such sets; name their folder in ISTHMUS_BENCH_DATA")
    return {"seeds": SEEDS, "alphas": ALPHAS, "sets": sets, "summary": _summary(sets)}


def _sets(folder: Path) -> Iterator[tuple[str, Normals]]:
    yield "factors", _from_factors
    for path in sorted(folder.glob("*.npz")):
        with np.load(path, allow_pickle=False) as held:
            normal = held["X"][held["y"] == 0].astype(np.float64)
        if _within(normal.shape[1], WIDTHS) and _within(len(normal), COUNTS):
            yield path.stem, partial(_shuffled, normal)


def _from_factors(generator: np.random.Generator) -> np.ndarray:
    return Factors.drawn(FACTORS, COLUMNS, generator).rows(MOST_TRAINING + MOST_FRESH, generator)


def _shuffled(normal: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    return normal[generator.permutation(len(normal))]


def _within(number: int, bounds: tuple[int, int]) -> bool:
    return bounds[0] <= number <= bounds[1]


def _set(normals: Normals) -> dict[str, Any]:
    """Rates of one set over all seeds: by holes in fresh rows, and by what trained."""
    counted: dict[tuple[str, str], Counts] = {}
    for seed in SEEDS:
        generator = np.random.default_rng(seed)
        rows = normals(generator)
        count = min(len(rows) // 2, MOST_TRAINING)
        training, fresh = rows[:count], rows[count : count + MOST_FRESH]
        whole = detector(training, seed)
        _count(counted, ("0", "whole"), whole, fresh)
        for share in HOLES:
            masked = _masked(fresh, share, generator)
            same = detector(_masked(training, share, generator), seed)
            _count(counted, (str(share), "same"), same, masked)
            _count(counted, (str(share), "whole"), whole, masked)
    rates: dict[str, Any] = {}
    for (holes, trained), counts in counted.items():
        rates.setdefault(holes, {})[trained] = _rates(counts)
    calibrator = whole.calibrator
    return {
        "columns": rows.shape[1],
        "training_rows": count,
        "fresh_rows": len(fresh),
        "scheme": calibrator.scheme,
        "calibration_rows": calibrator.rows,
        "holes": rates,
    }


def _masked(rows: np.ndarray, share: float, generator: np.random.Generator) -> np.ndarray:
    """Rows with holes; one without any cell left is no row and goes."""
    masked = np.where(generator.random(rows.shape) < share, np.nan, rows)
    there: np.ndarray = masked[~np.isnan(masked).all(axis=1)]
    return there


def _count(
    counted: dict[tuple[str, str], Counts], key: tuple[str, str], scorer: Scorer, rows: np.ndarray
) -> None:
    """Add the alarms among rows (N, D) to what was counted before."""
    p_values = scorer.calibrator.p_values(scorer.anomaly_score(rows))
    missing = np.isnan(rows).sum(axis=1)
    counts = counted.setdefault(key, {})
    for number in np.unique(missing).tolist():
        own = p_values[missing == number]
        row = np.array([len(own), *((own <= alpha).sum() for alpha in ALPHAS)])
        counts[number] = counts.get(number, np.zeros_like(row)) + row


def _rates(counts: Counts) -> dict[str, Any]:
    total = np.sum(list(counts.values()), axis=0)
    return {
        **_rate(total),
        "by_missing_cells": {str(number): _rate(counts[number]) for number in sorted(counts)},
    }


def _rate(row: np.ndarray) -> dict[str, Any]:
    shares = (float(alarms / row[0]) for alarms in row[1:])
    return {"rows": int(row[0]), **dict(zip(map(str, ALPHAS), shares, strict=True))}


def _summary(sets: dict[str, Any]) -> dict[str, Any]:
    """By holes, what trained and alpha: rates over alpha, mean and largest of the sets."""
    return {
        holes: {
            trained: {
                str(alpha): _over(
                    alpha, {n: one["holes"][holes][trained] for n, one in sets.items()}
                )
                for alpha in ALPHAS
            }
            for trained in by_training
        }
        for holes, by_training in sets["factors"]["holes"].items()
    }


def _over(alpha: float, rates: dict[str, Any]) -> dict[str, Any]:
    """Realised rates over alpha: the mean of the sets, the largest set, the largest number."""
    ratios = {name: rate[str(alpha)] / alpha for name, rate in rates.items()}
    by_number = {
        f"{name}, {number} missing": row[str(alpha)] / alpha
        for name, rate in rates.items()
        for number, row in rate["by_missing_cells"].items()
        if row["rows"] >= ENOUGH
    }
    worst, crowd = max(ratios, key=lambda n: ratios[n]), max(by_number, key=lambda n: by_number[n])
    return {
        "mean": float(np.mean(list(ratios.values()))),
        "largest": ratios[worst],
        "largest_set": worst,
        "largest_by_number": by_number[crowd],
        "largest_number": crowd,
    }


def _line(name: str, one: dict[str, Any]) -> str:
    parts = [f"{name:16s} {one['columns']:3d} columns"]
    for holes, by_training in one["holes"].items():
        for trained, rate in by_training.items():
            rates = " ".join(f"{rate[str(alpha)]:.3f}" for alpha in ALPHAS)
            parts.append(f"{float(holes):.0%} {trained}: {rates}")
    return "   ".join(parts)


def _by_number(one: dict[str, Any]) -> Iterator[str]:
    for holes in map(str, HOLES):
        for number, row in one["holes"][holes]["same"]["by_missing_cells"].items():
            rates = " ".join(f"{row[str(alpha)]:.3f}" for alpha in ALPHAS)
            head = f"  {float(holes):.0%} holes, {number:>2s} missing"
            yield f"{head}: {row['rows']:5d} rows, {rates}"


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    print("Rows of 5 factors, trained with the same holes; rates at alpha", *ALPHAS)
    print("\n".join(_by_number(figures["sets"]["factors"])))
    for holes, by_training in figures["summary"].items():
        for trained, by_alpha in by_training.items():
            for alpha, one in by_alpha.items():
                print(
                    f"{float(holes):.0%} holes, trained {trained}, alpha {alpha}: {one['mean']:.2f}"
                    f" of alpha, largest {one['largest']:.2f} ({one['largest_set']}), by number "
                    f"{one['largest_by_number']:.2f} ({one['largest_number']})"
                )
    print(store("missing_cells", figures))


if __name__ == "__main__":
    main()
