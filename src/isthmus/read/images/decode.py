"""Image files: looked at and decoded by Pillow, within limits and without a word on the screen."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from isthmus.errors import UnreadableDataError, require
from isthmus.read.images.pictures import Look, Stack
from isthmus.read.images.shaping import on_white

FORMATS = ("PNG", "JPEG", "BMP", "TIFF", "WEBP")
"""Formats of Pillow that are tried; others, such as EPS, may start other programs."""
ENDINGS = (".png", ".jpg", ".jpeg", ".jpe", ".bmp", ".tif", ".tiff", ".webp")
FOREIGN = {b"GIF8": "GIF", b"%PDF": "PDF", b"PK\x03\x04": "zip", b"8BPS": "Photoshop"}
"""First bytes of what is often found under the name of an image."""
BRIGHTEST = 257
"""What 16 bits are divided by, so that they go to 255 as 8 bits do."""

_GREY = ("1", "L", "LA", "La")
_DEEP = ("I", "F")


def look(file: IO[bytes], most_pixels: float) -> Look:
    """Height, width and channels of the image in a file, upright, from its header.

    Raises
    ------
    UnreadableDataError
        With the reason alone, if it is no image or has more pixels.
    """
    with _opened(file, most_pixels) as image:
        height, width = image.height, image.width
        if _turned(image) >= 5:
            height, width = width, height
        return Look(height, width, 1 if image.mode in _GREY or _is_deep(image) else 3)


def decode(file: IO[bytes], most_pixels: float) -> Stack:
    """The image in a file, upright, shape (1, height, width, 1 or 3).

    8 bits as they are; 16 bits of grey as fractions up to 255; grey of 32 bits or floating point
    as it is; palettes and other colour models as red, green and blue; transparent parts on white;
    of several images in one file the first.

    Raises
    ------
    UnreadableDataError
        With the reason alone, if it is no image, is broken or has more pixels.
    """
    with _opened(file, most_pixels) as image:
        turned = _turned(image)
        image.load()
        upright: Stack = np.ascontiguousarray(_UPRIGHT[turned](_pixels(image)))
        return upright[None]


@contextlib.contextmanager
def _opened(file: IO[bytes], most_pixels: float) -> Iterator[Any]:
    pillow: Any = require("PIL.Image", extra="images", purpose="reading images")
    try:
        with warnings.catch_warnings():
            # Pillow warns of large images and odd ones; what matters becomes a reason.
            warnings.simplefilter("ignore")
            with pillow.open(file, formats=FORMATS) as image:
                _refuse_large(image.width, image.height, most_pixels)
                yield image
    except UnreadableDataError:
        raise
    except pillow.DecompressionBombError:
        raise UnreadableDataError(
            f"has more than {2 * pillow.MAX_IMAGE_PIXELS / 1e6:.0f} million pixels, at most "
            f"{most_pixels / 1e6:g} million are decoded"
        ) from None
    except pillow.UnidentifiedImageError:
        raise UnreadableDataError(_unknown(file)) from None
    except Exception as error:  # Decoders have no closed list of failures for broken bytes.
        if isinstance(error, OSError) and error.errno is not None:
            raise UnreadableDataError(f"could not be read: {error.strerror}") from error
        said = str(error).split(" <", 1)[0] or type(error).__name__
        raise UnreadableDataError(f"cannot be decoded: {said}") from error


def _refuse_large(width: int, height: int, most_pixels: float) -> None:
    if width * height > most_pixels:
        raise UnreadableDataError(
            f"has {height} x {width} pixels, at most {most_pixels / 1e6:g} million are decoded "
            "(--max-megapixels)"
        )


def _unknown(file: IO[bytes]) -> str:
    file.seek(0)
    head = file.read(8)
    if not head:
        return "is empty, an image was expected"
    for magic, name in FOREIGN.items():
        if head.startswith(magic):
            return f"is {name}, PNG, JPEG, BMP, TIFF or WebP was expected"
    return "is no PNG, JPEG, BMP, TIFF or WebP image"


def _turned(image: Any) -> int:
    """How the camera was held, 1 to 8 as in EXIF; Pillow itself turns TIFF while it decodes."""
    # Where a PNG says it behind the pixels, asking would decode them.
    if image.format == "TIFF" or (image.format == "PNG" and "exif" not in image.info):
        return 1
    try:
        turned = image.getexif().get(0x0112, 1)
    except Exception:  # Broken EXIF says nothing of the pixels, and has no closed list of failures.
        return 1
    return turned if turned in _UPRIGHT else 1


_UPRIGHT = {
    1: lambda pixels: pixels,
    2: lambda pixels: pixels[:, ::-1],
    3: lambda pixels: pixels[::-1, ::-1],
    4: lambda pixels: pixels[::-1],
    5: lambda pixels: pixels.swapaxes(0, 1),
    6: lambda pixels: pixels[::-1].swapaxes(0, 1),
    7: lambda pixels: pixels[::-1, ::-1].swapaxes(0, 1),
    8: lambda pixels: pixels[:, ::-1].swapaxes(0, 1),
}
"""From pixels (height, width, channels) as they are stored to upright ones, by EXIF orientation."""


def _is_deep(image: Any) -> bool:
    """Whether it has one channel of more than 8 bits."""
    return image.mode in _DEEP or image.mode.startswith("I;16")


def _pixels(image: Any) -> Stack:
    """Pixels (height, width, 1 or 3)."""
    if _is_deep(image):
        deep: Stack = np.asarray(image).astype(np.float32)[..., None]
        return deep / np.float32(BRIGHTEST) if image.mode.startswith("I;16") else deep
    if image.has_transparency_data:
        colours: Stack = on_white(np.asarray(image.convert("RGBA"))[None])[0]
        return colours[..., :1] if image.mode in _GREY else colours
    plain: Stack = np.asarray(image.convert("L" if image.mode in _GREY else "RGB"))
    return plain[..., None] if image.mode in _GREY else plain
