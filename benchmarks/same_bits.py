"""Does a row get the same score, bit for bit, whichever way it is scored?

Heartbeats (signal) and a made-up table of unlike columns with missing cells, each with the default
detector and with 32-16-8. The reference is the estimator that was fitted. Compared with it: the
stored model file through `Scorer.load`, with one and two threads, in batches of many sizes, row by
row, and at every offset within a batch of 37; another process; the command line on the same rows
as CSV, npy, Parquet and JSON lines. As a check of the check: the rows one by one in a bare ONNX
Runtime session, which do differ.

    python -m benchmarks.same_bits
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from benchmarks import beats
from benchmarks.bare_session import bare_session, in_batches
from benchmarks.results import store
from isthmus import AutoencoderDetector, Scorer
from isthmus.datasets import load_ecg5000
from isthmus.scoring.digest import ROW_TYPES

BATCHES = (1, 2, 3, 5, 7, 13, 100, 1000, 4096)
OFFSETS = 37
THREADS = (1, 2)
DETECTORS: dict[str, dict[str, Any]] = {
    "default": {},
    "32-16-8": {**beats.CHOICES, "members": None},
    "32-16-8, one network": beats.CHOICES,
}
IN_ANOTHER_PROCESS = """
import sys, numpy
from isthmus import Scorer
model, rows, scores = sys.argv[1:]
numpy.save(scores, Scorer.load(model).anomaly_score(numpy.load(rows)))
"""

Way = tuple[str, np.ndarray]


def measure() -> dict[str, Any]:
    """Comparisons and differences of every detector and way."""
    data = {"beats": ("signal", *_beats()), "table": ("table", *_table())}
    figures = {
        f"{name}, {detector}": _differences(kind, normal, rows, choices)
        for name, (kind, normal, rows) in data.items()
        for detector, choices in DETECTORS.items()
    }
    return {
        "comparisons": sum(one["comparisons"] for one in figures.values()),
        "differing": sum(one["differing"] for one in figures.values()),
        "detectors": figures,
    }


def _beats() -> tuple[np.ndarray, np.ndarray]:
    return beats.normal_beats(), load_ecg5000().beats


def _table() -> tuple[np.ndarray, np.ndarray]:
    """600 normal rows and 3000 others: 9 columns of unlike units, a Unix time, missing cells."""
    generator = np.random.default_rng(3)
    mix = generator.normal(size=(4, 9))

    def rows(count: int, spread: float) -> np.ndarray:
        made = generator.normal(0, spread, (count, 4)) @ mix
        made = (made + 0.3 * generator.normal(size=made.shape)) * 10.0 ** np.arange(-3, 6)
        made[:, 2] = 1.7e9 + generator.integers(0, 10**6, count)
        made[generator.random(made.shape) < 0.05] = np.nan
        return made[~np.isnan(made).all(axis=1)]

    return rows(600, 1.0), np.concatenate([rows(2900, 1.0), rows(100, 30.0)])


def _differences(
    kind: str, normal: np.ndarray, rows: np.ndarray, choices: dict[str, Any]
) -> dict[str, Any]:
    detector = AutoencoderDetector(kind=kind, random_state=0, **choices).fit(normal)
    reference = detector.anomaly_score(rows).astype(np.float32)
    counted: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model = folder / "detector.onnx"
        detector.save(model)
        for way, scores in _ways(model, rows, folder):
            expected = reference[len(reference) - len(scores) :]
            one = counted.setdefault(way, {"comparisons": 0, "differing": 0})
            one["comparisons"] += len(scores)
            one["differing"] += int((_bits(scores) != _bits(expected)).sum())
    return {
        "rows": len(rows),
        "networks": detector.scorer_.manifest.members,
        "comparisons": sum(one["comparisons"] for one in counted.values()),
        "differing": sum(one["differing"] for one in counted.values()),
        "differing_in_a_bare_session_row_by_row": _bare_differs(detector, rows, reference),
        "ways": counted,
    }


def _bare_differs(detector: AutoencoderDetector, rows: np.ndarray, reference: np.ndarray) -> int:
    """The same comparison where nobody takes care of it: what a way that fails would look like."""
    exact = np.ascontiguousarray(rows, ROW_TYPES[detector.scorer_.schema.kind])
    scores = in_batches(bare_session(detector.model_), exact, 1)
    return int((_bits(scores) != _bits(reference)).sum())


def _bits(scores: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(scores, np.float32).view(np.uint32)


def _ways(model: Path, rows: np.ndarray, folder: Path) -> Iterator[Way]:
    """Scores of all rows, or of all but the first few, by each way."""
    for threads in THREADS:
        scorer = Scorer.load(model, threads=threads)
        yield from _batched(scorer.anomaly_score, rows, f"{threads} threads, ")
    yield "Scorer.score", Scorer.load(model).score(rows).anomaly_score
    yield "another process", _elsewhere(model, rows, folder)
    for way, path in _files(rows, folder):
        for output in ("parquet", "csv", "jsonl"):
            yield f"isthmus score, {way} to {output}", _commanded(model, path, folder, output)


def _batched(
    score: Callable[[np.ndarray], np.ndarray], rows: np.ndarray, way: str
) -> Iterator[Way]:
    for size in (*BATCHES, len(rows)):
        yield f"{way}batches", in_batches(score, rows, size)
    for offset in range(OFFSETS):
        # Each row stands at another place in its batch for every offset.
        yield f"{way}offsets", in_batches(score, rows[offset:], OFFSETS)
    turned = score(np.ascontiguousarray(rows[::-1]))
    yield f"{way}reversed", turned[::-1]


def _elsewhere(model: Path, rows: np.ndarray, folder: Path) -> np.ndarray:
    np.save(folder / "there.npy", rows)
    paths = [model, folder / "there.npy", folder / "scores.npy"]
    subprocess.run([sys.executable, "-c", IN_ANOTHER_PROCESS, *map(str, paths)], check=True)
    scores: np.ndarray = np.load(folder / "scores.npy")
    return scores


def _files(rows: np.ndarray, folder: Path) -> Iterator[tuple[str, Path]]:
    """The same rows in every format; missing cells are empty or null."""
    names = [f"c{place}" for place in range(rows.shape[1])]
    columns = [pa.array(column, from_pandas=True) for column in rows.T]
    table = pa.table(columns, names=names)
    np.save(folder / "rows.npy", rows)
    pa.csv.write_csv(table, folder / "rows.csv")
    pa.parquet.write_table(table, folder / "rows.parquet")
    lines = (json.dumps(row) for row in table.to_pylist())
    (folder / "rows.jsonl").write_text("\n".join(lines), encoding="utf-8")
    for name in ("csv", "npy", "parquet", "jsonl"):
        yield name, folder / f"rows.{name}"


def _commanded(model: Path, path: Path, folder: Path, output: str) -> np.ndarray:
    scored = folder / f"scored.{output}"
    command = [sys.executable, "-m", "isthmus", "score", model, path, "-o", scored, "--force", "-q"]
    subprocess.run(list(map(str, command)), check=True)
    if output == "parquet":
        scores = pa.parquet.read_table(scored)["anomaly_score"].to_numpy()
    elif output == "csv":
        scores = pa.csv.read_csv(scored)["anomaly_score"].to_numpy()
    else:
        lines = scored.read_text(encoding="utf-8").splitlines()
        scores = np.array([json.loads(line)["anomaly_score"] for line in lines])
    return np.asarray(scores, np.float32)


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    print(f"{'':32s} {'comparisons':>12s} {'differing':>10s} {'(bare, row by row)':>20s}")
    for name, one in figures["detectors"].items():
        bare = one["differing_in_a_bare_session_row_by_row"]
        print(f"{name:32s} {one['comparisons']:12,d} {one['differing']:10,d} {bare:20,d}")
        for way, counted in one["ways"].items():
            if counted["differing"]:
                print(f"    {way}: {counted['differing']} of {counted['comparisons']}")
    print(f"{'all':32s} {figures['comparisons']:12,d} {figures['differing']:10,d}")
    print(store("same_bits", figures))


if __name__ == "__main__":
    main()
