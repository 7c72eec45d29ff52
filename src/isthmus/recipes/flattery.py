"""Where an article's figures rest on rows or labels that they should not have seen."""

from __future__ import annotations

from isthmus.recipes.recipe import Recipe


def flatters(recipe: Recipe) -> dict[str, str]:
    """What the article's figures rest on and should not, each in a word, and where it comes in."""
    protocol, said = recipe.protocol, {}
    if protocol.threshold_rows.endswith("test") and has_threshold(recipe):
        by_eye = protocol.threshold.startswith("fixed")
        said["test rows"] = "threshold " + (
            "chosen with test errors in view" if by_eye else "from test rows"
        )
    elif has_threshold(recipe):
        said["training errors"] = "threshold from rows that trained"
    if protocol.watched.endswith("test"):
        before = said.get("test rows")
        said["test rows"] = f"{before}, validation on them" if before else "validation on test rows"
    if protocol.scaling_rows == "training" and recipe.data.normal:
        said["abnormal rows"] = "scaling saw abnormal rows"
        if protocol.watched == "training":
            said["abnormal rows"] += ", and so did early stopping"
    return said


def has_threshold(recipe: Recipe) -> bool:
    """Whether the article has one: none has a conformal one."""
    return recipe.protocol.threshold != "conformal"
