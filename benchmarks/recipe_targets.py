"""What the recipes must show: published figures within the spread, and isthmus's default above."""

from __future__ import annotations

from benchmarks.reaches import MORE, NONE, Figures, Target, at_least

ACCURACIES = {"ecg-guide": 0.967, "ecg-batchnorm": 0.964, "ecg-lab": 0.945}
"""The published ones."""


def outside(recipe: Figures, figure: str) -> float:
    """How far the published figure lies outside of the spread of the reproduction; 0 within."""
    published, spread = recipe["published"][figure], recipe["detectors"]["reproduced"][figure]
    return float(max(spread["least"] - published, published - spread["most"], 0.0))


def roc_auc(figures: Figures, detector: str) -> float:
    """The mean over the runs, on Fashion-MNIST."""
    return float(figures["fashion-held-out"]["detectors"][detector]["roc_auc"]["mean"])


def _squared(figures: Figures, detector: str) -> float:
    return float(figures["mnist-conv"]["detectors"][detector]["squared_error"]["mean"])


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


RECIPE_TARGETS: tuple[Target, ...] = (
    *_of_beats(),
    Target(
        "recipes",
        "fashion-held-out: ROC AUC, mean, isthmus default less the recipe",
        MORE,
        lambda figures: roc_auc(figures, "default") - roc_auc(figures, "reproduced"),
    ),
    Target(
        "recipes",
        "mnist-conv: squared error at a code of 128, recipe's better row less isthmus default",
        MORE,
        lambda figures: _squared(figures, "learning-rate-1") - _squared(figures, "default"),
    ),
)
