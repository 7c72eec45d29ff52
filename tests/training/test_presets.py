"""A preset sets what nobody has chosen."""

from __future__ import annotations

import numpy as np
import pytest
from beats import model_of

from isthmus.options import FitOptions, TrainingOptions
from isthmus.scoring.scorer import Scorer
from isthmus.training.budget import budget

ROWS = np.random.default_rng(0).normal(size=(100, 4))


def settled(kind="table", **choices):
    return FitOptions.from_flat(**choices).settled(kind)


def test_the_default_preset_sets_nothing():
    assert settled() == FitOptions()


def test_fast_is_one_small_network_without_a_bank():
    manifest = Scorer.load(model_of(ROWS, "table", preset="fast", max_steps=20)).manifest
    assert manifest.members == 1
    assert [view.name for view in manifest.views] == ["reconstruction"]
    assert manifest.training.parameters < 3000


def test_what_is_chosen_counts_whatever_the_preset():
    chosen = settled(preset="fast", members=3, encoder=(7,))
    assert chosen.calibration.members == 3
    assert (chosen.network.encoder, chosen.network.code_size) == ((7,), None)
    assert settled(preset="best", bank_rows=9).views.bank_rows == 9


@pytest.mark.parametrize("rows", [20, 500, 5000])
def test_best_trains_longer_than_balanced_for_any_number_of_rows(rows):
    best, balanced = (
        budget(rows, TrainingOptions(), "table", preset).steps for preset in ("best", "balanced")
    )
    assert best >= 2.9 * balanced


def test_settling_twice_is_settling_once():
    for preset in ("fast", "balanced", "best"):
        once = settled(preset=preset)
        assert once.settled("table") == once
