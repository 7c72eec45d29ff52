"""Folders scored by workers of Ray: rows after workers were killed, and one worker against two.

Rows of 30 float64 columns in Parquet files of 100 000, a detector of the `fast` preset.

*Killed*: of 5 000 000 rows on two workers, one of which is killed after every tenth part; rows are
numbered by an id and counted, and every file is held against what one process wrote without an
engine. *Scaling*: the same folder by one worker and by two, from the first part that is done to
the last, so that starting is left out; CPU seconds are of the workers.

    python -m benchmarks.engines
    ISTHMUS_BENCH_ROWS=500000 python -m benchmarks.engines
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as pads
import pyarrow.parquet as pq

from benchmarks.large_files import COLUMNS, rows_of
from benchmarks.results import store
from benchmarks.timing import spread
from isthmus.detector import AutoencoderDetector
from isthmus.distributed import score_dataset
from isthmus.distributed.record import Record
from isthmus.options import RowOptions

ROWS, OF_PART = 5_000_000, 100_000
ROUNDS = 3
KILLED_EVERY = 10
WHO = RowOptions(id=("who",))
Told = Callable[[Record, bool], None]


def measure() -> dict[str, Any]:
    """Rows that are lost, twice there or scored otherwise; seconds by workers."""
    rows = int(os.environ.get("ISTHMUS_BENCH_ROWS", ROWS))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        detector = AutoencoderDetector(preset="fast")
        detector.fit(rows_of(20_000, np.random.default_rng(0)))
        model = folder / "fast.onnx"
        detector.save(model)
        _write(folder / "data", rows)
        began = time.perf_counter()
        score_dataset(model, folder / "data", folder / "here", columns=WHO)
        here = time.perf_counter() - began
        return {
            "rows": rows,
            "columns": COLUMNS,
            "processors": os.cpu_count(),
            "without an engine": {"wall_seconds": here, "rows_per_second": rows / here},
            "killed": _killed(model, folder, rows),
            "scaling": _scaling(model, folder, rows),
        }


def _write(folder: Path, rows: int) -> None:
    folder.mkdir()
    generator = np.random.default_rng(1)
    for first in range(0, rows, OF_PART):
        values = rows_of(min(OF_PART, rows - first), generator)
        columns = {f"c{place}": values[:, place] for place in range(COLUMNS)}
        who = pa.array(np.arange(first, first + len(values)))
        pq.write_table(pa.table({"who": who, **columns}), folder / f"{first:010}.parquet")


def _killed(model: Path, folder: Path, rows: int) -> dict[str, Any]:
    """Workers are killed while they work; what is there afterwards."""
    killed: list[int] = []
    done: list[str] = []

    def kill(record: Record, before: bool) -> None:
        done.append(record.part)
        if len(done) % KILLED_EVERY == KILLED_EVERY // 2:
            victim = workers()[-1]
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    _by_ray(model, folder, "there", 2, kill)
    who = pads.dataset(folder / "there", format="parquet").to_table(columns=["who"])["who"]
    counts = np.bincount(who.to_numpy(), minlength=rows)
    here, there = _files(folder / "here"), _files(folder / "there")
    other = [name for name in here if here[name].read_bytes() != there[name].read_bytes()]
    found = {
        "killed": len(killed),
        "lost": int((counts == 0).sum()),
        "twice": int((counts > 1).sum()),
        "files": len(here),
        "files_that_differ": len(other) + len({*here} ^ {*there}),
    }
    print("killed", found, flush=True)
    return found


def _files(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in folder.rglob("*.parquet")}


def _scaling(model: Path, folder: Path, rows: int) -> dict[str, Any]:
    """Seconds from the first part to the last, of one worker and of two, in turns."""
    walls: dict[int, list[float]] = {1: [], 2: []}
    cpus: dict[int, list[float]] = {1: [], 2: []}
    whole: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(ROUNDS):
        for count in walls:
            began = time.perf_counter()
            wall, cpu = _timed(model, folder, count)
            whole[count].append(time.perf_counter() - began)
            walls[count].append(wall)
            cpus[count].append(cpu)
            print(f"{count} workers: {wall:.2f} s, CPU {cpu:.2f} s", flush=True)
    faster = [one / two for one, two in zip(walls[1], walls[2], strict=True)]
    dearer = [two / one for one, two in zip(cpus[1], cpus[2], strict=True)]
    return {
        "what": "from the first part that is done to the last",
        "wall_seconds": {count: spread(found) for count, found in walls.items()},
        "cpu_seconds": {count: spread(found) for count, found in cpus.items()},
        "with_starting": {count: spread(found) for count, found in whole.items()},
        "times_faster": spread(faster),
        "cpu_ratio": spread(dearer),
        "rows_per_worker_second": rows / float(np.median(walls[1])),
    }


def _timed(model: Path, folder: Path, count: int) -> tuple[float, float]:
    """Seconds and CPU seconds of the workers, once every one of them has done a part."""
    at: list[tuple[float, float]] = []

    def look(record: Record, before: bool) -> None:
        at.append((time.perf_counter(), sum(map(_cpu_of, workers()))))

    _by_ray(model, folder, "timed", count, look)
    shutil.rmtree(folder / "timed")
    first, last = at[2 * count - 1], at[-1]
    share = len(at) / (len(at) - 2 * count)  # of all rows
    return (last[0] - first[0]) * share, (last[1] - first[1]) * share


def _by_ray(model: Path, folder: Path, output: str, count: int, told: Told) -> None:
    score_dataset(
        model,
        folder / "data",
        folder / output,
        columns=WHO,
        engine="ray",
        workers=count,
        progress=told,
    )


def workers() -> list[int]:
    """The processes in which Ray runs our workers, the newest last; on Linux alone."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if (folder / "cmdline").read_bytes().startswith(b"ray::Worker"):
                    found.append(int(folder.name))
            except OSError:
                continue  # it has ended
    return sorted(found)


def _cpu_of(process: int) -> float:
    cells = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(cells[11]) + int(cells[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    print(f"without an engine {figures['without an engine']['rows_per_second']:,.0f} rows a second")
    scaling = figures["scaling"]
    print(
        f"two workers are {scaling['times_faster']['median']:.2f} times as fast as one, at "
        f"{scaling['cpu_ratio']['median']:.2f} of its CPU seconds"
    )
    print(store("engines", figures))


if __name__ == "__main__":
    main()
