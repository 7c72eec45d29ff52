"""The recipes that ship with the package, one TOML file each."""

from __future__ import annotations

from difflib import get_close_matches
from importlib import resources

from isthmus.errors import UsageError
from isthmus.recipes.recipe import Recipe

NAMES = ("ecg-guide", "ecg-batchnorm", "ecg-lab", "fashion-held-out", "mnist-conv")


def text_of(name: str) -> str:
    """A recipe as it is written.

    Raises
    ------
    UsageError
        If there is none of this name, with the one that may have been meant.
    """
    if name not in NAMES:
        close = get_close_matches(name, NAMES, n=1)
        meant = f"; did you mean {close[0]!r}?" if close else ""
        raise UsageError(
            f"there is no recipe {name!r}{meant}", advice=f"There are: {', '.join(NAMES)}."
        )
    place = resources.files("isthmus.recipes").joinpath(f"{name}.toml")
    return place.read_text(encoding="utf-8")


def load(name: str) -> Recipe:
    """The recipe of this name; raises as `text_of` does."""
    return Recipe.parse(text_of(name), source=f"recipe {name}")
