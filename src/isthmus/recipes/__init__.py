"""Published systems as configurations: each runs with one command, beside isthmus's default."""

from isthmus.recipes.recipe import Recipe
from isthmus.recipes.shelf import NAMES, load, text_of

__all__ = ["NAMES", "Recipe", "load", "text_of"]
