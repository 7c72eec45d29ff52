"""Small images as bytes of every format, and files that are none."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

COLOURS = np.random.default_rng(3).integers(0, 256, (8, 6, 3), dtype=np.uint8)
"""A small image, 8 lines of 6 pixels."""
GREY = COLOURS[..., 0]


def encoded(image: Any, kind: str, **options: Any) -> bytes:
    """An array or an image of Pillow as the bytes of a file."""
    made = image if isinstance(image, Image.Image) else Image.fromarray(image)
    buffer = io.BytesIO()
    made.save(buffer, kind, **options)
    return buffer.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header says how large it would be."""
    header = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(100))
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", pixels), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    sum_of = struct.pack(">I", zlib.crc32(name + data))
    return struct.pack(">I", len(data)) + name + data + sum_of


PNG = encoded(COLOURS, "PNG")
JPEG = encoded(COLOURS, "JPEG")

BROKEN: dict[str, tuple[bytes, str]] = {
    "empty.png": (b"", "is empty, an image was expected"),
    "text.jpg": (b"hello", "is no PNG, JPEG, BMP, TIFF or WebP image"),
    "gif.png": (encoded(GREY, "GIF"), "is GIF, PNG, JPEG, BMP, TIFF or WebP was expected"),
    "zip.png": (b"PK\x03\x04 and more", "is zip, PNG, JPEG, BMP, TIFF or WebP was expected"),
    "cut.png": (PNG[:-80], "cannot be decoded"),
    "cut.jpg": (JPEG[: len(JPEG) * 3 // 4], "cannot be decoded"),
    "cut.bmp": (encoded(COLOURS, "BMP")[:-40], "cannot be decoded"),
    "cut.tif": (encoded(COLOURS, "TIFF")[:-100], "cannot be decoded"),
    "cut.webp": (encoded(COLOURS, "WEBP")[:-20], "cannot be decoded"),
    "checksum.png": (PNG[:50] + b"zz" + PNG[52:], "cannot be decoded"),
    "bomb.png": (claiming(60000, 60000), "has more than 179 million pixels, at most 50 million"),
    "large.png": (claiming(7000, 8000), "has 8000 x 7000 pixels, at most 50 million are decoded"),
}
"""Files that are no images that can be used, and what is said of each."""
