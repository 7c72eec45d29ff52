"""A small detector of images, and images that are normal or have a patch that is not."""

from __future__ import annotations

from functools import cache

import numpy as np

from isthmus.model_file import unseal
from isthmus.options import FitOptions, RowOptions
from isthmus.read import open_source, read_rows
from isthmus.scoring.scorer import Scorer
from isthmus.training.learn import learn

HEIGHT, WIDTH = 12, 10


def normal_images(count: int, seed: int = 0, channels: int = 1) -> np.ndarray:
    """Soft stripes of a few phases with a little noise, uint8 (count, 12, 10[, 3])."""
    generator = np.random.default_rng(seed)
    lines, columns = np.mgrid[0:HEIGHT, 0:WIDTH]
    phase = generator.uniform(0, 2 * np.pi, (count, 1, 1))
    stripes = 100 + 60 * np.sin(lines / 2 + phase) + 2 * columns
    if channels == 3:
        stripes = np.stack([stripes, 0.5 * stripes, 255 - stripes], axis=-1)
    noisy = stripes + generator.normal(0, 3, stripes.shape)
    return noisy.clip(0, 255).round().astype(np.uint8)


def with_patch(images: np.ndarray, value: int = 255) -> np.ndarray:
    """The same with lines 2 to 4, columns 6 to 8 of one brightness."""
    images = images.copy()
    images[:, 2:5, 6:9] = value
    return images


@cache
def model(channels: int = 1) -> bytes:
    options = FitOptions.from_flat(
        architecture="dense", encoder=(32,), code_size=6, max_steps=300, members=1
    )
    rows = read_rows(open_source(normal_images(120, channels=channels)), RowOptions())
    return learn(rows, RowOptions(), options).model


@cache
def scorer(channels: int = 1) -> Scorer:
    return Scorer(unseal(model(channels)))
