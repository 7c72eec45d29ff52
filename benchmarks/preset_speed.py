"""How long each preset takes to fit 5000 rows of 30 columns, and how many rows it scores a second.

30 columns are made of 5 Gaussian factors. Each preset is fitted whole, in this process, warm, on at
most two threads, by products of float32 and of bf16 in turns; the median of three fits, of `best`
one. Then float64 rows in memory are scored by the loaded file on one thread and on two. Beside them
the file's own networks alone, without what prepares rows and makes scores of errors: a bare ONNX
Runtime session on float32 rows. And the rate at which NumPy multiplies matrices, which says what
the machine gives at that time.

    python -m benchmarks.preset_speed
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import onnxruntime
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benchmarks.factors import Factors
from benchmarks.results import store
from benchmarks.timing import Spent, in_turns, rates, seconds, spread, timed, times_faster
from isthmus import AutoencoderDetector, model_file
from isthmus.model_file.cut import cut
from isthmus.model_file.graph import Value
from isthmus.scoring.scorer import Scorer

FITS = {"fast": 3, "balanced": 3, "best": 1}
COLUMNS, FACTORS, TRAINING_ROWS = 30, 5, 5000
ROWS = {"fast": 1 << 20, "balanced": 1 << 16, "best": 1 << 15}
ROUNDS = 7
CHUNKS = (256, 512, 1024, 4096)
"""Rows at once of the bare networks; the fastest counts."""
MATRIX = 1024


def measure() -> dict[str, Any]:
    """Of every preset the seconds of a fit, rows a second, and the share of its bare networks."""
    generator = np.random.default_rng(0)
    made_by = Factors.drawn(FACTORS, COLUMNS, generator)
    training = made_by.rows(TRAINING_ROWS, generator)
    rows = made_by.rows(max(ROWS.values()), generator)
    AutoencoderDetector(max_steps=20).fit(training[:500])  # imports and first calls
    found = {}
    for preset, fits in FITS.items():
        found[preset] = _of_preset(preset, training, rows[: ROWS[preset]], fits)
        print(preset, _line(found[preset]), flush=True)
    return {
        "what": f"{TRAINING_ROWS} x {COLUMNS}, float64 rows in memory, warm",
        "matrix_products": {str(threads): products(threads) for threads in (1, 2)},
        "presets": found,
    }


def _of_preset(preset: str, training: np.ndarray, rows: np.ndarray, fits: int) -> dict[str, Any]:
    detector = AutoencoderDetector(preset=preset)
    shorter = AutoencoderDetector(preset=preset, precision="bf16")
    spent, of_shorter = [], []
    for _ in range(fits):
        spent.append(timed(partial(detector.fit, training)))
        of_shorter.append(timed(partial(shorter.fit, training)))
    file = model_file.seal(detector.scorer_.model.graph, detector.scorer_.manifest)
    works: dict[str, Callable[[], Spent]] = {}
    for threads in (1, 2):
        scorer = Scorer.load(file, threads=threads)
        works[f"{threads} threads"] = partial(timed, partial(scorer.anomaly_score, rows))
    bare = _bare_networks(detector.scorer_)
    single = rows.astype(np.float32)
    for size in CHUNKS:
        works[f"bare {size}"] = partial(timed, partial(_in_chunks, bare, single, size))
    turns = in_turns(works, ROUNDS)
    speed = {name: rates(once, len(rows)) for name, once in turns.items()}
    best = max(
        (f"bare {size}" for size in CHUNKS),
        key=lambda name: speed[name]["rows_per_cpu_second"]["median"],
    )
    return {
        "fit": seconds(spent),
        "fit, bf16": seconds(of_shorter),
        "rows": len(rows),
        "rates": speed,
        "best_bare": best,
        "share of bare networks, one thread": times_faster(turns["1 threads"], turns[best]),
    }


def _bare_networks(scorer: Scorer) -> Callable[[np.ndarray], object]:
    """The networks of a file alone, on one thread."""
    columns, members = scorer.manifest.row_schema.width, scorer.manifest.members
    inputs = Value("input", "float32", ("N", columns))
    outputs = Value("outputs", "float32", (members, "N", columns))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        cut(scorer.model.graph, [inputs], [outputs]), options, providers=["CPUExecutionProvider"]
    )
    return lambda rows: session.run(["outputs"], {"input": rows})


def _in_chunks(work: Callable[[np.ndarray], object], rows: np.ndarray, size: int) -> None:
    for first in range(0, len(rows), size):
        work(rows[first : first + size])


def products(threads: int) -> dict[str, float | int]:
    """Thousand millions of multiplications and additions a second, float32."""
    one = np.random.default_rng(0).random((MATRIX, MATRIX), dtype=np.float32)
    found = []
    with threadpool_limits(threads):
        for _ in range(10):
            begun = time.perf_counter()
            one @ one
            found.append(2 * MATRIX**3 / (time.perf_counter() - begun) / 1e9)
    return spread(found)


def _line(one: dict[str, Any]) -> str:
    fit, speed = one["fit"]["wall_seconds"]["median"], one["rates"]
    share = one["share of bare networks, one thread"]["cpu"]["median"]
    by_threads = "  ".join(
        f"{threads} {speed[threads]['rows_per_second']['median']:,.0f} rows/s"
        for threads in ("1 threads", "2 threads")
    )
    return f"fit {fit:.1f} s  {by_threads}  {share:.2f} of its bare networks ({one['best_bare']})"


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    for threads, rate in figures["matrix_products"].items():
        print(f"matrix products on {threads}: {rate['median']:.0f} GFLOP/s")
    print(store("preset_speed", figures))


if __name__ == "__main__":
    main()
