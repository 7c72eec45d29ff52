"""Do false alarms come as often as was promised, on rows that nobody has seen?

For every set and seed the normal rows are shuffled, half of them train (at most 4000), and up to
10 000 of the others are fresh. The realised share of alarms among the fresh rows is divided by the
attainable one, floor(alpha (m + 1)) / (m + 1) for m calibration rows. Sets whose calibration rows
do not support an alpha are left out of it. Beside it stands the share of anomalies that were
caught, by `cross` and by a 20 % `split` on the same rows (at most 1000 train, 3 seeds).

    ISTHMUS_BENCH_DATA=../shared/data/adbench python -m benchmarks.false_alarms

The folder holds ADBench's .npz files (Han et al., 2022) with X and y (1 is an anomaly). No choice
was made by looking at y; the default noise was set by the false-alarm rates of normal rows.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results import store
from isthmus.options import FitOptions
from isthmus.scoring.scorer import Scorer
from isthmus.training.describe import describe
from isthmus.training.fit import fit

ALPHAS = (0.01, 0.05, 0.1)
SEEDS = int(os.environ.get("ISTHMUS_BENCH_SEEDS", "10"))
COMPARED_SEEDS = min(SEEDS, 3)
MOST_TRAINING, MOST_FRESH, MOST_COMPARED = 4000, 10_000, 1000
DEFAULT_FOLDER = Path(__file__).parents[2] / "shared" / "data" / "adbench"


def measure() -> dict[str, Any]:
    """Realised and attainable rates of every set, and what was caught."""
    folder = Path(os.environ.get("ISTHMUS_BENCH_DATA", DEFAULT_FOLDER))
    files = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_size)
    if not files:
        raise SystemExit(f"{folder}: no .npz files; name their folder in ISTHMUS_BENCH_DATA")
    sets = {}
    for path in files:
        sets[path.stem] = _set(path)
        print(_line(path.stem, sets[path.stem]), flush=True)
    return {
        "seeds": SEEDS,
        "compared_seeds": COMPARED_SEEDS,
        "sets": sets,
        "summary": _summary(sets),
    }


def _set(path: Path) -> dict[str, Any]:
    with np.load(path, allow_pickle=False) as held:
        rows, labels = held["X"].astype(np.float64), held["y"]
    normal, abnormal = rows[labels == 0], rows[labels == 1]
    default = [_one(seed, normal, abnormal, MOST_TRAINING, "auto") for seed in range(SEEDS)]
    result = {
        "normal_rows": len(normal),
        "abnormal_rows": len(abnormal),
        "columns": rows.shape[1],
        "scheme": default[0]["scheme"],
        "calibration_rows": default[0]["calibration_rows"],
        "default": _rates(default),
    }
    for scheme in ("cross", "split"):
        runs = [
            _one(seed, normal, abnormal, MOST_COMPARED, scheme) for seed in range(COMPARED_SEEDS)
        ]
        result[scheme] = _rates(runs)
    return result


def _one(
    seed: int, normal: np.ndarray, abnormal: np.ndarray, most: int, scheme: str
) -> dict[str, Any]:
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(normal))
    count = min(len(normal) // 2, most)
    training, fresh = normal[order[:count]], normal[order[count : count + MOST_FRESH]]
    others = abnormal[generator.permutation(len(abnormal))[:MOST_FRESH]]
    names = [f"c{place}" for place in range(normal.shape[1])]
    schema = describe(training, names, "table", named=False)
    model = fit(training, schema, FitOptions.from_flat(seed=seed, scheme=scheme))
    scorer = Scorer.load(model)
    calibrator = scorer.calibrator
    fresh_p = calibrator.p_values(scorer.anomaly_score(fresh))
    other_p = calibrator.p_values(scorer.anomaly_score(others))
    return {
        "scheme": calibrator.scheme,
        "calibration_rows": calibrator.rows,
        "attainable": [calibrator.alarms_allowed(a) / (calibrator.rows + 1) for a in ALPHAS],
        "realised": [float((fresh_p <= a).mean()) for a in ALPHAS],
        "caught": [float((other_p <= a).mean()) for a in ALPHAS],
    }


def _rates(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Means over the seeds for each alpha; None where the rows cannot support it."""
    rates: dict[str, Any] = {}
    for place, alpha in enumerate(ALPHAS):
        mean = {
            name: float(np.mean([run[name][place] for run in runs]))
            for name in ("attainable", "realised", "caught")
        }
        ratio = mean["realised"] / mean["attainable"] if mean["attainable"] else None
        rates[str(alpha)] = {**mean, "ratio": ratio}
    return rates


def _summary(sets: dict[str, Any]) -> dict[str, Any]:
    """Means over the sets that support each alpha, and the largest rate of a large set."""
    summary: dict[str, Any] = {}
    for alpha in map(str, ALPHAS):
        ratios = [s["default"][alpha]["ratio"] for s in sets.values()]
        large = [
            s["default"][alpha]["realised"] / float(alpha)
            for s in sets.values()
            if s["normal_rows"] >= 1000
        ]
        compared = {
            scheme: [s[scheme][alpha] for s in sets.values() if s["split"][alpha]["attainable"]]
            for scheme in ("cross", "split")
        }
        summary[alpha] = {
            "mean_ratio": float(np.mean([ratio for ratio in ratios if ratio is not None])),
            "largest_of_large_sets": float(max(large)),
            "sets": sum(ratio is not None for ratio in ratios),
            "caught_cross": float(np.mean([one["caught"] for one in compared["cross"]])),
            "caught_split": float(np.mean([one["caught"] for one in compared["split"]])),
            "ratio_cross": float(np.mean([one["ratio"] for one in compared["cross"]])),
            "ratio_split": float(np.mean([one["ratio"] for one in compared["split"]])),
        }
    return summary


def _line(name: str, one: dict[str, Any]) -> str:
    parts = [f"{name:18s} {one['scheme']:5s} {one['calibration_rows']:5d}"]
    for alpha in map(str, ALPHAS):
        rate = one["default"][alpha]
        ratio = "    -" if rate["ratio"] is None else f"{rate['ratio']:5.2f}"
        caught = [one[scheme][alpha]["caught"] for scheme in ("cross", "split")]
        parts.append(f"{alpha}: {ratio} caught {caught[0]:.2f} / {caught[1]:.2f}")
    return "   ".join(parts)


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    for alpha, one in figures["summary"].items():
        print(alpha, {name: round(value, 3) for name, value in one.items()})
    print(store("false_alarms", figures))


if __name__ == "__main__":
    main()
