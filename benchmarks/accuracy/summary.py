"""Means of the stored figures: over the seeds of a set, then over sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

Figures = dict[str, Any]
GROUPS = ("all", "tuning", "confirming")
LARGE = 1000
"""From this many normal test rows on, a set's rate of false alarms is no accident of few rows."""
MANY = 5000
"""From this many test rows on, a set says how fast rows are scored."""


def sets_of(figures: Figures, group: str) -> list[str]:
    """Names of all sets, of those that choices may look at, or of the others; A to Z."""
    tuning = set(figures["protocol"]["tuning"])
    belongs: dict[str, Callable[[str], bool]] = {
        "all": lambda name: True,
        "tuning": lambda name: name in tuning,
        "confirming": lambda name: name not in tuning,
    }
    return [name for name in sorted(figures["sets"], key=str.lower) if belongs[group](name)]


def by_set(figures: Figures, method: str, figure: str) -> dict[str, float]:
    """The mean over the seeds, of every set that a detector has run on."""
    sets = figures["methods"][method]["sets"]
    return {name: float(np.mean(one[figure])) for name, one in sets.items() if figure in one}


def mean(figures: Figures, method: str, figure: str, group: str) -> float | None:
    """The mean over a group of sets; None where a set or a seed is missing."""
    names, found = sets_of(figures, group), by_set(figures, method, figure)
    seeds = figures["protocol"]["seeds"]
    sets = figures["methods"][method]["sets"]
    complete = all(name in found and len(sets[name]["seed"]) == seeds for name in names)
    if not names or not complete:
        return None
    return float(np.mean([found[name] for name in names]))


def own(figures: Figures) -> list[str]:
    """The names of the detectors that are isthmus."""
    return [name for name, one in figures["methods"].items() if one["own"]]


def default(figures: Figures) -> str | None:
    """What `isthmus fit` does where nothing is chosen, if it has run on all sets."""
    for name in ("isthmus_balanced", "isthmus"):
        if name in figures["methods"] and mean(figures, name, "roc_auc", "all") is not None:
            return name
    return None


def rivals(figures: Figures) -> list[str]:
    """The names of all others that have run on all sets."""
    return [
        name
        for name, one in figures["methods"].items()
        if not one["own"] and mean(figures, name, "roc_auc", "all") is not None
    ]


def false_alarms(figures: Figures, method: str, place: int) -> dict[str, float | int]:
    """Realised and attainable rates of one alpha, over the sets that support it."""
    alpha = figures["protocol"]["alphas"][place]
    ratios, caught, large = [], [], []
    for name, one in figures["methods"][method]["sets"].items():
        realised, attainable, found = (
            _means(one[figure], place) for figure in ("false_alarms", "attainable", "caught")
        )
        if attainable == 0:
            continue
        ratios.append(realised / attainable)
        caught.append(found)
        size = figures["sets"][name]
        if size["test_rows"] - size["anomalies"] >= LARGE:
            large.append(realised / alpha)
    return {
        "sets": len(ratios),
        "of_attainable": float(np.mean(ratios)),
        "large_sets": len(large),
        "largest_of_large": float(max(large)),
        "caught": float(np.mean(caught)),
    }


def _means(runs: Iterable[list[float]], place: int) -> float:
    return float(np.mean([one[place] for one in runs]))


def effort(figures: Figures, method: str) -> dict[str, float]:
    """Seconds of CPU and megabytes: for each set the median over its seeds, then over sets.

    Rows a second are of the sets that have many rows: on others, what a call costs by itself would
    be measured.
    """
    sets = figures["methods"][method]["sets"]
    fit = [float(np.median(one["fit_cpu_seconds"])) for one in sets.values()]
    rates = [
        figures["sets"][name]["test_rows"] / float(np.median(one["score_cpu_seconds"]))
        for name, one in sets.items()
        if figures["sets"][name]["test_rows"] >= MANY
    ]
    return {
        "fit": float(np.median(fit)),
        "longest_fit": max(fit),
        "rows_per_second": float(np.median(rates)),
        "memory": max(max(one["memory_mb"]) for one in sets.values()),
    }


def curve(figures: Figures, method: str, figure: str) -> list[float] | None:
    """Means over the sets of the curve, a figure for each share hidden; None where some lack."""
    sets = figures["methods"][method].get("curve", {})
    shares = [f"{share:g}" for share in figures["protocol"]["hidden"]]
    if set(sets) != set(curve_sets(figures)) or not sets:
        return None
    if not all(share in one for one in sets.values() for share in shares):
        return None
    return [
        float(np.mean([np.mean(one[share][figure]) for one in sets.values()])) for share in shares
    ]


def curve_sets(figures: Figures) -> list[str]:
    """The sets with enough anomalies for the curve."""
    named = {name for one in figures["methods"].values() for name in one.get("curve", {})}
    return sorted(named, key=str.lower)
