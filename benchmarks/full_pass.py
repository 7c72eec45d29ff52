"""Learning from all rows of a file: beside a sample, and shared by workers of Ray.

The rows of `benchmarks.large_files`; of every thousand one is of a rare kind of normal row, made of
factors of its own. Whole processes of `isthmus fit` with the default options, from a sample and
from all rows; then how many fresh rows of each kind alarm at alpha 0.01, and how well rows in which
one cell was exchanged are ranked. Then fits of a smaller file by this process, one worker and two.

    python -m benchmarks.full_pass                        # 10 000 000 rows; needs 4 GB of disk
    ISTHMUS_BENCH_ROWS=1000000 python -m benchmarks.full_pass
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.large_files import COLUMNS, JUDGED, rows_of, write
from benchmarks.peers import REPOSITORY
from benchmarks.results import store
from benchmarks.timing import whole_process
from isthmus.scoring.scorer import Scorer

ROWS, SHARED = 10_000_000, 1_000_000
RARE = 1000
"""Of so many rows one is of the rare kind."""
FACTORS, SHIFT = 3, 4.0
ALPHA = 0.01
WORKERS: dict[str, tuple[str, ...]] = {
    "this process": (),
    "one worker": ("--engine", "ray", "--workers", "1"),
    "two workers": ("--engine", "ray", "--workers", "2"),
}


def rare_rows(rows: int, generator: np.random.Generator) -> np.ndarray:
    """Normal rows of a kind of their own."""
    own = np.random.default_rng(7)
    mixing, shift = own.normal(size=(FACTORS, COLUMNS)), SHIFT * own.normal(size=COLUMNS)
    factors = generator.normal(size=(rows, FACTORS))
    return factors @ mixing + shift + 0.3 * generator.normal(size=(rows, COLUMNS))


def mostly_usual(rows: int, generator: np.random.Generator) -> np.ndarray:
    """Rows of which few are of the rare kind."""
    values = rows_of(rows, generator)
    rare = generator.random(rows) < 1 / RARE
    values[rare] = rare_rows(int(rare.sum()), generator)
    return values


def measure() -> dict[str, Any]:
    """Seconds, memory and quality."""
    rows = int(os.environ.get("ISTHMUS_BENCH_ROWS", ROWS))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in {rows, min(rows, SHARED)}:
            write(folder / f"{count}.parquet", count, mostly_usual)
        passes = {
            learnt: _fitted(folder, rows, "--learn-from", learnt) for learnt in ("sample", "all")
        }
        few = min(rows, SHARED)
        shared = {
            who: _fitted(folder, few, "--learn-from", "all", *words, keep=folder / f"{who}.onnx")
            for who, words in WORKERS.items()
        }
        return {
            "rows": rows,
            "columns": COLUMNS,
            "passes": passes,
            "shared_rows": few,
            "shared": shared,
            "the very same file by one worker": _same(folder, "this process", "one worker"),
            "apart": _apart(folder),
        }


def _fitted(folder: Path, rows: int, *words: str, keep: Path | None = None) -> dict[str, Any]:
    model = keep or folder / "detector.onnx"
    data = str(folder / f"{rows}.parquet")
    command = [sys.executable, "-m", "isthmus", "fit", data, *words, "-o", str(model)]
    spent = whole_process([*command, "--force", "--quiet"], folder=REPOSITORY)
    scorer = Scorer.load(model)
    scores = _judged(scorer)
    training = scorer.manifest.training
    found = {
        "wall_seconds": spent.wall,
        "cpu_seconds": spent.cpu,
        "peak_mb": spent.peak_mb,
        "training_rows": scorer.manifest.data.training_rows,
        "updates": training.steps,
        "validation_loss": float(np.mean(training.epochs[-1].validation_loss or ())),
        **scores,
    }
    print(rows, *words, {name: round(value, 4) for name, value in found.items()}, flush=True)
    return found


def _judged(scorer: Scorer) -> dict[str, float]:
    """How fresh rows are judged."""
    generator = np.random.default_rng(2)
    normal, broken = rows_of(JUDGED, generator), rows_of(JUDGED, generator)
    cells = np.arange(JUDGED), generator.integers(COLUMNS, size=JUDGED)
    broken[cells] = broken[generator.permutation(JUDGED), cells[1]]
    parts = (normal, broken, rare_rows(JUDGED, generator))
    usual, odd, rare = (scorer.anomaly_score(rows) for rows in parts)
    alarms = [float(np.mean(scorer.calibrator.p_values(s) <= ALPHA)) for s in (usual, rare)]
    truth = np.arange(2 * JUDGED) >= JUDGED
    return {
        "roc_auc": float(roc_auc_score(truth, np.concatenate([usual, odd]))),
        "false_alarms": alarms[0],
        "false_alarms_of_rare_rows": alarms[1],
    }


def _same(folder: Path, one: str, other: str) -> bool:
    return (folder / f"{one}.onnx").read_bytes() == (folder / f"{other}.onnx").read_bytes()


def _apart(folder: Path) -> dict[str, float]:
    """How far the detectors of one process and of two workers are apart on fresh rows."""
    rows = rows_of(JUDGED, np.random.default_rng(3))
    one, other = (
        Scorer.load(folder / f"{who}.onnx").anomaly_score(rows).astype(np.float64)
        for who in ("this process", "two workers")
    )
    return {
        "correlation of scores": float(np.corrcoef(one, other)[0, 1]),
        "median difference over deviation": float(np.median(np.abs(one - other)) / one.std()),
    }


def main() -> None:
    """Measure and store."""
    print(store("full_pass", measure()))


if __name__ == "__main__":
    main()
