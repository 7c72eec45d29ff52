"""What workers of an engine must show."""

from __future__ import annotations

from benchmarks.reaches import BESIDE, NONE, Target, at_least, at_most

ENGINE_TARGETS: tuple[Target, ...] = (
    Target(
        "engines",
        "rows lost or twice there after workers were killed",
        NONE,
        lambda figures: figures["killed"]["lost"] + figures["killed"]["twice"],
    ),
    Target(
        "engines",
        "files that differ from those of one process",
        NONE,
        lambda figures: figures["killed"]["files_that_differ"],
    ),
    Target("engines", "workers killed", at_least(3), lambda figures: figures["killed"]["killed"]),
    Target(
        "engines",
        "two workers, times as fast as one",
        BESIDE,
        lambda figures: figures["scaling"]["times_faster"]["median"],
    ),
    Target(
        "engines",
        "two workers, CPU seconds over those of one",
        at_most(1.15),
        lambda figures: figures["scaling"]["cpu_ratio"]["median"],
    ),
)
