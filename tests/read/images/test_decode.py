"""Every format, colour model and orientation becomes the same pixels; what is broken a reason."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_files import BROKEN, COLOURS, GREY, JPEG, PNG, claiming, encoded
from PIL import Image, ImageOps

from isthmus.errors import UnreadableDataError
from isthmus.read.images.decode import decode, look

PIXELS = 50e6


def pixels(data: bytes) -> np.ndarray:
    return decode(io.BytesIO(data), PIXELS)[0]


def seen(data: bytes) -> tuple[int, ...]:
    return tuple(look(io.BytesIO(data), PIXELS))


LOSSLESS: dict[str, dict[str, Any]] = {"PNG": {}, "BMP": {}, "TIFF": {}, "WEBP": {"lossless": True}}


@pytest.mark.parametrize("kind", LOSSLESS)
def test_a_lossless_format_keeps_every_pixel(kind: str) -> None:
    data = encoded(COLOURS, kind, **LOSSLESS[kind])
    assert np.array_equal(pixels(data), COLOURS)
    assert seen(data) == (8, 6, 3)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "JPEG"])
def test_grey_images_have_one_channel(kind: str) -> None:
    data = encoded(GREY, kind)
    assert seen(data) == (8, 6, 1) == pixels(data).shape
    if kind != "JPEG":
        assert np.array_equal(pixels(data)[..., 0], GREY)


def test_a_jpeg_is_decoded_as_pillow_does() -> None:
    assert np.array_equal(pixels(JPEG), np.asarray(Image.open(io.BytesIO(JPEG))))


def test_sixteen_bits_go_to_255_without_losing_any() -> None:
    deep = np.array([[0, 257, 65535], [1, 30000, 12345]], np.uint16)
    for kind in ("PNG", "TIFF"):
        data = encoded(deep, kind)
        assert seen(data) == (2, 3, 1)
        assert np.allclose(pixels(data)[..., 0], deep / 257, rtol=1e-6)
        assert len(np.unique(pixels(data))) == 6


def test_floating_point_grey_stays_as_it_is() -> None:
    values = np.array([[0.25, -3.0], [1e6, 7.5]], np.float32)
    assert np.array_equal(pixels(encoded(values, "TIFF"))[..., 0], values)


def test_bits_are_black_and_white() -> None:
    bits = Image.fromarray(GREY).convert("1")
    assert set(np.unique(pixels(encoded(bits, "PNG")))) <= {0, 255}


def test_a_palette_becomes_its_colours() -> None:
    palette = Image.fromarray(COLOURS).quantize(8)
    expected = np.asarray(palette.convert("RGB"))
    assert np.array_equal(pixels(encoded(palette, "PNG")), expected)
    assert seen(encoded(palette, "PNG")) == (8, 6, 3)


def test_cmyk_becomes_red_green_and_blue() -> None:
    inks = Image.new("CMYK", (4, 3), (0, 255, 255, 0))
    data = encoded(inks, "JPEG", quality=100)
    assert np.abs(pixels(data).astype(int) - [255, 0, 0]).max() <= 3
    assert seen(data) == (3, 4, 3)


def test_transparent_parts_are_white() -> None:
    clear = np.dstack([COLOURS, np.zeros((8, 6), np.uint8)])
    assert (pixels(encoded(clear, "PNG")) == 255).all()
    opaque = np.dstack([COLOURS, np.full((8, 6), 255, np.uint8)])
    assert np.array_equal(pixels(encoded(opaque, "PNG")), COLOURS)
    half = np.dstack([np.zeros((8, 6, 3), np.uint8), np.full((8, 6), 128, np.uint8)])
    assert (pixels(encoded(half, "PNG")) == 127).all()


def test_grey_with_alpha_stays_grey() -> None:
    data = encoded(np.dstack([GREY, np.full_like(GREY, 255)]), "PNG")
    assert seen(data) == (8, 6, 1)
    assert np.array_equal(pixels(data)[..., 0], GREY)


def test_a_transparent_colour_of_a_palette_is_white() -> None:
    palette = Image.new("P", (2, 1), 0)
    palette.putpalette([10, 20, 30, 200, 100, 50])
    palette.putpixel((1, 0), 1)
    data = encoded(palette, "PNG", transparency=0)
    assert pixels(data).tolist() == [[[255, 255, 255], [200, 100, 50]]]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_images_stand_upright_as_exif_says(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
    data = encoded(COLOURS, kind, exif=exif, **options)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data))))
    assert np.array_equal(pixels(data), upright)
    assert seen(data) == upright.shape


def test_an_orientation_that_is_none_changes_nothing() -> None:
    exif = Image.Exif()
    exif[0x0112] = 77
    assert np.array_equal(pixels(encoded(COLOURS, "PNG", exif=exif)), COLOURS)


def test_of_several_images_in_one_file_the_first_is_taken() -> None:
    other = Image.fromarray(255 - COLOURS)
    data = encoded(COLOURS, "TIFF", save_all=True, append_images=[other])
    assert np.array_equal(pixels(data), COLOURS)


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_image_or_too_large_has_a_reason(name: str) -> None:
    data, reason = BROKEN[name]
    with pytest.raises(UnreadableDataError, match=reason) as failure:
        pixels(data)
    assert " object at " not in str(failure.value)


def test_the_limit_is_the_users() -> None:
    assert seen(claiming(7000, 7000)) == (7000, 7000, 1)
    with pytest.raises(UnreadableDataError, match=r"8 x 6 pixels, at most 4e-05 million"):
        decode(io.BytesIO(PNG), 40)


def test_a_large_header_costs_neither_time_nor_memory() -> None:
    """The limit strikes before anything of that size is made, without a warning."""
    with pytest.raises(UnreadableDataError, match="179 million"):
        look(io.BytesIO(claiming(2**31 - 1, 2**31 - 1)), PIXELS)


@given(st.binary(max_size=200), st.integers(0, 60), st.sampled_from(["PNG", "JPEG", "BMP", "TIFF"]))
def test_damaged_bytes_are_decoded_or_have_a_reason(noise: bytes, start: int, kind: str) -> None:
    whole = encoded(COLOURS, kind)
    data = whole[:start] + noise + whole[start + len(noise) :]
    for see in (look, decode):
        try:
            see(io.BytesIO(data), 1e6)
        except UnreadableDataError as failure:
            assert str(failure)
