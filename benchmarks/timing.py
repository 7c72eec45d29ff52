"""Seconds on the clock and seconds of CPU, of a piece of work and of whole processes.

On a busy machine the clock also measures the neighbours; CPU seconds do so much less. Both are
kept, and things that are compared take turns, so that a slow minute is slow for all of them.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles
from threading import Thread
from typing import NamedTuple

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
}
"""What to set in the environment of a process whose libraries shall use one thread each."""


class Spent(NamedTuple):
    """Seconds on the clock, and of CPU by all threads together; of a process its peak memory."""

    wall: float
    cpu: float
    peak_mb: float = 0.0


def timed(work: Callable[[], object]) -> Spent:
    """Do `work` once in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Spent(time.perf_counter() - wall, time.process_time() - cpu)


def in_turns(works: Mapping[str, Callable[[], Spent]], rounds: int) -> dict[str, list[Spent]]:
    """Do all works once in every round, each round in another order.

    The first round warms up and is thrown away.
    """
    names = list(works)
    spent: dict[str, list[Spent]] = {name: [] for name in names}
    for turn in range(rounds + 1):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            once = works[name]()
            if turn:
                spent[name].append(once)
    return spent


def whole_process(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Spent:
    """Run a command from its start to its end, its output thrown away.

    Raises
    ------
    RuntimeError
        If it fails; with what it said.
    """
    wall = time.perf_counter()
    child = subprocess.Popen(
        list(map(str, command)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
        cwd=folder,
    )
    assert child.stderr is not None
    peaks: list[float] = []
    Thread(target=_watch, args=(child.pid, peaks), daemon=True).start()
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.stderr.close()
    child.returncode = os.waitstatus_to_exitcode(status)
    wall, cpu = time.perf_counter() - wall, usage.ru_utime + usage.ru_stime
    spent = Spent(wall, cpu, max(peaks, default=0.0))
    if child.returncode:
        raise RuntimeError(f"{command} failed:\n{said.decode(errors='replace')[-2000:]}")
    return spent


def _watch(pid: int, peaks: list[float]) -> None:
    """Add the most memory that a process has held so far, in MB, until it ends; on Linux alone.

    What `wait4` says of it begins with what its parent held.
    """
    status = Path(f"/proc/{pid}/status")
    with contextlib.suppress(OSError):
        while held := re.search(r"VmHWM:\s+(\d+) kB", status.read_text()):
            peaks.append(int(held[1]) * 1.024e-3)
            time.sleep(0.02)


def spread(values: Sequence[float]) -> dict[str, float | int]:
    """Median, quartiles, extremes and number of repeated measurements."""
    low, _, high = (
        quantiles(values, n=4, method="inclusive") if len(values) > 1 else [values[0]] * 3
    )
    return {
        "median": median(values),
        "quartile_1": low,
        "quartile_3": high,
        "least": min(values),
        "largest": max(values),
        "repetitions": len(values),
    }


def seconds(spent: Sequence[Spent]) -> dict[str, dict[str, float | int]]:
    """The spread of seconds, on the clock and of CPU."""
    return {
        "wall_seconds": spread([one.wall for one in spent]),
        "cpu_seconds": spread([one.cpu for one in spent]),
    }


def rates(spent: Sequence[Spent], rows: int) -> dict[str, dict[str, float | int]]:
    """The spread of rows a second, by the clock and by CPU seconds."""
    return {
        "rows_per_second": spread([rows / one.wall for one in spent]),
        "rows_per_cpu_second": spread([rows / one.cpu for one in spent]),
    }


def times_faster(
    ours: Sequence[Spent], others: Sequence[Spent]
) -> dict[str, dict[str, float | int]]:
    """How many times less `ours` took, round by round: the spread of the ratios."""
    pairs = list(zip(ours, others, strict=True))
    return {
        "wall": spread([other.wall / own.wall for own, other in pairs]),
        "cpu": spread([other.cpu / own.cpu for own, other in pairs]),
    }
