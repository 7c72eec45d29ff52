"""The form of images is theirs, or what was asked for; what is left open is asked back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from image_files import COLOURS, GREY, encoded

from isthmus.errors import DataError, UsageError
from isthmus.options import RowOptions
from isthmus.read import Rows, open_source, read_rows
from isthmus.read.images.rows import as_images
from isthmus.schema import ImageForm


def put(folder: Path, *images: np.ndarray) -> Path:
    for place, image in enumerate(images):
        (folder / f"{place}.png").write_bytes(encoded(image, "PNG"))
    return folder


def learnt(data: Any, **options: Any) -> Rows:
    return read_rows(open_source(data), RowOptions(**options))


def test_the_size_that_all_have_is_taken_and_said(tmp_path: Path) -> None:
    rows = learnt(put(tmp_path, COLOURS, COLOURS))
    assert rows.image == ImageForm(height=8, width=6, channels=3)
    assert rows.decisions[-1] == (
        f"{tmp_path}: 8 x 6 (as all are; --size to change), red, green, blue (not all are grey; "
        "--colour to change)"
    )


def test_several_sizes_are_listed_with_a_proposal(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as failure:
        learnt(put(tmp_path, GREY, GREY, GREY[:5]))
    assert failure.value.problems == (
        f"{tmp_path}: images of 2 sizes came, one was expected: 8 x 6 (2 images), 5 x 6 (1 image)",
    )
    assert "size, such as 8x6" in failure.value.advice


def test_many_sizes_are_not_all_listed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"and 2 more sizes\n") as failure:
        learnt(put(tmp_path, *(np.zeros((n, 700), np.uint8) for n in range(350, 357))))
    assert "64x128" in failure.value.advice


@pytest.mark.parametrize(
    ("options", "form"),
    [
        ({"size": "5"}, ImageForm(height=5, width=5, channels=3)),
        ({"size": "3x9"}, ImageForm(height=3, width=9, channels=3)),
        ({"size": (3, 9)}, ImageForm(height=3, width=9, channels=3)),
        ({"size": 4, "crop": True}, ImageForm(height=4, width=4, channels=3, fit="crop")),
        ({"size": 4, "colour": "grey"}, ImageForm(height=4, width=4, channels=1)),
    ],
)
def test_what_is_asked_for_is_taken(
    tmp_path: Path, options: dict[str, Any], form: ImageForm
) -> None:
    rows = learnt(put(tmp_path, COLOURS, GREY[:5]), **options)
    assert rows.image == form
    assert rows.values.shape == (2, form.cells)


@pytest.mark.parametrize(
    "size", ["0", "-3", "a", "3x", "x3", "3x4x5", "123456", 0, (1, 2, 3), True]
)
def test_a_size_that_is_none_is_refused(size: Any) -> None:
    with pytest.raises(ValueError, match="height x width such as 64 or 64x48 expected"):
        RowOptions(size=size)


def test_grey_images_stored_with_colours_are_grey(tmp_path: Path) -> None:
    rows = learnt(put(tmp_path, np.dstack([GREY] * 3), GREY))
    assert rows.names == ("grey",)
    assert np.array_equal(rows.values, np.stack([GREY.ravel()] * 2))
    assert learnt(tmp_path, colour="rgb").names == ("red", "green", "blue")


def test_one_image_with_colours_gives_all_three_channels(tmp_path: Path) -> None:
    rows = learnt(put(tmp_path, GREY, COLOURS))
    assert rows.image == ImageForm(height=8, width=6, channels=3)
    assert np.array_equal(rows.values[0], np.dstack([GREY] * 3).ravel())


def test_an_array_with_alpha_keeps_it_unless_colours_are_asked_for() -> None:
    stack = np.dstack([COLOURS, np.full((8, 6), 255, np.uint8)])[None]
    assert learnt(stack).names == ("red", "green", "blue", "alpha")
    assert np.array_equal(learnt(stack, colour="rgb").values[0], COLOURS.ravel())


def test_too_large_images_are_refused_with_a_size_that_fits() -> None:
    stack = np.broadcast_to(np.uint8(0), (2, 1000, 500))
    with pytest.raises(UsageError, match="500000 cells, at most 196608 can") as failure:
        learnt(stack)
    assert "128x64" in failure.value.advice


def test_what_memory_cannot_hold_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("os.sysconf", lambda name: 10_000)
    with pytest.raises(DataError, match=r"1000 images of 200 x 200 take 0 GB, .* GB of memory"):
        learnt(np.broadcast_to(np.uint8(0), (1000, 200, 200)))


FLAT = np.arange(5 * 48, dtype=np.float64).reshape(5, 48)


def flat(**options: Any) -> Rows:
    columns = RowOptions(kind="image", **options)
    return as_images(read_rows(open_source(FLAT), columns), columns)


def test_rows_of_numbers_are_images_of_the_size_that_is_said() -> None:
    rows = flat(size="8x6")
    assert rows.image == ImageForm(height=8, width=6, channels=1)
    assert np.array_equal(rows.values, FLAT)
    assert rows.values.dtype == np.float32
    assert flat(size="4").names == ("red", "green", "blue")


def test_rows_of_numbers_of_another_size_or_none_are_refused() -> None:
    with pytest.raises(UsageError, match="how high and wide are the images"):
        flat()
    with pytest.raises(UsageError, match=r"rows of 25 or 75 numbers were expected .* of 48 came"):
        flat(size="5")
    with pytest.raises(UsageError, match=r"rows of 16 numbers were expected"):
        flat(size="4", colour="grey")


def test_names_are_no_pixels() -> None:
    columns = RowOptions(kind="image", size="1x2")
    rows = read_rows(open_source({"a": [1.0, 2.0], "b": ["x", "x"]}), columns)
    with pytest.raises(UsageError, match="'b' is a category, and images have numbers alone"):
        as_images(rows, columns)
