"""Rows a second: isthmus, a bare ONNX Runtime session on the same graph, and PyOD.

140 columns, network 32-16-8-16-32, float32 rows in memory, one thread, loop, warm. All take turns,
in an order that changes from round to round, and ratios are taken within a round, by the clock and
by CPU seconds. The bare session is given its best chunk size (by CPU seconds); PyOD runs in an
environment of its own, once as it comes and once with isthmus's very network and large batches,
its best. Beside them a detector of five such networks, and the latency of a single row.

    python -m benchmarks.scoring_speed
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import beats
from benchmarks.bare_session import Bare, bare_session, in_batches
from benchmarks.peers import Peer, script
from benchmarks.results import store
from benchmarks.timing import Spent, in_turns, rates, spread, timed, times_faster
from isthmus.scoring.scorer import Scorer

ROWS, PYOD_ROWS = 1 << 16, 1 << 14
ROUNDS = 21
CHUNKS = (1024, 2048, 4096, ROWS)
NETWORKS = (1, beats.DEFAULT_MEMBERS)
PYOD = ("as it comes", "same net, batches of 256", "same net, batches of 1024")
SINGLE_ROWS, PYOD_SINGLE_ROWS = 2000, 200


def measure() -> dict[str, Any]:
    """Rates of all, how many times faster isthmus is, and latencies of one row."""
    rows = beats.many_beats(ROWS)
    scorers = {count: Scorer.load(beats.model(count)) for count in NETWORKS}
    bare = {count: bare_session(beats.model(count)) for count in NETWORKS}
    works: dict[str, Callable[[], Spent]] = {}
    for count in NETWORKS:
        _refuse_other_scores(scorers[count], bare[count], rows)
        works |= _works(f"{count} net", scorers[count], bare[count], rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.npy"
        np.save(path, rows[:PYOD_ROWS])
        with Peer(script("pyod", "pyod_detector", "score", path)) as pyod:
            works |= {f"pyod {work}": partial(pyod.spent, work) for work in PYOD}
            spent = in_turns(works, ROUNDS)
            pyod_row = [pyod.spent("one row").wall for _ in range(PYOD_SINGLE_ROWS)]
    return {
        "what": "loop, one thread, warm; 140 columns, 32-16-8-16-32, float32 rows in memory",
        "rows": ROWS,
        "rates": {name: rates(once, _rows_of(name)) for name, once in spent.items()},
        **{f"{count} net": _ratios(f"{count} net", spent) for count in NETWORKS},
        "one_row_microseconds": {
            "anomaly_score": _latency(scorers[1].anomaly_score, rows),
            "score": _latency(scorers[1].score, rows),
            "bare": _latency(bare[1], rows),
            "pyod": _microseconds(pyod_row),
        },
        "pyod": pyod.about,
    }


def _works(name: str, scorer: Scorer, bare: Bare, rows: np.ndarray) -> dict[str, Any]:
    return {
        f"{name} anomaly_score": partial(timed, partial(scorer.anomaly_score, rows)),
        f"{name} score": partial(timed, partial(scorer.score, rows)),
        **{
            f"{name} bare {size}": partial(timed, partial(in_batches, bare, rows, size))
            for size in CHUNKS
        },
    }


def _ratios(name: str, spent: dict[str, list[Spent]]) -> dict[str, Any]:
    """Of `anomaly_score` and the whole `score`: the share of bare, and how many times PyOD."""
    speed = {
        work: rates(once, _rows_of(work))["rows_per_cpu_second"] for work, once in spent.items()
    }
    bare = max((f"{name} bare {size}" for size in CHUNKS), key=lambda work: speed[work]["median"])
    found: dict[str, Any] = {"best_bare": bare}
    for work in ("anomaly_score", "score"):
        ours = spent[f"{name} {work}"]
        found[f"{work}, share of best bare"] = times_faster(ours, spent[bare])
        for peer in PYOD:
            scaled = [
                Spent(w * ROWS / PYOD_ROWS, c * ROWS / PYOD_ROWS)
                for w, c, _ in spent[f"pyod {peer}"]
            ]
            found[f"{work}, times pyod {peer}"] = times_faster(ours, scaled)
    return found


def _rows_of(work: str) -> int:
    return PYOD_ROWS if work.startswith("pyod") else ROWS


def _refuse_other_scores(scorer: Scorer, bare: Bare, rows: np.ndarray) -> None:
    """Only what computes the same may be compared."""
    if not np.array_equal(scorer.anomaly_score(rows), bare(rows)):
        raise RuntimeError("the bare session gives other scores")


def _latency(work: Callable[[np.ndarray], object], rows: np.ndarray) -> dict[str, float]:
    single = [rows[place : place + 1] for place in range(SINGLE_ROWS)]
    return _microseconds([timed(partial(work, row)).wall for row in single])


def _microseconds(walls: list[float]) -> dict[str, float]:
    found = spread([1e6 * wall for wall in walls])
    return {**found, "percentile_99": float(np.percentile(walls, 99)) * 1e6}


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    for name, one in figures["rates"].items():
        by_clock = one["rows_per_second"]["median"]
        print(
            f"{name:32s} {_shown(one['rows_per_cpu_second'], ',.0f')} rows a CPU second, "
            f"by clock {by_clock:,.0f}"
        )
    for count in NETWORKS:
        for name, one in figures[f"{count} net"].items():
            if isinstance(one, dict):
                by_clock = one["wall"]["median"]
                print(
                    f"{count} net {name:52s} {_shown(one['cpu'], '.2f')}, by clock {by_clock:.2f}"
                )
    for name, one in figures["one_row_microseconds"].items():
        print(
            f"one row {name:14s} median {one['median']:.1f} us, p99 {one['percentile_99']:.1f} us"
        )
    print(store("scoring_speed", figures))


def _shown(one: dict[str, float], form: str) -> str:
    low, high = format(one["quartile_1"], form), format(one["quartile_3"], form)
    return f"{format(one['median'], form):>10s}   quartiles {low} to {high}"


if __name__ == "__main__":
    main()
