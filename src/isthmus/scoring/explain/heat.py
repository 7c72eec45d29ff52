"""How far every pixel of an image is off, as measured by its own usual error."""

from __future__ import annotations

import numpy as np

from isthmus.schema import ImageForm

LEAST_USUAL = 0.1
"""The usual error of a pixel counts as at least this part of the mean over all pixels: at a margin
that is always black the network's unrest would else be many times the usual."""


def by_pixel(cells: np.ndarray, form: ImageForm) -> np.ndarray:
    """Sums over the channels, shape (..., height, width), of cells (..., D)."""
    pixels = cells.reshape(*cells.shape[:-1], form.height, form.width, form.channels)
    summed: np.ndarray = pixels.sum(axis=-1, dtype=np.float64)
    return summed


def usual_by_pixel(means: np.ndarray, form: ImageForm) -> np.ndarray:
    """Usual errors of pixels (height, width), of those of their cells (D,)."""
    usual = by_pixel(means, form)
    raised: np.ndarray = np.maximum(usual, LEAST_USUAL * usual.mean())
    return raised


def heat(errors: np.ndarray, usual: np.ndarray, form: ImageForm) -> np.ndarray:
    """Errors over usual ones, shape (..., height, width); about 1 in a normal image.

    Parameters
    ----------
    errors : array, shape (..., D)
        Errors of the cells.
    usual : array, shape (height, width)
        See `usual_by_pixel`.
    form : ImageForm
        What the cells are.
    """
    times: np.ndarray = by_pixel(errors, form) / usual
    return times
