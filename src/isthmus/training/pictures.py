"""Rows and what a network makes of them, as one picture (height, width, 3) of bytes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isthmus.schema import ImageForm

CURVE_HEIGHT, CURVE_WIDTH = 64, 256
_WHITE, _GREY, _ORANGE = (255, 255, 255), (120, 130, 150), (225, 90, 20)


def images(
    original: np.ndarray, rebuilt: np.ndarray, form: ImageForm, channels: Sequence[int] = ()
) -> np.ndarray:
    """Images (N, D) side by side, what was made of each below it.

    Parameters
    ----------
    original, rebuilt : array, shape (N, D)
        Pixels in any unit; the lowest original is shown black, the highest white.
    form : ImageForm
        What a row is.
    channels : sequence of int
        The channels to show, by default all: the first three as red, green and blue, or one grey.
    """
    chosen = list(channels) or list(range(form.channels))
    chosen = chosen[:3] if len(chosen) >= 3 else chosen[:1]
    low, high = float(original.min()), float(original.max())
    lines = []
    for rows in (original, rebuilt):
        pixels = rows.reshape(len(rows), form.height, form.width, form.channels)[..., chosen]
        lines.append(np.concatenate([*_bytes(pixels, low, high)], axis=1))
    picture = np.concatenate(lines, axis=0)
    return np.broadcast_to(picture, (*picture.shape[:2], 3)).copy()


def _bytes(values: np.ndarray, low: float, high: float) -> np.ndarray:
    share = (values - low) / max(high - low, 1e-30)
    pixels: np.ndarray = np.round(255 * np.clip(share, 0, 1)).astype(np.uint8)
    return pixels


def signals(original: np.ndarray, rebuilt: np.ndarray) -> np.ndarray:
    """Signals (N, D) below each other, each grey with what was made of it drawn over it."""
    pictures = []
    for one, other in zip(original, rebuilt, strict=True):
        both = np.concatenate([one, other])
        low, high = float(both.min()), float(both.max())
        picture = np.full((CURVE_HEIGHT, CURVE_WIDTH, 3), _WHITE, np.uint8)
        for curve, colour in ((one, _GREY), (other, _ORANGE)):
            picture[_line(curve, low, high)] = colour
        pictures.append(picture)
    return np.concatenate(pictures, axis=0)


def _line(curve: np.ndarray, low: float, high: float) -> np.ndarray:
    """The pixels (height, width) that a curve from `low` to `high` passes."""
    places = np.linspace(0, len(curve) - 1, CURVE_WIDTH)
    share = (np.interp(places, np.arange(len(curve)), curve) - low) / max(high - low, 1e-30)
    heights = np.round((1 - share) * (CURVE_HEIGHT - 1))
    before = np.concatenate([heights[:1], heights[:-1]])
    top, bottom = np.minimum(heights, before), np.maximum(heights, before)
    level = np.arange(CURVE_HEIGHT)[:, None]
    passed: np.ndarray = (level >= top) & (level <= bottom)
    return passed
