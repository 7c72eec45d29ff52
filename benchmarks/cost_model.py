"""What rows by the thousand million cost, on how many workers: a model, and a check of it.

A part takes a worker as long as its rows at the worker's rate; parts are handed to whichever worker
is free. The rates are those that were measured on one worker (`engines`) and of the presets in
memory (`preset_speed`). The check: parts of the measured run, by the rate of one worker, on two
simulated ones, against what two took.

python -m benchmarks.cost_model           # print the tables of docs/scaling.md
python -m benchmarks.cost_model --write   # put them there
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.accuracy import cells
from benchmarks.accuracy.page import print_or_write
from benchmarks.engines import OF_PART
from benchmarks.readme import figures

PAGE = Path(__file__).parents[1] / "docs" / "scaling.md"
ROWS = (10**9, 10**12)
WORKERS = (1, 16, 1000)
STORE = 10**9
"""Bytes a second of a store that all workers read from, as an example."""
OF_CELL = 8
"""Bytes of a float64, as Parquet holds numbers that hardly repeat."""


@dataclass(frozen=True)
class Costs:
    """What was measured.

    Attributes
    ----------
    files : float
        Seconds of one worker for a row, from file to file, with `fast`.
    memory : dict of str to float
        Seconds of one thread for a row in memory, by preset.
    start : float
        Seconds until workers have begun.
    columns : int
        Of these rows.
    """

    files: float
    memory: dict[str, float]
    start: float
    columns: int

    @classmethod
    def stored(cls) -> Costs:
        """From the stored figures."""
        scaling = figures("engines")["scaling"]
        rates = {
            name: one["rates"]["1 threads"]["rows_per_second"]["median"]
            for name, one in figures("preset_speed")["presets"].items()
        }
        alone = scaling["wall_seconds"]["1"]["median"]
        return cls(
            files=1.0 / scaling["rows_per_worker_second"],
            memory={name: 1.0 / rate for name, rate in rates.items()},
            start=max(scaling["with_starting"]["1"]["median"] - alone, 0.0),
            columns=figures("engines")["columns"],
        )

    def row(self, preset: str) -> float:
        """Seconds of one worker for a row, from file to file: reading and writing cost the same."""
        return self.files - self.memory["fast"] + self.memory[preset]

    def seconds(self, rows: int, workers: int, preset: str = "fast") -> float:
        """Of so many rows on so many workers, as long as nothing else is the limit."""
        return self.start + rows * self.row(preset) / workers

    def read(self, preset: str) -> float:
        """Bytes that a worker reads in a second."""
        return self.columns * OF_CELL / self.row(preset)


def simulated(parts: int, of_part: float, workers: int) -> float:
    """Seconds until all parts are done, each of so many seconds, given to whoever is free."""
    free = [0.0] * workers
    heapq.heapify(free)
    for _ in range(parts):
        heapq.heappush(free, heapq.heappop(free) + of_part)
    return max(free)


def check() -> dict[str, Any]:
    """What the simulation says of one worker and of two, and what was measured.

    A worker keeps more than one processor busy, since it reads ahead: where there are not enough
    of them, all workers are slower alike.
    """
    measured = figures("engines")
    scaling, parts = measured["scaling"], -(-measured["rows"] // OF_PART)
    of_part, processors = OF_PART * Costs.stored().files, measured["processors"]
    busy = scaling["cpu_seconds"]["1"]["median"] / scaling["wall_seconds"]["1"]["median"]
    found: dict[str, Any] = {
        str(workers): {
            "simulated": simulated(parts, of_part * max(1, workers * busy / processors), workers),
            "measured": scaling["wall_seconds"][str(workers)]["median"],
        }
        for workers in (1, 2)
    }
    return {**found, "busy": busy, "processors": processors}


def tables() -> dict[str, str]:
    """The tables of the page."""
    costs, checked = Costs.stored(), check()
    lines = [
        [
            f"`{preset}`",
            cells.two_digits(1 / costs.row(preset)),
            f"{costs.read(preset) / 1e6:.0f} MB",
            cells.two_digits(max(STORE / costs.read(preset), 1)),
            *(_time(costs.seconds(rows, workers, preset)) for rows in ROWS for workers in WORKERS),
        ]
        for preset in costs.memory
    ]
    head = ["", "rows a worker second", "read a second", "workers that 1 GB/s feeds"]
    head += [f"1e{len(str(rows)) - 1} rows, {count}" for rows in ROWS for count in WORKERS]
    two = checked["2"]
    return {
        "cost": cells.table(head, lines),
        "check": (
            f"One worker took {checked['1']['measured']:.1f} s for {figures('engines')['rows']:,} "
            f"rows and kept {checked['busy']:.1f} processors busy, as it reads ahead. Two on "
            f"{checked['processors']} processors\ntake {two['simulated']:.1f} s by the model; they "
            f"took {two['measured']:.1f} s."
        ),
    }


def _time(seconds: float) -> str:
    """Seconds in the unit that fits."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def main() -> None:
    """Print the tables, or write them."""
    print_or_write(PAGE, tables())


if __name__ == "__main__":
    main()
