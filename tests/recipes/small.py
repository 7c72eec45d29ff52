"""Recipes run small: few rows, one epoch, and made-up images in place of the public ones."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from isthmus.datasets.images import CLOTHES, LabelledImages
from isthmus.recipes import load, material
from isthmus.recipes.material import Material
from isthmus.recipes.run import Run, Size, run_recipe

SMALL = Size(rows=230, epochs=1)


@cache
def made_up_images() -> LabelledImages:
    """A bright bar whose place is its class, in noise; all values from 0 to 255 occur."""
    generator = np.random.default_rng(3)

    def images(rows: int) -> tuple[np.ndarray, np.ndarray]:
        classes = np.arange(rows) % 10
        pixels = generator.integers(0, 60, (rows, 28, 28))
        for one, label in zip(pixels, classes, strict=True):
            one[2 + 2 * label : 6 + 2 * label, 4:24] += 160
        pixels[:, 0, 0], pixels[:, 0, 1] = 0, 255
        return pixels.astype(np.uint8), classes.astype(np.uint8)

    return LabelledImages(*images(400), *images(80), CLOTHES)


def use_made_up_images(patch: Any) -> None:
    """Let recipes find these wherever they look for images."""
    for name in ("load_mnist", "load_fashion_mnist"):
        patch.setattr(f"isthmus.recipes.material.{name}", lambda _path: made_up_images())


def material_of(name: str) -> Material:
    """The rows of a recipe."""
    return material.material(load(name).data)


@cache
def small_run(name: str) -> Run:
    """A recipe, run small."""
    with pytest.MonkeyPatch.context() as patch:
        use_made_up_images(patch)
        return run_recipe(load(name), material_of(name), size=SMALL)
