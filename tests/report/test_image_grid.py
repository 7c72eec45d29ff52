"""Grids of images: every pixel is there, and every image has its words."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
import pytest
from pictures import data_of

from isthmus.errors import DataError
from isthmus.report.figures import Picture, image_grid
from isthmus.report.figures.png import data_url, png


def opened(url: str) -> np.ndarray:
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    head, _, data = url.partition(",")
    assert head == "data:image/png;base64"
    return np.asarray(image.open(io.BytesIO(base64.b64decode(data))))


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (28, 28), (2, 5, 3)])
def test_a_png_holds_every_pixel(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    assert np.array_equal(opened(data_url(pixels)), pixels)
    assert np.array_equal(opened(data_url(pixels, enlarged=3))[1::3, 2::3], pixels)
    assert png(pixels) == png(pixels.copy(order="F"))


def layers(pictures: list[Picture]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    spec = image_grid(pictures, title="t").to_dict()
    return data_of(spec, spec["layer"][0]), data_of(spec, spec["layer"][1])


def test_each_image_stands_over_its_reconstruction_under_its_words() -> None:
    pictures = [
        Picture(np.full((4, 4), 10 * k), (f"image {k}", "0.5"), np.full((4, 4), 200))
        for k in range(12)
    ]
    images, words = layers(pictures)
    assert len(images) == len(words) == 24
    for place in range(12):
        above, below = images[2 * place : 2 * place + 2]
        first, second = words[2 * place : 2 * place + 2]
        assert above["x"] == below["x"] == first["x"] == second["x"]
        assert first["y"] < second["y"] < above["y"] < below["y"]
        assert first["text"] == f"image {place} "
        assert (opened(above["url"]) == 10 * place).all()
        assert (opened(below["url"]) == 200).all()
    assert images[20]["x"] == images[0]["x"]
    assert images[20]["y"] > images[1]["y"]


def test_values_out_of_range_are_cut_off_and_holes_are_black() -> None:
    values = np.array([[-3.0, 300.0], [np.nan, np.inf]])
    (image,), _ = layers([Picture(values)])
    assert opened(image["url"])[::84, ::84].tolist() == [[0, 255], [0, 255]]


@pytest.mark.parametrize(
    ("pictures", "problem"),
    [
        ([], "no image came"),
        ([Picture(np.zeros(4))], r"image 0: shape \(H, W\) or \(H, W, 3\) was expected, \(4,\)"),
        ([Picture(np.zeros((2, 2, 2)))], r"image 0: shape .* \(2, 2, 2\) came"),
        (
            [Picture(np.zeros((2, 2)), (), np.zeros((2, 3))), Picture(np.zeros((3, 3)))],
            r"image 0, reconstruction: .*\nimage 1, original: shape \(2, 2\) was expected",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(pictures: list[Picture], problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        image_grid(pictures, title="t")
