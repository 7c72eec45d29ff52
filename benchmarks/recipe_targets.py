"""What the recipes must show: published figures within the spread, and isthmus's default above."""

from __future__ import annotations

from benchmarks.reaches import NONE, Figures, Target, at_least

ACCURACIES = {"ecg-guide": 0.967, "ecg-batchnorm": 0.964, "ecg-lab": 0.945}
"""The published ones."""


def outside(recipe: Figures, figure: str) -> float:
    """How far the published figure lies outside of the spread of the reproduction; 0 within."""
    published, spread = recipe["published"][figure], recipe["detectors"]["reproduced"][figure]
    return float(max(spread["least"] - published, published - spread["most"], 0.0))


def _of_beats() -> list[Target]:
    targets = []
    for name, accuracy in ACCURACIES.items():
        targets += [
            Target(
                "recipes",
                f"{name}: published accuracy, precision and recall outside of the runs' spread by",
                NONE,
                lambda figures, name=name: sum(  # type: ignore[misc]
                    outside(figures[name], figure) for figure in ("accuracy", "precision", "recall")
                ),
            ),
            Target(
                "recipes",
                f"{name}: isthmus default at its false-alarm rate, mean accuracy",
                at_least(accuracy),
                lambda figures, name=name: figures[name]["detectors"]["default"]["accuracy"][
                    "mean"
                ],  # type: ignore[misc]
            ),
        ]
    return targets


RECIPE_TARGETS: tuple[Target, ...] = tuple(_of_beats())
