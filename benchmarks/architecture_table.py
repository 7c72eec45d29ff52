"""The table of docs/networks.md on what each architecture reaches, from the stored results.

python -m benchmarks.architecture_table           # print it
python -m benchmarks.architecture_table --write   # put it into docs/networks.md
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.accuracy import cells
from benchmarks.accuracy.page import print_or_write
from benchmarks.readme import figures

PAGE = Path(__file__).parents[1] / "docs" / "networks.md"
HEADINGS = [
    "",
    "ROC AUC",
    "accuracy",
    "caught",
    "false alarms",
    "fit, CPU seconds",
    "rows a second",
]


def table() -> str:
    """A line for each network: means over the splits."""
    measured = figures("architectures")
    lines = [
        [
            name,
            *(cells.three(of["mean"][figure]) for figure in ("roc_auc", "accuracy", "caught")),
            cells.percent(of["mean"]["false_alarms"], digits=1),
            cells.short(of["mean"]["fit_cpu_seconds"]),
            cells.two_digits(of["mean"]["rows_per_cpu_second"]),
        ]
        for name, of in measured["networks"].items()
    ]
    said = (
        f"Means of {len(measured['splits'])} splits of 80/20, normal rows alone in training, "
        f"alpha {measured['alpha']}, one thread;\n`python -m benchmarks.architectures` measures "
        "and stores them. Recurrent networks take 140 steps,\n"
        "one after the other, and had 300 updates."
    )
    return cells.table(HEADINGS, lines) + "\n\n" + said


def main() -> None:
    """Print the table, or write it."""
    print_or_write(PAGE, {"architectures": table()})


if __name__ == "__main__":
    main()
