"""The table of docs/scaling.md on large files, from the stored results.

python -m benchmarks.large_files_table           # print it
python -m benchmarks.large_files_table --write   # put it into docs/scaling.md
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.accuracy import cells
from benchmarks.accuracy.page import print_or_write
from benchmarks.readme import figures

PAGE = Path(__file__).parents[1] / "docs" / "scaling.md"


def table() -> str:
    """A line for each file that is scored, and one for each that is fitted."""
    measured = figures("large_files")
    files = {f"Parquet, {int(rows):,} rows": one for rows, one in measured["parquet"].items()}
    files[f"CSV, {measured['csv']['rows']:,} rows"] = measured["csv"]
    scored = [
        [
            name,
            cells.short(one["seconds"]["isthmus"]["wall_seconds"]["median"]),
            cells.short(one["seconds"]["arrow"]["wall_seconds"]["median"]),
            f"{one['peak_mb']['isthmus']['median']:.0f} MB",
            f"{one['peak_mb']['arrow']['median']:.0f} MB",
        ]
        for name, one in files.items()
    ]
    fitted = [
        [
            f"{int(rows):,} rows",
            f"{one['rows_learnt_from']:,}",
            cells.short(one["wall_seconds"]),
            f"{one['peak_mb']:.0f} MB",
            cells.three(one["roc_auc"]),
            cells.percent(one["false_alarms"], digits=2),
        ]
        for rows, one in measured["fit"].items()
    ]
    head = ["scoring, `fast`", "seconds", "Arrow alone", "peak memory", "of Arrow alone"]
    of_fits = ["fitting", "rows drawn", "seconds", "peak memory", "ROC AUC", "false alarms"]
    return "\n\n".join(
        [
            f"Rows of {measured['columns']} float64 columns, whole processes, two threads; "
            "`python -m benchmarks.large_files`\nmeasures and stores these figures. *Arrow alone* "
            "reads the same file and writes as many rows of\nthe same columns, nothing between.",
            cells.table(head, scored),
            "Fits have the default options; ROC AUC is that of fresh rows against rows of which "
            "one cell was\nexchanged, false alarms those of fresh rows at alpha 0.01.",
            cells.table(of_fits, fitted),
        ]
    )


def main() -> None:
    """Print the table, or write it."""
    print_or_write(PAGE, {"large files": table()})


if __name__ == "__main__":
    main()
