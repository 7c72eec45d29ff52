"""The tables of docs/recipes.md, made from the stored results.

python -m benchmarks.recipe_tables          # print them
python -m benchmarks.recipe_tables --write  # put them into docs/recipes.md
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.accuracy.page import print_or_write
from benchmarks.readme import figures
from isthmus.recipes import Recipe, load
from isthmus.recipes.naming import default_options

PAGE = Path(__file__).parents[1] / "docs" / "recipes.md"
FIGURES = {
    "accuracy": ("accuracy", 3),
    "precision": ("precision", 3),
    "recall": ("recall", 3),
    "f1": ("F1", 3),
    "roc_auc": ("ROC AUC", 4),
    "squared_error": ("squared error of a pixel", 5),
    "cross_entropy": ("cross-entropy of a pixel, the image's own included (as Keras)", 5),
    "code_size": ("numbers in a network's code", 0),
    "networks": ("networks", 0),
    "parameters": ("parameters, all networks", 0),
}
OF_IMAGES = ("code_size", "networks", "parameters")
"""Shown where the recipe makes the sizes of codes equal."""
HEADS = {"honest": "honest threshold", "default": "isthmus default"}


def tables() -> dict[str, str]:
    """One table for each recipe that is stored, and one of Keras."""
    made = {name: _table(load(name), one) for name, one in figures("recipes").items()}
    return {**made, "keras": _keras()}


def _table(recipe: Recipe, one: dict[str, Any]) -> str:
    detectors = one["detectors"]
    head = ["", "published", *(HEADS.get(name, name) for name in detectors)]
    runs = ["runs", "1", *(str(spread["runs"]) for spread in detectors.values())]
    lines = [head, ["---"] * len(head), runs]
    for figure, (label, digits) in FIGURES.items():
        if not any(figure in spread for spread in detectors.values()):
            continue
        if figure in OF_IMAGES and not recipe.default:
            continue
        published = one["published"].get(figure)
        shown = "-" if published is None else f"{published:.{digits}f}"
        cells = [_spread(spread[figure], digits) for spread in detectors.values()]
        lines.append([label, shown, *cells])
    if recipe.default:
        given = [default_options(recipe) if name == "default" else "-" for name in detectors]
        lines.append(["options of the default that are set", "-", *given])
    flattered = ", ".join(one["flattered_by"]) or "nothing"
    honest = ["nothing" if name in HEADS else flattered for name in detectors]
    lines.append(["flattered by", flattered, *honest])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _keras() -> str:
    ours, theirs = figures("recipes"), figures("recipes_in_keras")
    lines = [
        "| recipe | published accuracy | isthmus | Keras | Keras, threshold by the test labels |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name, one in theirs.items():
        cells = (
            f"{ours[name]['published']['accuracy']:.3f}",
            _spread(ours[name]["detectors"]["reproduced"]["accuracy"], 3),
            _spread(one["spread"]["accuracy"], 3),
            _spread(one["spread"]["best_accuracy"], 3),
        )
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _spread(values: dict[str, float], digits: int) -> str:
    mean, least, most = (f"{values[name]:.{digits}f}" for name in ("mean", "least", "most"))
    return mean if least == most else f"{mean} ({least} to {most})"


def main() -> None:
    """Print the tables, or write them between their marks."""
    print_or_write(PAGE, tables())


if __name__ == "__main__":
    main()
