"""Images in a grid, where there are any over their reconstructions, with a word above each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isthmus.errors import DataError
from isthmus.report.figures import theme
from isthmus.report.figures.png import data_url
from isthmus.report.figures.text import clean

if TYPE_CHECKING:
    import altair as alt

Pixels = npt.NDArray[np.uint8]

SIDE_BY_SIDE = 10
SIDE, GAP, LINE = 84, 8, 17
SHARP = 168
"""Pixels across from which drawing programs need not enlarge an image."""


@dataclass(frozen=True, eq=False)
class Picture:
    """One image.

    Attributes
    ----------
    original : (H, W) or (H, W, 3) numbers
        From 0 to 255; what lies outside is cut off, NaN is 0.
    words : tuple of str
        Any texts, one line each above the image.
    reconstruction : array of the same shape, optional
        What was made of it.
    """

    original: npt.ArrayLike
    words: tuple[str, ...] = ()
    reconstruction: npt.ArrayLike | None = None


def image_grid(pictures: Sequence[Picture], *, title: str) -> alt.LayerChart:
    """Draw images side by side, ten in a line, each over its reconstruction.

    Raises
    ------
    DataError
        Naming every image of another shape than the first, or if there is none.
    """
    alt = theme.altair()
    _check(pictures)
    lines = max(len(picture.words) for picture in pictures)
    both = any(picture.reconstruction is not None for picture in pictures)
    band = LINE * lines + (SIDE + GAP) * (2 if both else 1) + GAP
    columns = min(len(pictures), SIDE_BY_SIDE)
    width, height = columns * (SIDE + GAP), -(-len(pictures) // SIDE_BY_SIDE) * band
    images, words = _records(pictures, lines, band)
    x, y = _place("x", width), _place("y", height)
    drawn = (
        alt.Chart(alt.Data(values=images))
        .mark_image(width=SIDE, height=SIDE, align="left", baseline="top")
        .encode(x=x, y=y, url="url:N")
    )
    said = (
        alt.Chart(alt.Data(values=words))
        .mark_text(align="left", baseline="top", fontSize=12, color=theme.INK)
        .encode(x=x, y=y, text="text:N")
    )
    below = ["Above the image, below it its reconstruction"] if both else []
    chart = alt.layer(drawn, said).properties(
        title=theme.title(title, below), width=width, height=height
    )
    told = [", ".join(clean(word) for word in picture.words) for picture in pictures]
    return theme.themed(chart, "Images" + (" over their reconstructions" if both else ""), *told)


def _check(pictures: Sequence[Picture]) -> None:
    if not pictures:
        raise DataError("no image came, at least one was expected")
    expected = np.asarray(pictures[0].original).shape
    if len(expected) not in (2, 3) or 0 in expected or (len(expected) == 3 and expected[2] != 3):
        raise DataError(f"image 0: shape (H, W) or (H, W, 3) was expected, {expected} came")
    problems = [
        f"image {place}, {what}: shape {expected} was expected, {np.asarray(image).shape} came"
        for place, picture in enumerate(pictures)
        for what, image in (
            ("original", picture.original),
            ("reconstruction", picture.reconstruction),
        )
        if image is not None and np.asarray(image).shape != expected
    ]
    if problems:
        raise DataError(*problems)


def _records(
    pictures: Sequence[Picture], lines: int, band: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Images and words with their places in pixels from the upper left corner."""
    images, words = [], []
    for place, picture in enumerate(pictures):
        x = (place % SIDE_BY_SIDE) * (SIDE + GAP)
        y = (place // SIDE_BY_SIDE) * band
        for line, word in enumerate(picture.words):
            words.append({"x": x, "y": y + LINE * line, "text": f"{clean(word, most=16)} "})
        y += LINE * lines
        for image in (picture.original, picture.reconstruction):
            if image is not None:
                images.append({"x": x, "y": y, "url": _url(image)})
            y += SIDE + GAP
    return images, words


def _url(image: npt.ArrayLike) -> str:
    values = np.nan_to_num(np.asarray(image, np.float64), nan=0.0, posinf=255.0, neginf=0.0)
    pixels: Pixels = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    return data_url(pixels, enlarged=max(1, SHARP // max(pixels.shape[:2])))


def _place(name: str, length: int) -> Any:
    alt = theme.altair()
    domain = [0, length] if name == "x" else [length, 0]
    channel = alt.X if name == "x" else alt.Y
    return channel(f"{name}:Q", axis=None, scale=alt.Scale(domain=domain, nice=False, zero=False))
