"""What a network is shown in training is disturbed as it should be, and by its own rows alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from beats import mixed_rows

from isthmus.options import PreprocessingOptions
from isthmus.training.members import Cells, MemberRows
from isthmus.training.noise import InputNoise
from isthmus.training.preamble import Preamble


@pytest.fixture(scope="module")
def shown():
    """One member that may see the first 1000 of 3000 rows: clean inputs, disturbed ones, units."""
    values = mixed_rows(3000)
    options = PreprocessingOptions()
    preamble = Preamble.fit(values, "table", options, categories=(1, 3, 5), rebuild_flags=True)
    cells = Cells.of(preamble.run(values), torch.device("cpu"))
    own = MemberRows.of([np.arange(1000)], torch.device("cpu"))
    noise = InputNoise.of(0.5, 1.0, preamble.units)
    generator = torch.Generator().manual_seed(0)
    disturbed = noise.disturbed(cells, own, own.table, generator)
    return cells.input[:1000].numpy(), disturbed[0].numpy(), preamble.units


def test_numbers_get_noise_of_the_stated_deviation(shown):
    clean, disturbed, units = shown
    numbers = len(units.numbers)
    noise = (disturbed - clean)[:, :numbers]
    assert noise.std() == pytest.approx(0.5, rel=0.05)
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
    noise = InputNoise.of(0.0, 1.0, preamble.units)
    shown = noise.disturbed(cells, own, own.table, torch.Generator())
    assert torch.equal(shown[0], cells.input)
