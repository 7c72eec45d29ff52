"""Files larger than one would load: seconds and memory of fitting and scoring, beside Arrow alone.

Rows of 30 columns made of 8 factors and noise, float64. Scoring: Parquet to Parquet and CSV to CSV
with a detector of the `fast` preset, whole processes that take turns with one that only reads the
same file and writes as many rows of the same columns (`peer_scripts/arrow_files.py`), all with the
machine's threads. Fitting: whole processes with the default options, and how well the detector
ranks rows in which one cell was exchanged, beside the detector of the first 1 000 000 rows.

    python -m benchmarks.large_files                       # 10 000 000 rows; needs 4 GB of disk
    ISTHMUS_BENCH_ROWS=1000000 python -m benchmarks.large_files
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq
from sklearn.metrics import roc_auc_score

from benchmarks.peers import REPOSITORY
from benchmarks.results import store
from benchmarks.timing import Spent, in_turns, seconds, spread, times_faster, whole_process
from isthmus.scoring.scorer import Scorer

COLUMNS, FACTORS, GROUP = 30, 8, 200_000
SIZES = (100_000, 1_000_000, 10_000_000)
CSV_ROWS = 1_000_000
JUDGED = 20_000
ROUNDS = 3
Made = Callable[[int, np.random.Generator], np.ndarray]
"""So many rows, from a generator."""
ARROW = Path(__file__).parent / "peer_scripts" / "arrow_files.py"


def measure() -> dict[str, Any]:
    """Seconds, memory and quality, by the number of rows."""
    most = int(os.environ.get("ISTHMUS_BENCH_ROWS", SIZES[-1]))
    sizes = [rows for rows in SIZES if rows <= most]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rows in sizes:
            write(folder / f"{rows}.parquet", rows)
        _run("fit", folder / f"{sizes[0]}.parquet", "--preset", "fast", "-o", folder / "fast.onnx")
        return {
            "columns": COLUMNS,
            "parquet": {rows: _scoring(folder, f"{rows}.parquet") for rows in sizes},
            "csv": _of_csv(folder, min(CSV_ROWS, most)),
            "fit": {rows: _fitting(folder, rows) for rows in sizes},
        }


def rows_of(rows: int, generator: np.random.Generator) -> np.ndarray:
    """Normal rows: factors, mixed, and noise."""
    mixing = np.random.default_rng(0).normal(size=(FACTORS, COLUMNS))
    factors = generator.normal(size=(rows, FACTORS))
    return factors @ mixing + 0.3 * generator.normal(size=(rows, COLUMNS))


def write(path: Path, rows: int, made: Made = rows_of) -> None:
    """A Parquet file of so many rows, never all in memory."""
    generator = np.random.default_rng(1)
    names = [f"c{place:02d}" for place in range(COLUMNS)]
    schema = pa.schema([(name, pa.float64()) for name in names])
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, rows, GROUP):
            values = made(min(GROUP, rows - first), generator)
            writer.write_table(pa.table(list(values.T), schema=schema))


def _run(*words: str | Path) -> Spent:
    command = [sys.executable, "-m", "isthmus", *words, "--force", "--quiet"]
    return whole_process(command, folder=REPOSITORY)


def _scoring(folder: Path, name: str) -> dict[str, Any]:
    """isthmus beside Arrow alone, on one file."""
    data, scores, new = folder / name, folder / f"scores-{name}", folder / f"new-{name}"
    works = {
        "isthmus": partial(_run, "score", folder / "fast.onnx", data, "-o", scores),
        "arrow": partial(whole_process, [sys.executable, ARROW, data, scores, new]),
    }
    works["isthmus"]()  # the other one needs its scores
    spent = in_turns(works, ROUNDS)
    found = {
        "seconds": {name: seconds(one) for name, one in spent.items()},
        "share of arrow's rate": times_faster(spent["isthmus"], spent["arrow"]),
        "peak_mb": {name: spread([one.peak_mb for one in spent[name]]) for name in spent},
    }
    print(name, _line(found), flush=True)
    return found


def _line(found: dict[str, Any]) -> str:
    shares = found["share of arrow's rate"]
    parts = [
        f"{name} {found['seconds'][name]['wall_seconds']['median']:.2f} s, "
        f"CPU {found['seconds'][name]['cpu_seconds']['median']:.2f} s, "
        f"{found['peak_mb'][name]['median']:.0f} MB"
        for name in ("isthmus", "arrow")
    ]
    wall, cpu = shares["wall"]["median"], shares["cpu"]["median"]
    return f"{'; '.join(parts)}; share {wall:.2f}, by CPU {cpu:.2f}"


def _of_csv(folder: Path, rows: int) -> dict[str, Any]:
    name = f"{rows}.csv"
    csv.write_csv(pq.read_table(folder / f"{rows}.parquet"), folder / name)
    return {"rows": rows, **_scoring(folder, name)}


def _fitting(folder: Path, rows: int) -> dict[str, Any]:
    """One fit with the default options: what it takes, and how well it ranks."""
    model = folder / "detector.onnx"
    spent = _run("fit", folder / f"{rows}.parquet", "-o", model)
    scorer = Scorer.load(model)
    generator = np.random.default_rng(2)
    normal, broken = rows_of(JUDGED, generator), rows_of(JUDGED, generator)
    cells = np.arange(JUDGED), generator.integers(COLUMNS, size=JUDGED)
    broken[cells] = broken[generator.permutation(JUDGED), cells[1]]
    scores = scorer.anomaly_score(np.concatenate([normal, broken]))
    found = {
        "wall_seconds": spent.wall,
        "cpu_seconds": spent.cpu,
        "peak_mb": spent.peak_mb,
        "rows_learnt_from": scorer.manifest.data.rows,
        "roc_auc": float(roc_auc_score(np.arange(2 * JUDGED) >= JUDGED, scores)),
        "false_alarms": float(np.mean(scorer.calibrator.p_values(scores[:JUDGED]) <= 0.01)),
    }
    print("fit", rows, {name: round(value, 4) for name, value in found.items()}, flush=True)
    return found


def main() -> None:
    """Measure and store."""
    print(store("large_files", measure()))


if __name__ == "__main__":
    main()
