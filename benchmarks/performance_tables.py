"""The tables of docs/performance.md, from the stored results.

python -m benchmarks.performance_tables           # print them
python -m benchmarks.performance_tables --write   # put them into docs/performance.md
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.accuracy import cells
from benchmarks.accuracy.page import print_or_write
from benchmarks.readme import figures

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"

LOOPS = {
    "isthmus loop": "isthmus",
    "jax scan": "JAX, one compiled scan",
    "sklearn loop": "scikit-learn, MLPRegressor",
    "torch loop": "PyTorch, a loop by hand",
    "pyod same net, loop": "PyOD, the same net",
    "keras one model": "Keras, one warm model",
    "keras one model, tuned": "Keras, steps in one call, XLA",
    "h2o fit": "H2O, by the clock",
}
FITS = {
    "isthmus fit": "isthmus: training, calibration, guards, distance, parity, file",
    "isthmus fit, 5 nets": "the same, five networks",
    "pyod same net, fit": "PyOD, the same net: training and scores of the training rows",
    "pyod its own net, fit": "PyOD, with batch norm and dropout, as it comes",
    "keras new model": "Keras, a new model: tracing and training",
}
PROCESSES = {
    "isthmus": "isthmus",
    "isthmus, no distance": "isthmus, `--distance off`",
    "isthmus, 5 nets": "isthmus, five networks",
    "torch": "PyTorch, a loop by hand; no calibration",
    "keras": "Keras script; no calibration",
    "pyod": "PyOD script",
}
SCORES = {
    "1 net anomaly_score": "isthmus, scores",
    "1 net score": "isthmus, scores, p-values, alarms",
    "pyod as it comes": "PyOD, as it comes",
    "pyod same net, batches of 1024": "PyOD, the same net, batches of 1024",
}


def tables() -> dict[str, str]:
    """All of the page."""
    fits, scores = figures("fit_speed"), figures("scoring_speed")
    return {
        "loops": _loops(fits),
        "fits": _named(fits["loop"], FITS, "fit of 2335 x 140, warm, one thread"),
        "processes": _named(fits["process"], PROCESSES, "process, cold, one thread"),
        "scores": _scores(scores),
    }


def _median(part: dict[str, Any], work: str) -> float:
    """CPU seconds; of H2O, whose processor time is spent elsewhere, seconds on the clock."""
    clock = "wall_seconds" if work.startswith("h2o") else "cpu_seconds"
    return float(part["seconds"][work][clock]["median"])


def _loops(fits: dict[str, Any]) -> str:
    """A line for each loop, two columns for each shape."""
    shapes = {"2335 x 140, 40 epochs": fits["loop"]}
    for name, part in fits["shapes"].items():
        epochs = part["what"].split(", ")[1].replace("1 epochs", "1 epoch")
        shapes[f"{name}, {epochs}"] = part
    lines = []
    for work, name in LOOPS.items():
        line = [name]
        for part in shapes.values():
            if work not in part["seconds"]:
                line += ["-", "-"]
                continue
            seconds = _median(part, work)
            line += [cells.short(seconds), f"{seconds / _median(part, 'isthmus loop'):.2g}"]
        lines.append(line)
    floor = ["products alone"]
    for part in shapes.values():
        share = part["floor_seconds"] / _median(part, "isthmus loop")
        floor += [cells.short(part["floor_seconds"]), f"{share:.2g}"]
    head = ["loop, warm, one thread"]
    for name in shapes:
        head += [name, "over isthmus"]
    rate = fits["matrix_products"]["median"]
    compiled = fits["loop"]["peers"]["jax"]["compiling_seconds"]
    said = (
        f"CPU seconds, medians. The machine multiplies float32 matrices at {rate:.0f} GFLOP/s on "
        f"one thread.\nJAX compiles for {compiled:.1f} s first, which is not counted."
    )
    return cells.table(head, [*lines, floor]) + "\n\n" + said


def _named(part: dict[str, Any], names: dict[str, str], head: str) -> str:
    peaks = part.get("peak_mb", {})  # of whole processes alone
    lines = [
        [
            name,
            cells.short(part["seconds"][work]["cpu_seconds"]["median"]),
            cells.short(part["seconds"][work]["wall_seconds"]["median"]),
            *([f"{peaks[work]['median']:.0f}"] if peaks else []),
        ]
        for work, name in names.items()
    ]
    memory = ["peak memory in MB"] if peaks else []
    return cells.table([head, "CPU seconds", "seconds", *memory], lines)


def _scores(measured: dict[str, Any]) -> str:
    rates, one = measured["rates"], measured["1 net"]
    shown = {**SCORES, one["best_bare"]: "ONNX Runtime alone, its best batches"}
    lines = [
        [name, cells.two_digits(rates[work]["rows_per_cpu_second"]["median"])]
        for work, name in shown.items()
    ]
    latency = measured["one_row_microseconds"]
    said = (
        f"One row: {latency['anomaly_score']['median']:.0f} microseconds for its score, "
        f"{latency['bare']['median']:.0f} by ONNX Runtime alone,\n{latency['pyod']['median']:.0f} "
        "by PyOD."
    )
    return cells.table(["140 columns, one thread", "rows a CPU second"], lines) + "\n\n" + said


def main() -> None:
    """Print the tables, or write them."""
    print_or_write(PAGE, tables())


if __name__ == "__main__":
    main()
