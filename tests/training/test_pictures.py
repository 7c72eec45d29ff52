"""Pictures of rows and what became of them: every pixel is where it should be."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus.schema import ImageForm
from isthmus.training.pictures import CURVE_HEIGHT, CURVE_WIDTH, images, signals

WHITE, GREY, ORANGE = (255, 255, 255), (120, 130, 150), (225, 90, 20)


def form(channels):
    return ImageForm(height=2, width=3, channels=channels)


def test_a_grey_image_stands_above_what_was_made_of_it():
    original = np.asarray([[0, 1, 2, 3, 4, 5], [5, 5, 5, 0, 0, 0]], float)
    shown = images(original, original - 1, form(1))
    assert shown.shape == (4, 6, 3)
    assert (shown == shown[..., :1]).all()
    assert shown[:2, :3, 0].tolist() == [[0, 51, 102], [153, 204, 255]]
    assert shown[2:, 3:, 0].tolist() == [[204, 204, 204], [0, 0, 0]]  # below the lowest is black


def test_colours_stay_colours():
    pixels = np.zeros((1, 2, 3, 3))
    pixels[0, 0, 1] = 1.0, 0.5, 0.0
    shown = images(pixels.reshape(1, -1), pixels.reshape(1, -1), form(3))
    assert shown[0, 1].tolist() == [255, 128, 0]
    assert shown[2, 1].tolist() == [255, 128, 0]


@pytest.mark.parametrize(("channels", "chosen", "expected"), [
    (2, (), [0, 0, 0]), (2, (1,), [255, 255, 255]), (4, (1, 2, 3), [255, 128, 0]),
])  # fmt: skip
def test_only_the_channels_that_are_chosen_are_shown(channels, chosen, expected):
    pixels = np.zeros((1, 2, 3, channels))
    pixels[0, 0, 0] = [0, 1, 0.5, 0][:channels]
    row = pixels.reshape(1, -1)
    assert images(row, row, form(channels), chosen)[0, 0].tolist() == expected


def test_one_colour_everywhere_is_no_division_by_zero():
    row = np.full((1, 6), 7.0)
    assert images(row, row, form(1)).max() == 0
    assert (signals(row, row) != WHITE).any()


def test_a_curve_is_drawn_from_its_lowest_to_its_highest():
    rising, falling = np.linspace(-5, 5, 20), np.linspace(5, -5, 20)
    shown = signals(rising[None], falling[None])
    assert shown.shape == (CURVE_HEIGHT, CURVE_WIDTH, 3)
    assert tuple(shown[-1, 0]) == GREY
    assert tuple(shown[0, 0]) == ORANGE
    assert tuple(shown[0, -1]) == GREY
    assert tuple(shown[CURVE_HEIGHT // 2, 0]) == WHITE


def test_what_was_made_is_drawn_over_the_original():
    curve = np.sin(np.arange(50.0))
    shown = signals(curve[None], curve[None])
    colours = {tuple(int(part) for part in pixel) for pixel in shown.reshape(-1, 3)}
    assert colours == {WHITE, ORANGE}


def test_a_jump_is_one_unbroken_line():
    jump = np.repeat([0.0, 1.0], 50)
    drawn = (signals(jump[None], jump[None]) != WHITE).any(axis=2)
    assert drawn.any(axis=0).all()
    assert drawn.any(axis=1).all()


@pytest.mark.parametrize("length", [1, 2, 1000])
def test_a_signal_of_any_length_has_a_curve(length):
    rows = np.random.default_rng(0).normal(size=(3, length))
    assert signals(rows, rows).shape == (3 * CURVE_HEIGHT, CURVE_WIDTH, 3)
