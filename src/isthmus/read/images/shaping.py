"""From images of any size and colours to rows of one form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from isthmus.errors import DataError, require
from isthmus.read.images.pictures import Pictures, Stack
from isthmus.schema import ImageForm

OPAQUE = 255
"""Transparent parts are laid on white, as most programs show them."""

Values = npt.NDArray[np.float32]


class Shaped(NamedTuple):
    """Rows (n, D), why some cannot be used, and which images were of another size, (n,)."""

    values: Values
    reasons: dict[int, str]
    resized: npt.NDArray[np.bool_]


def shaped(pictures: Pictures, form: ImageForm, rows: int) -> Iterator[Shaped]:
    """All images as rows (n, D), at most so many at a time, with the reasons of unusable ones.

    The rows of unusable images hold NaN alone.
    """
    batch, filled, reasons, resized = _room(rows, form), 0, dict[int, str](), _none(rows)
    for stack in pictures.stacks():
        other = not isinstance(stack, str) and stack.shape[1:3] != (form.height, form.width)
        if isinstance(stack, str):
            reasons[filled] = stack
            values = np.full((1, form.cells), np.nan, np.float32)
        else:
            values = brought(stack, form)
        while len(values):
            taken = values[: rows - filled]
            batch[filled : filled + len(taken)] = taken
            resized[filled : filled + len(taken)] = other
            filled, values = filled + len(taken), values[len(taken) :]
            if filled == rows:
                yield Shaped(batch, reasons, resized)
                batch, filled, reasons, resized = _room(rows, form), 0, {}, _none(rows)
    if filled:
        yield Shaped(batch[:filled], reasons, resized[:filled])


def _none(rows: int) -> npt.NDArray[np.bool_]:
    return np.zeros(rows, bool)


def _room(rows: int, form: ImageForm) -> Values:
    return np.empty((rows, form.cells), np.float32)


def brought(stack: Stack, form: ImageForm) -> Values:
    """A stack as rows (n, D) of that form: colours first, then the size."""
    images = _fitted(coloured(stack, form.channels), form)
    return images.reshape(len(images), -1).astype(np.float32)


def coloured(stack: Stack, channels: int) -> Stack:
    """The same images with so many channels."""
    if stack.shape[3] == channels:
        return stack
    if stack.shape[3] == 4:
        stack = on_white(stack)
    if channels == 1:
        return grey(stack) if stack.shape[3] == 3 else stack
    stack = np.repeat(stack, 3, axis=3) if stack.shape[3] == 1 else stack
    if channels == 3:
        return stack
    opaque = np.full((*stack.shape[:3], 1), OPAQUE, stack.dtype)
    return np.concatenate([stack, opaque], axis=3)


def grey(stack: Stack) -> Stack:
    """Red, green and blue as brightness (ITU-R 601), bytes as Pillow has them."""
    if stack.dtype == np.uint8:
        wide = stack.astype(np.uint32)
        sums = wide[..., 0] * 19595 + wide[..., 1] * 38470 + wide[..., 2] * 7471 + 0x8000
        return (sums >> 16).astype(np.uint8)[..., None]
    wide = stack.astype(np.float32)
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    summed: Stack = (wide * weights).sum(axis=3, keepdims=True)
    return summed


def on_white(stack: Stack) -> Stack:
    """Images with red, green, blue and alpha as those without, transparent parts on white."""
    if stack.dtype != np.uint8:
        raise DataError(
            f"alpha as {stack.dtype} came, where whole numbers from 0 to {OPAQUE} (uint8) say how "
            "transparent a pixel is",
            advice="Leave out the fourth channel: X[..., :3].",
        )
    wide = stack.astype(np.uint32)
    colours, alpha = wide[..., :3], wide[..., 3:]
    laid = (colours * alpha + OPAQUE * (OPAQUE - alpha) + OPAQUE // 2) // OPAQUE
    return laid.astype(np.uint8)


def _fitted(stack: Stack, form: ImageForm) -> Stack:
    """The same images in that height and width."""
    if stack.shape[1:3] == (form.height, form.width):
        return stack
    box = _box(stack.shape[1], stack.shape[2], form)
    return np.stack([_resized(image, box, form) for image in stack])


def _box(height: int, width: int, form: ImageForm) -> tuple[float, float, float, float]:
    """What is kept of an image: left, upper, right and lower edge."""
    if form.fit == "stretch":
        return 0.0, 0.0, float(width), float(height)
    scale = min(height / form.height, width / form.width)
    high, wide = form.height * scale, form.width * scale
    left, upper = (width - wide) / 2, (height - high) / 2
    return left, upper, min(left + wide, width), min(upper + high, height)


def _resized(image: Stack, box: tuple[float, float, float, float], form: ImageForm) -> Stack:
    """One image (height, width, channels), averaged where it becomes smaller."""
    pillow: Any = require("PIL.Image", extra="images", purpose="changing the size of images")
    size, how = (form.width, form.height), pillow.Resampling.BILINEAR
    if image.dtype == np.uint8:
        plain = image[..., 0] if image.shape[2] == 1 else image
        made = np.asarray(pillow.fromarray(np.ascontiguousarray(plain)).resize(size, how, box))
        return made.reshape(form.height, form.width, form.channels)
    planes = [
        pillow.fromarray(np.ascontiguousarray(image[..., place], np.float32))
        for place in range(form.channels)
    ]
    return np.stack([np.asarray(plane.resize(size, how, box)) for plane in planes], axis=2)
