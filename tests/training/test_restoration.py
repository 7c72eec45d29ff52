"""What is hidden of images, in training at random and in scoring in turn."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from beats import IMAGE, image_rows, model_of
from hypothesis import given
from hypothesis import strategies as st

from isthmus import Scorer
from isthmus.errors import UsageError
from isthmus.options import NetworkOptions, TrainingOptions
from isthmus.schema import ImageForm
from isthmus.training.restoration import HiddenBlocks, quarters, restores
from isthmus.training.row_shape import RowShape

forms = st.builds(
    ImageForm,
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    channels=st.integers(1, 4),
)


@given(forms)
def test_every_cell_is_hidden_in_exactly_one_quarter_with_all_its_channels(form):
    hidden = quarters(form)
    assert hidden.shape == (4, form.cells)
    assert (hidden.sum(axis=0) == 1).all()
    pixels = hidden.reshape(4, form.height, form.width, form.channels)
    assert (pixels == pixels[..., :1]).all()


def test_a_quarter_is_every_second_block_of_every_second_line_of_blocks():
    hidden = quarters(ImageForm(height=28, width=28, channels=1)).reshape(4, 28, 28)
    first = np.zeros((28, 28))
    for top in (0, 14):
        for left in (0, 14):
            first[top : top + 7, left : left + 7] = 1
    assert np.array_equal(hidden[0], first)
    assert np.array_equal(hidden[3], np.roll(first, (7, 7), axis=(0, 1)))


@given(forms, st.integers(1, 3), st.integers(1, 9))
def test_hidden_blocks_leave_a_row_its_shape_and_hide_pixels_whole(form, members, rows):
    ones = torch.ones(members, rows, form.cells)
    shown = HiddenBlocks(form).hidden(ones, torch.Generator().manual_seed(0))
    assert shown.shape == ones.shape
    assert set(torch.unique(shown).tolist()) <= {0.0, 1.0}
    pixels = shown.view(members, rows, -1, form.channels)
    assert (pixels == pixels[..., :1]).all()


def test_about_half_is_hidden_and_each_row_has_a_share_of_its_own():
    form = ImageForm(height=28, width=28, channels=1)
    ones = torch.ones(2, 400, form.cells)
    shown = HiddenBlocks(form).hidden(ones, torch.Generator().manual_seed(0)).numpy()
    shares = 1 - shown.mean(axis=2)
    assert shares.mean() == pytest.approx(0.5, abs=0.03)
    assert 0.1 < shares.std() < 0.25
    assert not np.array_equal(shown[0], shown[1])


def test_a_pixel_is_judged_by_what_stands_around_it_and_not_by_itself():
    scorer = Scorer.load(model_of(image_rows(), "image", image=IMAGE, max_steps=30))
    rows = image_rows()[:4].copy()
    before, _ = scorer.run(rows, ["reconstruction"])
    rows[:, :2] = 255.0  # one pixel, both channels
    after, _ = scorer.run(rows, ["reconstruction"])
    assert np.array_equal(after["reconstruction"][:, :2], before["reconstruction"][:, :2])
    assert not np.array_equal(after["reconstruction"], before["reconstruction"])


def test_only_images_are_restored_and_variational_networks_do_not():
    shape = RowShape("image", 32, ImageForm(height=4, width=4, channels=2))
    assert restores(NetworkOptions(), shape)
    assert not restores(NetworkOptions(), RowShape("signal", 32))
    assert not restores(NetworkOptions(variational=True), shape)
    assert not restores(NetworkOptions(restoration="off"), shape)


def test_what_targets_are_rebuilt_from_is_not_hidden():
    form = ImageForm(height=4, width=4, channels=2)
    assert not restores(NetworkOptions(), RowShape("image", 32, form, judged=16))
    with pytest.raises(UsageError, match="nothing of it is hidden"):
        model_of(image_rows(), "image", image=IMAGE, targets=("green",), restoration="quarters")


def test_a_variational_network_restores_nothing():
    with pytest.raises(ValueError, match="choose it or variational"):
        NetworkOptions(restoration="quarters", variational=True)


@pytest.mark.parametrize("loss", ["mse", "mae", "huber"])
def test_a_broken_pixel_is_an_alarm_whatever_the_loss(loss):
    rows = image_rows()
    scorer = Scorer.load(
        model_of(rows, "image", image=IMAGE, loss=loss, max_steps=60, scheme="split", alpha=0.05)
    )
    broken = rows[:20].copy()
    broken[:, 60] = 1e20
    p_values = scorer.calibrator.p_values(scorer.anomaly_score(broken))
    assert (p_values <= 0.05).all()


def test_the_detail_takes_no_errors_that_grow_as_slowly_as_it_does():
    with pytest.raises(ValueError, match="needs squared errors"):
        TrainingOptions(row_error="detail", loss="mae")


def test_pixels_that_were_never_missing_are_not_missed_in_silence():
    rows = image_rows()
    scorer = Scorer.load(model_of(rows, "image", image=IMAGE, max_steps=60))
    holes = rows[:40].copy()
    holes[:, ::8] = np.nan
    whole, with_holes = scorer.anomaly_score(rows[:40]), scorer.anomaly_score(holes)
    assert (with_holes > whole).mean() > 0.9
