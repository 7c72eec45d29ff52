"""What the presets of isthmus must show beside other detectors, and where it stands.

The confirming sets alone count as much as all: no choice was made on them.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from benchmarks.accuracy import summary
from benchmarks.accuracy.significance import compare
from benchmarks.reaches import BESIDE, MORE, Figures, Reach, Target, at_least, at_most

LABELS = {"roc_auc": "ROC AUC", "average_precision": "average precision"}
REACHES = {
    ("isthmus_balanced", "roc_auc"): at_least(0.885),
    ("isthmus_balanced", "average_precision"): at_least(0.68),
    ("isthmus_best", "roc_auc"): at_least(0.888),
    ("isthmus_best", "average_precision"): at_least(0.69),
}
RATES: tuple[tuple[str, Reach, str], ...] = (
    ("false alarms of attainable, mean over sets", at_least(0.8), "of_attainable"),
    ("the same", at_most(1.15), "of_attainable"),
    ("largest of alpha, large sets", at_most(1.5), "largest_of_large"),
    ("anomalies caught", BESIDE, "caught"),
)


def mean(method: str, figure: str, group: str) -> Callable[[Figures], float]:
    """A detector's mean over a group of sets; NaN where it has not run on all of them."""

    def found(figures: Figures) -> float:
        value = None
        if method in figures["methods"]:
            value = summary.mean(figures, method, figure, group)
        return float("nan") if value is None else value

    return found


def lead(method: str, figure: str, group: str) -> Callable[[Figures], float]:
    """By how much a detector leads the best of all that are not isthmus."""
    own = mean(method, figure, group)

    def found(figures: Figures) -> float:
        others = [mean(name, figure, group)(figures) for name in summary.rivals(figures)]
        return own(figures) - max(others)

    return found


def _p_value(method: str, rival: str, figure: str) -> Callable[[Figures], float]:
    def found(figures: Figures) -> float:
        pair = (summary.by_set(figures, name, figure) for name in (method, rival))
        return compare(*pair).p_value

    return found


def _ranking() -> list[Target]:
    lines = []
    for (method, figure), reach in REACHES.items():
        preset = method.removeprefix("isthmus_")
        told = f"{preset}, 22 sets: {LABELS[figure]}"
        lines.append(Target("accuracy", told, reach, mean(method, figure, "all")))
    for group, sets in (("all", "22 sets"), ("confirming", "11 confirming sets")):
        for figure, label in LABELS.items():
            told = f"balanced, {sets}: {label}, less the best other detector"
            lines.append(Target("accuracy", told, MORE, lead("isthmus_balanced", figure, group)))
    told = "balanced, 22 sets: average precision against kNN, p of Wilcoxon's test"
    luck = _p_value("isthmus_balanced", "knn", "average_precision")
    return [*lines, Target("accuracy", told, at_most(0.05), luck)]


def _rate(method: str, place: int, name: str) -> Callable[[Figures], float]:
    """A figure of the alarms at one alpha; NaN where the detector has not run on all sets."""
    on_all = mean(method, "roc_auc", "all")

    def found(figures: Figures) -> float:
        if math.isnan(on_all(figures)):
            return math.nan
        return float(summary.false_alarms(figures, method, place)[name])

    return found


def _false_alarms() -> list[Target]:
    return [
        Target(
            "accuracy",
            f"{preset}, alpha {alpha}: {sentence}",
            reach,
            _rate(f"isthmus_{preset}", place, name),
        )
        for preset in ("fast", "balanced", "best")
        for place, alpha in enumerate(("0.01", "0.05"))
        for sentence, reach, name in RATES
    ]


ACCURACY_TARGETS: tuple[Target, ...] = (*_ranking(), *_false_alarms())
