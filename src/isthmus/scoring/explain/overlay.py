"""Heat maps to look at: original, reconstruction and heat map side by side, as PNG files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from isthmus.atomic import written
from isthmus.errors import FileAccessError, require
from isthmus.schema import Schema
from isthmus.scoring.explain.amounts import times
from isthmus.scoring.explain.captions import GAP, captioned
from isthmus.scoring.explain.views import PictureView

SMALLEST = 224
"""Pixels that the longer side of an image has at least, each of its own drawn so many times."""
COOLEST, HOTTEST = 4.0, 100.0
"""Times the usual error that are not drawn yet, and that are drawn in the last colour; where a
pixel is off by more, it has the last colour."""
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
    """Write one file, named like the image or else ``row-17.png``, whole or not at all.

    Raises
    ------
    FileAccessError
        If it exists and `force` is false, or cannot be written.
    """
    pillow: Any = require("PIL.Image", extra="images", purpose="drawing heat maps")
    path = Path(folder) / (view.name or f"row-{view.row}")
    if path.suffix.lower() != ".png":
        path = path.with_name(f"{path.name}.png")
    drawn = io.BytesIO()
    pillow.fromarray(titled(view, schema)).save(drawn, "PNG")
    _make_folder(path.parent)
    with written(path, overwrite=force) as file:
        file.write(drawn.getvalue())
    return path


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileAccessError(f"{folder}: could not be made: {error.strerror}") from error


def titled(view: PictureView, schema: Schema) -> np.ndarray:
    """The drawing with a title over each panel, and the scale of the heat."""
    judged = any(column.target for column in schema.columns)
    titles = ("target" if judged else "original", "rebuilt", "error, times the usual")
    hottest = _hottest(view.heat)
    steps = np.linspace(0, 1, 256)
    black = np.zeros((1, len(steps), 3))
    ramp = _mixed(black, steps[None])[0]
    ends = (f"{COOLEST:g} and less", times(hottest))
    return captioned(panels(view, schema), titles, ramp, ends)


def drawing(view: PictureView, schema: Schema) -> np.ndarray:
    """Original, reconstruction and heat map side by side, shape (height, width, 3), uint8.

    Of pairs the original is what was to be rebuilt.
    """
    large = panels(view, schema)
    gap = np.full((large[0].shape[0], GAP, 3), 255, np.uint8)
    return np.concatenate([large[0], gap, large[1], gap, large[2]], axis=1)


def panels(view: PictureView, schema: Schema, *, smallest: int = SMALLEST) -> list[np.ndarray]:
    """The three pictures, each (height, width, 3), uint8; the longer side is about `smallest`."""
    low, high = _range(schema)
    judged = [place for place, column in enumerate(schema.columns) if column.target]
    images = (part[..., judged or slice(None)] for part in (view.observed, view.expected))
    drawn = [_visible(image, low, high) for image in images]
    drawn.append(_heated(drawn[0], view.heat))
    factor = max(1, smallest // max(view.heat.shape))
    return [panel.repeat(factor, axis=0).repeat(factor, axis=1) for panel in drawn]


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
    hottest = _hottest(heat)
    bounded = np.clip(np.nan_to_num(heat, nan=0.0, posinf=hottest), COOLEST, hottest)
    first, last = np.sqrt(COOLEST), np.sqrt(hottest)
    return _mixed(dim, (np.sqrt(bounded) - first) / (last - first))


def _hottest(heat: np.ndarray) -> float:
    """Times the usual error that have the last colour."""
    finite = heat[np.isfinite(heat)]
    return max(HOTTEST, float(finite.max(initial=0.0)))


def _mixed(dim: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Colours of shares (height, width) from 0 to 1, over an image (height, width, 1 or 3)."""
    places = np.linspace(0, 1, len(COLOURS))
    colours = np.stack([np.interp(share, places, COLOURS[:, rgb]) for rgb in range(3)], axis=2)
    weight = np.minimum(1.0, 1.5 * share)[..., None]
    mixed = dim * (1 - weight) + colours * weight
    drawn: np.ndarray = mixed.round().astype(np.uint8)
    return drawn
