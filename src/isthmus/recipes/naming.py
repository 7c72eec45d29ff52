"""What the numbers of a recipe are called, wherever they are shown."""

from __future__ import annotations

from isthmus.recipes.recipe import Recipe, RowSet

ABOVE_OWN = "cross-entropy above the image's own"
MEAN_ERRORS = {
    "mae": "mean absolute error",
    "mse": "mean squared error",
    "bce": f"mean {ABOVE_OWN}",
}
"""The mean error of a row's cells, by the loss of the article."""

WATCHED: dict[RowSet, str] = {
    "training": "loss on the whole training split",
    "normal training": "loss on the normal training rows",
    "test": "loss on the test rows",
    "normal test": "loss on the normal test rows",
}


def mean_error(recipe: Recipe) -> str:
    """What the article's threshold is of."""
    return MEAN_ERRORS.get(recipe.options["loss"], "mean error")


def loss(recipe: Recipe) -> str:
    """What the network of the article is trained on."""
    if recipe.options["loss"] == "bce":
        return f"loss: {ABOVE_OWN}"
    return f"loss ({recipe.options['loss']})"


def entropy_left_out(recipe: Recipe) -> list[str]:
    """The remark without which a cross-entropy would be read as that of Keras."""
    if recipe.options["loss"] != "bce":
        return []
    return [
        "The entropy of the image itself, which no network can go below and Keras counts, is left "
        "out"
    ]


def watched(recipe: Recipe) -> str:
    """What the loss of the watched rows is called."""
    return WATCHED.get(recipe.protocol.watched, "validation loss")


def default_options(recipe: Recipe) -> str:
    """The options of isthmus's default that the recipe sets, so that the comparison is fair."""
    return ", ".join(f"{name}={value}" for name, value in recipe.default.items())


def by_construction(recipe: Recipe) -> str:
    """The share of normal test rows without an alarm, if the threshold settles it, or nothing."""
    rule, _, share = recipe.protocol.threshold.partition(":")
    if rule != "percentile" or recipe.protocol.threshold_rows != "normal test":
        return ""
    return f"{share} % by construction"
