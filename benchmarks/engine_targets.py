"""What workers of an engine must show."""

from __future__ import annotations

from benchmarks.reaches import BESIDE, NONE, Figures, Target, at_least


def _scaling(figures: Figures) -> float:
    """Times faster, or enough of it where the CPU seconds stay within 1.15 of one worker's."""
    scaling = figures["scaling"]
    enough = scaling["cpu_ratio"]["median"] <= 1.15
    faster = float(scaling["times_faster"]["median"])
    return max(faster, 1.7) if enough else faster


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
        "two workers: 1.7 times as fast as one, or at most 1.15 of its CPU seconds",
        at_least(1.7),
        _scaling,
    ),
    Target(
        "engines",
        "two workers, times as fast as one",
        BESIDE,
        lambda figures: figures["scaling"]["times_faster"]["median"],
    ),
    Target(
        "engines",
        "two workers, CPU seconds over those of one",
        BESIDE,
        lambda figures: figures["scaling"]["cpu_ratio"]["median"],
    ),
)
