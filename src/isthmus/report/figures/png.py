"""An array as the bytes of a PNG file, for figures that hold images."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np
import numpy.typing as npt

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB = 0, 2


def data_url(pixels: npt.NDArray[np.uint8], *, enlarged: int = 1) -> str:
    """Pixels (H, W) or (H, W, 3) as text that stands for a PNG file.

    `enlarged` repeats every pixel so many times both ways, so that drawing programs, which smooth
    what they enlarge, leave its edges sharp.
    """
    large = pixels.repeat(enlarged, axis=0).repeat(enlarged, axis=1)
    return f"data:image/png;base64,{base64.b64encode(png(large)).decode('ascii')}"


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """The file of pixels (H, W), grey, or (H, W, 3), red, green and blue."""
    height, width = pixels.shape[:2]
    color = GREY if pixels.ndim == 2 else RGB
    lines = np.ascontiguousarray(pixels).reshape(height, -1)
    unfiltered = np.concatenate([np.zeros((height, 1), np.uint8), lines], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, color, 0, 0, 0)
    return b"".join(
        [
            SIGNATURE,
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(unfiltered.tobytes(), 6)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)
