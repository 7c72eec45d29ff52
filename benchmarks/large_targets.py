"""What fitting and scoring of large files must show."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.reaches import BESIDE, Figures, Reach, Target, at_least, at_most

FEW, SOME, MANY = "100000", "1000000", "10000000"


def _share(figures: Figures) -> float:
    return float(figures["share of arrow's rate"]["wall"]["median"])


def _peak(rows: str) -> Callable[[Figures], float]:
    return lambda figures: figures["parquet"][rows]["peak_mb"]["isthmus"]["median"]


def _of_fit(name: str, rows: str = MANY) -> Callable[[Figures], float]:
    return lambda figures: figures["fit"][rows][name]


_LINES: tuple[tuple[str, Reach, Callable[[Figures], float]], ...] = (
    (
        "Parquet to Parquet, 10 000 000 x 30, fast: share of Arrow's rate, whole process",
        at_least(0.6),
        lambda figures: _share(figures["parquet"][MANY]),
    ),
    ("the same: peak memory in MB", at_most(400), _peak(MANY)),
    (
        "the same: peak memory, over that of 100 000 rows",
        at_most(1.2),
        lambda figures: _peak(MANY)(figures) / _peak(FEW)(figures),
    ),
    (
        "CSV to CSV, 1 000 000 x 30, fast: share of Arrow's rate, whole process",
        at_least(0.5),
        lambda figures: _share(figures["csv"]),
    ),
    ("fit of 10 000 000 x 30: peak memory in MB", at_most(1000), _of_fit("peak_mb")),
    (
        "the same: peak memory, over that of 1 000 000 rows",
        at_most(1.2),
        lambda figures: _of_fit("peak_mb")(figures) / _of_fit("peak_mb", SOME)(figures),
    ),
    ("the same: ROC AUC", BESIDE, _of_fit("roc_auc")),
    ("fit of 1 000 000 x 30: ROC AUC", BESIDE, _of_fit("roc_auc", SOME)),
    ("fit of 100 000 x 30, all rows in memory: ROC AUC", BESIDE, _of_fit("roc_auc", FEW)),
)

LARGE_TARGETS: tuple[Target, ...] = tuple(
    Target("large_files", said, reach, figure) for said, reach, figure in _LINES
)
