"""What a network is shown in training is disturbed as it should be, and by its own rows alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from beats import mixed_rows

from isthmus.options import NetworkOptions, PreprocessingOptions
from isthmus.schema import ImageForm
from isthmus.training.architectures import RowShape
from isthmus.training.members import Cells, MemberRows
from isthmus.training.noise import Erasing, InputNoise
from isthmus.training.preamble import CellArrays, Preamble
from isthmus.training.seen import SeenNumbers
from isthmus.training.units import Units

PLAIN = SeenNumbers(1.0, np.empty(0, np.int64))


def disturbed_mixed(seen):
    """One member that may see the first 1000 of 3000 rows: clean inputs, disturbed ones, units."""
    values = mixed_rows(3000)
    options = PreprocessingOptions()
    preamble = Preamble.fit(values, "table", options, categories=(1, 3, 5), rebuild_flags=True)
    cells = Cells.of(preamble.run(values), torch.device("cpu"))
    own = MemberRows.of([np.arange(1000)], torch.device("cpu"))
    noise = InputNoise.of(NetworkOptions(), RowShape("table", 8), seen, preamble.units)
    generator = torch.Generator().manual_seed(0)
    clean = cells.input.clone()
    disturbed = noise.disturbed(cells.of_rows(own.table)[0], cells, own, own.table, generator)
    assert torch.equal(cells.input, clean)  # not written to
    return clean[:1000].numpy(), disturbed[0].numpy(), preamble.units


@pytest.fixture(scope="module")
def shown():
    return disturbed_mixed(PLAIN)


def test_numbers_get_noise_of_the_stated_deviation(shown):
    clean, disturbed, units = shown
    numbers = len(units.numbers)
    noise = (disturbed - clean)[:, :numbers]
    # Of levels even in their logarithm between a twentieth and 1.
    assert noise.std() == pytest.approx(np.sqrt((1 - 0.05**2) / (2 * np.log(20))), rel=0.05)
    by_row = noise.std(axis=1)
    assert by_row.min() < 0.1 and by_row.max() > 0.9
    assert abs(noise.mean()) < 0.02


def test_levels_are_swapped_or_hidden_as_one(shown):
    clean, disturbed, units = shown
    place = len(units.numbers) + np.flatnonzero(units.levels == 1)
    changed = (clean[:, place] != disturbed[:, place]).any(axis=1)
    hidden = (disturbed[:, place] == 0).all(axis=1) & (clean[:, place] != 0).any(axis=1)
    assert hidden.mean() == pytest.approx(0.1 * 0.9, abs=0.03)
    assert 0.15 < changed.mean() < 0.3  # a partner often has the same level
    known = {tuple(row) for row in clean[:, place]}
    assert {tuple(row) for row in disturbed[:, place]} <= known | {(0.0,) * len(place)}


def test_holes_are_swapped_each_by_itself(shown):
    clean, disturbed, units = shown
    first, second = len(units) - 2, len(units) - 1
    assert np.array_equal(clean[:, first] > 0, clean[:, second] > 0)  # they come together
    assert ((disturbed[:, first] > 0) != (disturbed[:, second] > 0)).mean() > 0.05


def test_no_member_is_shown_what_is_not_its_own():
    own = MemberRows.of([np.arange(5, 9), np.arange(20, 24)], torch.device("cpu"))
    rows = torch.zeros((2, 500), dtype=torch.int64)
    first, second = own.partners(rows, torch.Generator().manual_seed(0))
    assert set(first.tolist()) == {5, 6, 7, 8}
    assert set(second.tolist()) == {20, 21, 22, 23}


def test_without_noise_rows_are_shown_as_they_are():
    values = mixed_rows(50)
    preamble = Preamble.fit(values, "table", PreprocessingOptions(), categories=(1, 3, 5))
    cells = Cells.of(preamble.run(values), torch.device("cpu"))
    own = MemberRows.of([np.arange(50)], torch.device("cpu"))
    few = SeenNumbers(1.0, np.arange(len(preamble.units.numbers)))
    noise = InputNoise.of(
        NetworkOptions(input_noise=0.0), RowShape("table", 8), few, preamble.units
    )
    shown = noise.disturbed(cells.of_rows(own.table)[0], cells, own, own.table, torch.Generator())
    assert torch.equal(shown[0], cells.input)


def disturbed_numbers(values, few, members=1, **choices):
    """What each member is shown of its own rows, one after the other: (M, rows, units)."""
    values = values.astype(np.float32)
    ones = np.ones_like(values)
    cells = Cells.of(CellArrays(values, values, ones, ones, 0 * ones), torch.device("cpu"))
    own = MemberRows.of(np.split(np.arange(len(values)), members), torch.device("cpu"))
    shape, units = RowShape("table", values.shape[1]), Units.plain(values.shape[1])
    noise = InputNoise.of(NetworkOptions(**choices), shape, SeenNumbers(1.0, few), units)
    generator = torch.Generator().manual_seed(0)
    return noise.disturbed(cells.of_rows(own.table)[0], cells, own, own.table, generator).numpy()


def test_numbers_of_few_values_are_swapped_and_others_get_noise():
    generator = np.random.default_rng(0)
    values = generator.integers(4, size=(40_000, 3)).astype(np.float32)
    shown = disturbed_numbers(values, np.array([0, 2]))[0]
    assert set(np.unique(shown[:, [0, 2]])) == {0.0, 1.0, 2.0, 3.0}
    assert len(np.unique(shown[:, 1])) > 30_000
    changed = shown[:, [0, 2]] != values[:, [0, 2]]
    # Levels even in their logarithm between 0.04 and 0.8; a partner often has the same value.
    usual = (0.8 - 0.04) / np.log(20)
    assert changed.mean(axis=0) == pytest.approx([usual * 3 / 4] * 2, rel=0.03)
    # Each by itself, but in rows that are disturbed more or less.
    squared = (0.8**2 - 0.04**2) / (2 * np.log(20))
    assert changed.all(axis=1).mean() == pytest.approx(squared * 9 / 16, rel=0.06)


def test_with_one_level_of_noise_few_values_are_swapped_as_levels_are():
    values = np.arange(20_000)[:, None] % 2
    shown = disturbed_numbers(values, np.array([0]), input_noise=0.5, noise_levels="one")[0]
    assert (shown != values).mean() == pytest.approx(0.2 / 2, rel=0.1)


def test_few_values_are_swapped_with_those_of_the_member_s_own_rows():
    values = np.repeat([[1.0], [2.0], [3.0], [4.0]], 500, axis=0)  # 1 and 2 are the first member's
    first, second = disturbed_numbers(values, np.array([0]), members=2, input_noise=3.0)
    assert set(first.flat) == {1.0, 2.0} and set(second.flat) == {3.0, 4.0}
    assert (first[:500] == 2.0).any() and (second[:500] == 4.0).any()


def test_few_values_are_swapped_beside_categories_too():
    clean, shown, _ = disturbed_mixed(SeenNumbers(1.0, np.array([0])))
    assert np.isin(shown[:, 0], clean[:, 0]).all()
    assert 0.1 < (shown[:, 0] != clean[:, 0]).mean() < 0.35
    assert not np.isin(shown[:, 1], clean[:, 1]).all()


def shown_ones(rows=2000, units=24, **choices):
    """What two members are shown of rows that are all 1, (2, rows, units)."""
    ones = np.ones((rows, units), np.float32)
    arrays = CellArrays(ones, ones, ones, ones, 0 * ones)
    cells = Cells.of(arrays, torch.device("cpu"))
    own = MemberRows.of([np.arange(rows)] * 2, torch.device("cpu"))
    image = choices.pop("image", None)
    options = NetworkOptions(input_noise=0.0, restoration="off", **choices)
    shape = RowShape("image" if image else "signal", units, image)
    noise = InputNoise.of(options, shape, PLAIN, Units.plain(units))
    return noise.disturbed(
        cells.of_rows(own.table)[0], cells, own, own.table, torch.Generator().manual_seed(0)
    ).numpy()


def test_masking_hides_each_cell_by_itself():
    shown = shown_ones(masking=0.3)
    assert set(np.unique(shown)) == {0.0, 1.0}
    assert (shown == 0).mean() == pytest.approx(0.3, abs=0.01)
    together = (shown[..., 0] == 0) & (shown[..., 1] == 0)
    assert together.mean() == pytest.approx(0.09, abs=0.02)


def test_erasing_hides_one_stretch_of_a_signal_anywhere():
    hidden = shown_ones(erasing=0.25) == 0
    assert (hidden.sum(axis=2) == 6).all()
    first = hidden.argmax(axis=2)
    ends = hidden.shape[2] - hidden[..., ::-1].argmax(axis=2)
    assert (ends - first == 6).all()
    assert set(np.unique(first)) == set(range(24 - 6 + 1))
    assert not np.array_equal(first[0], first[1])  # each member has draws of its own


def test_erasing_hides_one_patch_of_an_image_in_all_channels():
    image = ImageForm(height=4, width=3, channels=2)
    hidden = (shown_ones(erasing=0.5, image=image) == 0).reshape(2, -1, 4, 3, 2)
    assert np.array_equal(hidden[..., 0], hidden[..., 1])
    lines, columns = hidden[..., 0].any(axis=3), hidden[..., 0].any(axis=2)
    assert (lines.sum(axis=2) == 3).all() and (columns.sum(axis=2) == 2).all()
    assert (hidden[..., 0].sum(axis=(2, 3)) == 6).all()  # a whole rectangle
    assert len(np.unique(hidden.argmax(axis=2))) > 1


@pytest.mark.parametrize("share", [0.001, 0.999])
def test_a_patch_is_never_nothing_nor_larger_than_the_row(share):
    patch = Erasing.of(share, 24, None).patch[0]
    assert 1 <= patch <= 24


def test_a_target_is_never_shown_in_training_whatever_the_noise():
    ones = np.ones((200, 5), np.float32)
    cells = Cells.of(CellArrays(ones, ones, ones, ones, 0 * ones), torch.device("cpu"))
    own = MemberRows.of([np.arange(200)], torch.device("cpu"))
    only_shown = np.array([1, 1, 0, 1, 0], np.float32)
    shape = RowShape("table", 5)
    noise = InputNoise.of(
        NetworkOptions(), shape, SeenNumbers(1.0, np.array([2, 3])), Units.plain(5), only_shown
    )
    shown = noise.disturbed(
        cells.of_rows(own.table)[0], cells, own, own.table, torch.Generator().manual_seed(0)
    ).numpy()
    assert (shown[..., [2, 4]] == 0).all()
    assert (shown[..., [0, 1, 3]] != 0).all()
