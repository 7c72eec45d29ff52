"""The table of docs/scaling.md on passes over all rows, from the stored results.

python -m benchmarks.full_pass_table           # print it
python -m benchmarks.full_pass_table --write   # put it into docs/scaling.md
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.accuracy import cells
from benchmarks.accuracy.page import print_or_write
from benchmarks.full_pass import RARE
from benchmarks.readme import figures

PAGE = Path(__file__).parents[1] / "docs" / "scaling.md"
LEARNT = {"sample": "a sample", "all": "all rows"}


def table() -> str:
    """A line for each pass, and one for each number of workers."""
    measured = figures("full_pass")
    head = ["learnt from", "rows", "updates", "seconds", "peak memory", "ROC AUC", "false alarms"]
    passes = [
        [LEARNT[name], *_cells(one), cells.percent(one["false_alarms_of_rare_rows"], digits=1)]
        for name, one in measured["passes"].items()
    ]
    shared = [[who, *_cells(one)] for who, one in measured["shared"].items()]
    apart = measured["apart"]
    return "\n\n".join(
        [
            f"{measured['rows']:,} rows of {measured['columns']} columns in Parquet, of every "
            f"{RARE:,} one of a rare kind;\nwhole processes, default options "
            "(`python -m benchmarks.full_pass`). Memory is that of the process itself,\nwithout "
            "its workers.",
            cells.table([*head, "of rare rows"], passes),
            f"{measured['shared_rows']:,} rows, all learnt from:",
            cells.table(["trained by", *head[1:]], shared),
            "One worker wrote the very file that this process wrote."
            if measured["the very same file by one worker"]
            else "One worker wrote another file than this process.",
            "Of two workers and this process the scores of fresh rows correlate by "
            f"{apart['correlation of scores']:.4f};\nhalf of them differ by less than "
            f"{apart['median difference over deviation']:.3f} of their standard deviation.",
        ]
    )


def _cells(one: dict[str, Any]) -> list[str]:
    return [
        f"{one['training_rows']:,}",
        f"{one['updates']:,}",
        cells.short(one["wall_seconds"]),
        f"{one['peak_mb']:.0f} MB",
        cells.three(one["roc_auc"]),
        cells.percent(one["false_alarms"], digits=2),
    ]


def main() -> None:
    """Print the table, or write it."""
    print_or_write(PAGE, {"full pass": table()})


if __name__ == "__main__":
    main()
