"""What passes over all rows must show."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.reaches import BESIDE, MORE, Figures, Target, at_least, at_most


def _of_pass(name: str, learnt: str = "all") -> Callable[[Figures], float]:
    return lambda figures: figures["passes"][learnt][name]


FULL_PASS_TARGETS: tuple[Target, ...] = (
    Target(
        "full_pass",
        "fit of all of 10 000 000 x 30: peak memory in MB",
        at_most(1000),
        _of_pass("peak_mb"),
    ),
    Target(
        "full_pass",
        "the same: ROC AUC over that of a sample",
        at_least(0.995),
        lambda figures: _of_pass("roc_auc")(figures) / _of_pass("roc_auc", "sample")(figures),
    ),
    Target(
        "full_pass",
        "false alarms among rare normal rows, learnt from all rows",
        BESIDE,
        _of_pass("false_alarms_of_rare_rows"),
    ),
    Target(
        "full_pass",
        "the same, learnt from a sample",
        BESIDE,
        _of_pass("false_alarms_of_rare_rows", "sample"),
    ),
    Target(
        "full_pass",
        "one worker of Ray writes the very file of one process",
        MORE,
        lambda figures: float(figures["the very same file by one worker"]),
    ),
    Target(
        "full_pass",
        "two workers and one process: correlation of the scores of fresh rows",
        at_least(0.99),
        lambda figures: figures["apart"]["correlation of scores"],
    ),
)
