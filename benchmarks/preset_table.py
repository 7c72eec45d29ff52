"""The table of docs/detector.md on what each preset reaches and costs, from the stored results.

python -m benchmarks.preset_table           # print it
python -m benchmarks.preset_table --write   # put it into docs/detector.md
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.accuracy import cells, summary
from benchmarks.accuracy.page import print_or_write
from benchmarks.readme import figures

PAGE = Path(__file__).parents[1] / "docs" / "detector.md"
PRESETS = ("fast", "balanced", "best")


def table() -> str:
    """A line for each figure, a column for each preset."""
    accuracy, measured = figures("accuracy"), figures("preset_speed")
    speed = measured["presets"]

    def ranking(figure: str) -> list[str]:
        ran = [name for name in PRESETS if f"isthmus_{name}" in accuracy["methods"]]
        found = {name: summary.mean(accuracy, f"isthmus_{name}", figure, "all") for name in ran}
        return [cells.three(found.get(name)) for name in PRESETS]

    def rate(threads: int) -> list[str]:
        return [
            cells.two_digits(
                speed[name]["rates"][f"{threads} threads"]["rows_per_second"]["median"]
            )
            for name in PRESETS
        ]

    lines = [
        ["ROC AUC, mean of 22 public tables", *ranking("roc_auc")],
        ["average precision, the same", *ranking("average_precision")],
        [
            "fit of 5000 x 30, seconds",
            *(cells.short(speed[name]["fit"]["wall_seconds"]["median"]) for name in PRESETS),
        ],
        [
            "the same with `--precision bf16`",
            *(cells.short(speed[name]["fit, bf16"]["wall_seconds"]["median"]) for name in PRESETS),
        ],
        ["rows of 30 columns scored a second, one thread", *rate(1)],
        ["the same, two threads", *rate(2)],
    ]
    one, two = (measured["matrix_products"][threads]["median"] for threads in ("1", "2"))
    machine = (
        f"Seconds and rates come from `python -m benchmarks.preset_speed`, warm, on a machine "
        f"that multiplied\nfloat32 matrices at {one:.0f} GFLOP/s on one thread, {two:.0f} on two."
    )
    return cells.table(["", *(f"`{name}`" for name in PRESETS)], lines) + "\n\n" + machine


def main() -> None:
    """Print the table, or write it."""
    print_or_write(PAGE, {"presets": table()})


if __name__ == "__main__":
    main()
