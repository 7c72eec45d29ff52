"""Heat maps to look at: original, reconstruction and heat map side by side, as PNG files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from isthmus.atomic import written
from isthmus.errors import FileAccessError, require
from isthmus.schema import Schema
from isthmus.scoring.explain.views import PictureView

SMALLEST = 224
"""Pixels that the longer side of an image has at least, each of its own drawn so many times."""
GAP = 8
HOTTEST = 100.0
"""Times the usual error that are drawn in the last colour; 1 and less are not drawn at all."""
COLOURS = np.array([[60, 0, 90], [220, 30, 30], [255, 150, 0], [255, 255, 120]], np.float64)
"""From hardly off to far off: dark violet, red, orange, light yellow."""


def claim_folder(path: str, *, force: bool) -> None:
    """Make a folder for heat maps, or refuse one that holds anything.

    Raises
    ------
    FileAccessError
        If it cannot be made, is a file, or is not empty and `force` is false.
    """
    folder = Path(path)
    try:
        folder.mkdir(exist_ok=True)
        held = next(folder.iterdir(), None)
    except FileNotFoundError:
        raise FileAccessError(f"{path}: the directory {folder.parent} does not exist") from None
    except (FileExistsError, NotADirectoryError):
        raise FileAccessError(f"{path}: is a file, a directory was expected") from None
    except OSError as error:
        raise FileAccessError(f"{path}: could not be made or read: {error.strerror}") from error
    if held is not None and not force:
        raise FileAccessError(
            f"{path}: is not empty",
            advice="Choose another name, or let its heat maps be replaced with --force.",
        )


def save_view(folder: str, view: PictureView, schema: Schema, *, force: bool) -> Path:
    """Write one file, ``row-17.png``, whole or not at all.

    Raises
    ------
    FileAccessError
        If it exists and `force` is false, or cannot be written.
    """
    pillow: Any = require("PIL.Image", extra="images", purpose="drawing heat maps")
    path = Path(folder) / f"row-{view.row}.png"
    drawn = io.BytesIO()
    pillow.fromarray(drawing(view, schema)).save(drawn, "PNG")
    with written(path, overwrite=force) as file:
        file.write(drawn.getvalue())
    return path


def drawing(view: PictureView, schema: Schema) -> np.ndarray:
    """Original, reconstruction and heat map side by side, shape (height, width, 3), uint8.

    Of pairs the original is what was to be rebuilt.
    """
    low, high = _range(schema)
    judged = [place for place, column in enumerate(schema.columns) if column.target]
    images = (part[..., judged or slice(None)] for part in (view.observed, view.expected))
    panels = [_visible(image, low, high) for image in images]
    panels.append(_heated(panels[0], view.heat))
    factor = max(1, SMALLEST // max(view.heat.shape))
    large = [panel.repeat(factor, axis=0).repeat(factor, axis=1) for panel in panels]
    gap = np.full((large[0].shape[0], GAP, 3), 255, np.uint8)
    return np.concatenate([large[0], gap, large[1], gap, large[2]], axis=1)


def _range(schema: Schema) -> tuple[float, float]:
    """What is drawn black and white: 0 and 255, or what training had where that is no bytes."""
    low = min(column.minimum for column in schema.columns)
    high = max(column.maximum for column in schema.columns)
    return (0.0, 255.0) if low >= 0 and 1 < high <= 255 else (low, high)


def _visible(image: np.ndarray, low: float, high: float) -> np.ndarray:
    """An image (height, width, channels) as bytes of red, green and blue; what is missing black."""
    share = (image.astype(np.float64) - low) / ((high - low) or 1.0)
    grey = np.nan_to_num(np.clip(share, 0, 1) * 255, nan=0.0).round().astype(np.uint8)
    return grey[..., :3] if grey.shape[2] >= 3 else np.repeat(grey[..., :1], 3, axis=2)


def _heated(image: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Colours over a dim grey image (height, width, 3), the stronger the farther off."""
    dim = image.mean(axis=2, keepdims=True) * 0.5
    bounded = np.clip(np.nan_to_num(heat, nan=1.0, posinf=HOTTEST), 1.0, HOTTEST)
    share = np.log(bounded) / np.log(HOTTEST)
    places = np.linspace(0, 1, len(COLOURS))
    colours = np.stack([np.interp(share, places, COLOURS[:, rgb]) for rgb in range(3)], axis=2)
    weight = np.sqrt(share)[..., None]
    mixed = dim * (1 - weight) + colours * weight
    drawn: np.ndarray = mixed.round().astype(np.uint8)
    return drawn
