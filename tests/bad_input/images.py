"""Bad images, to learn from and to score."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image

from tests.bad_input.case import Case, Content

HEIGHT, WIDTH = 6, 5
FIT, SCORE = "fit photos", "score photos.onnx photos"


def picture(seed: int, height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    """A grey image of noise around its own brightness."""
    generator = np.random.default_rng(seed)
    level = generator.uniform(60, 190)
    image: np.ndarray = (level + generator.normal(0, 9, (height, width))).astype(np.uint8)
    return image


def encoded(image: np.ndarray, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(image).save(file, kind)
    return file.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is so large."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(64))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def cut(image: bytes) -> bytes:
    return image[: len(image) * 2 // 3]


def photos(**more: Content) -> dict[str, Content]:
    """First what is bad, named by its ending, then 12 images that are not."""
    bad = {f"photos/bad.{ending}": content for ending, content in more.items()}
    return {**bad, **{f"photos/good/{n:02d}.png": encoded(picture(n)) for n in range(12)}}


def last(content: Content, ending: str = "png") -> dict[str, Content]:
    """Two images that can be scored, and a last one that cannot."""
    fine = {f"photos/{n}.png": encoded(picture(n)) for n in range(2)}
    return {**fine, f"photos/9.{ending}": content}


def array(values: np.ndarray) -> Callable[[], bytes]:
    def made() -> bytes:
        file = io.BytesIO()
        np.save(file, values)
        return file.getvalue()

    return made


# fmt: off
IMAGES = (
    Case("an image that is cut off", f"{FIT} --size 6x5", 4,
         "refused: `bad.jpg: cannot be decoded`",
         photos(jpg=cut(encoded(picture(1, 40, 40), "JPEG")))),
    Case("an empty file named like an image", FIT, 4,
         "refused: `bad.png: is empty, an image was expected`", photos(png=b"")),
    Case("a GIF named like a PNG", FIT, 4,
         "refused: `bad.png: is GIF, PNG, JPEG, BMP, TIFF or WebP was expected`",
         photos(png=encoded(picture(1), "GIF"))),
    Case("text named like an image", FIT, 4,
         "refused: `bad.png: is no PNG, JPEG, BMP, TIFF or WebP image`", photos(png=b"hello")),
    Case("an image that claims 60000 x 60000 pixels", FIT, 4,
         "refused without decoding it: `bad.png: has more than 179 million pixels, at most 50 "
         "million are decoded`", photos(png=claiming(60000, 60000))),
    Case("an image of 64 megapixels", FIT, 4,
         "refused without decoding it: `has 8000 x 8000 pixels, at most 50 million are decoded "
         "(--max-megapixels)`", photos(png=claiming(8000, 8000))),
    Case("images of several sizes", FIT, 2,
         "refused: `images of 2 sizes came, one was expected: 6 x 5 (12 images), 9 x 9 (1 image)`; "
         "`such as 6x5`", photos(png=encoded(picture(1, 9, 9))), where="photos"),
    Case("files among images that are none", f"{FIT} --architecture dense", 0,
         "passed over and counted: `passed over: 1 .txt, which are named like no image`",
         photos(txt=b"notes")),
    Case("a size that is none", f"{FIT} --size big", 2,
         "refused: `size: height x width such as 64 or 64x48 expected, got 'big'`", photos(),
         where="--size"),
    Case("an array with its channels first", "fit bad.npy", 4,
         "refused: `got (12, 3, 8, 8)`; `Put the channels last`",
         {"bad.npy": array(np.zeros((12, 3, 8, 8)))}),
    Case("an infinite pixel", "fit bad.npy", 4,
         "refused: `row 0, the pixel in line 0, column 0: inf cannot be learnt from`",
         {"bad.npy": array(np.full((12, 4, 4), np.inf))}),
    Case("an image that is cut off", SCORE, 0, "that row is invalid: `cannot be decoded`",
         last(cut(encoded(picture(1, 40, 40), "JPEG")), "jpg"), invalid=(2,)),
    Case("an empty file named like an image", SCORE, 0,
         "that row is invalid: `is empty, an image was expected`", last(b""), invalid=(2,)),
    Case("an image that claims 60000 x 60000 pixels", SCORE, 0,
         "that row is invalid: `has more than 179 million pixels`", last(claiming(60000, 60000)),
         invalid=(2,)),
    Case("an image of another size", SCORE, 0, "brought to the size of the detector, and scored",
         last(encoded(picture(1, 90, 70)))),
    Case("images where columns were", "score detector.onnx photos", 4,
         "refused: `photos: images came, the detector was trained on a table of 3 columns`",
         last(encoded(picture(3))), where="photos"),
    Case("columns where images were", "score photos.onnx new.csv", 4,
         "refused: `3 columns came, the detector was trained on 30`", where="new.csv"),
)
