"""Images of any size become rows of one form, the same whatever comes beside them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_files import COLOURS
from PIL import Image

from isthmus.errors import DataError
from isthmus.read.images.pictures import Pictures, Stack, has_colours
from isthmus.read.images.shaping import brought, coloured, grey, on_white, shaped
from isthmus.schema import ImageForm

SIDES = st.integers(1, 12)


def made(*items: Stack | str) -> Pictures:
    count = sum(1 if isinstance(item, str) else len(item) for item in items)

    def stacks() -> Iterator[Stack | str]:
        return iter(items)

    return Pictures(count, lambda: iter(()), stacks, str)


def test_an_image_of_the_right_form_is_not_touched() -> None:
    form = ImageForm(height=8, width=6, channels=3)
    for dtype in (np.uint8, np.float32):
        assert np.array_equal(brought(COLOURS[None].astype(dtype), form)[0], COLOURS.ravel())


@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from([1, 3]), st.sampled_from(["stretch", "crop"]))
def test_an_image_of_one_colour_keeps_it(
    height: int, width: int, high: int, wide: int, channels: int, fit: str
) -> None:
    form = ImageForm.model_validate(
        {"height": high, "width": wide, "channels": channels, "fit": fit}
    )
    for dtype in (np.uint8, np.float32):
        stack = np.full((2, height, width, channels), 117, dtype)
        values = brought(stack, form)
        assert values.shape == (2, high * wide * channels)
        assert values.dtype == np.float32
        assert np.allclose(values, 117, atol=1e-3)


@given(SIDES, SIDES, SIDES, SIDES, st.integers(0, 9))
def test_bytes_and_floats_are_scaled_alike(
    height: int, width: int, high: int, wide: int, seed: int
) -> None:
    stack = np.random.default_rng(seed).integers(0, 256, (1, height, width, 3), dtype=np.uint8)
    form = ImageForm(height=high, width=wide, channels=3)
    apart = brought(stack, form) - brought(stack.astype(np.float32), form)
    assert np.abs(apart).max() <= 1.5


def test_what_is_cut_lies_in_the_middle() -> None:
    wide = np.zeros((1, 4, 12, 1), np.uint8)
    wide[:, :, 4:8] = 200
    square = ImageForm(height=4, width=4, channels=1, fit="crop")
    assert (brought(wide, square) == 200).all()
    high = wide.swapaxes(1, 2)
    assert (brought(high, square) == 200).all()
    assert brought(wide, ImageForm(height=4, width=4, channels=1)).min() == 0


def test_brightness_is_that_of_pillow() -> None:
    every = np.stack(np.meshgrid(*[np.arange(0, 256, 5, dtype=np.uint8)] * 3), axis=-1)
    flat = every.reshape(1, -1, 52, 3)
    assert np.array_equal(grey(flat)[0, ..., 0], np.asarray(Image.fromarray(flat[0]).convert("L")))
    assert np.allclose(grey(flat.astype(np.float32)), grey(flat), atol=0.51)


def test_grey_as_colours_and_back_is_the_same() -> None:
    stack = COLOURS[None, ..., :1]
    assert np.array_equal(coloured(coloured(stack, 3), 1), stack)


def test_alpha_is_laid_on_white_and_may_be_added() -> None:
    stack = np.dstack([COLOURS, np.full((8, 6), 255, np.uint8)])[None]
    assert np.array_equal(coloured(stack, 3)[0], COLOURS)
    assert np.array_equal(coloured(COLOURS[None], 4), stack)
    assert coloured(stack, 1).shape == (1, 8, 6, 1)
    with pytest.raises(DataError, match="alpha as float32 came"):
        on_white(stack.astype(np.float32))


@given(st.lists(st.integers(0, 4), max_size=8), st.integers(1, 9))
def test_batches_do_not_depend_on_how_images_come_together(sizes: list[int], rows: int) -> None:
    """A size of 0 is an image that cannot be used."""
    form = ImageForm(height=2, width=2, channels=1)
    count = sum(size or 1 for size in sizes)
    images = np.arange(4 * count, dtype=np.uint8).reshape(count, 2, 2, 1)
    items: list[Stack | str] = []
    expected = images.reshape(count, 4).astype(np.float32)
    reasons, first = {}, 0
    for size in sizes:
        items.append(images[first : first + size] if size else f"reason {first}")
        if not size:
            expected[first], reasons[first] = np.nan, f"reason {first}"
        first += size or 1
    found, seen = {}, []
    for values, bad, resized in shaped(made(*items), form, rows):
        found |= {sum(map(len, seen)) + place: reason for place, reason in bad.items()}
        assert not resized.any()
        seen.append(values)
    assert all(len(values) == rows for values in seen[:-1])
    assert found == reasons
    whole = np.concatenate([np.empty((0, 4), np.float32), *seen])
    assert np.array_equal(whole, expected, equal_nan=True)


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_images_of_another_size_are_told_apart(rows: int) -> None:
    form = ImageForm(height=2, width=2, channels=1)
    same, other = np.zeros((2, 2, 2, 1), np.uint8), np.zeros((3, 2, 4, 1), np.uint8)
    parts = [part.resized for part in shaped(made(same, "broken", other, same[:1]), form, rows)]
    assert np.concatenate(parts).tolist() == [False] * 3 + [True] * 3 + [False]


def test_colours_are_looked_for_up_to_the_first() -> None:
    plain = np.repeat(COLOURS[None, ..., :1], 3, axis=3)
    assert not has_colours(made(plain, "broken", COLOURS[None, ..., :1]))
    assert has_colours(made(plain, COLOURS[None]))
    gaps = plain.astype(np.float32)
    gaps[0, 0, 0] = np.nan
    assert not has_colours(made(gaps))
    gaps[0, 0, 0, 0] = 1
    assert has_colours(made(gaps))
