"""How large the updates of a training are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import AutoencoderDetector
from isthmus.options import TrainingOptions
from isthmus.training import loop
from isthmus.training.rate import STEEP, USUAL, Rate, rate_of

SHARES = st.floats(0, 1)


@given(SHARES, SHARES)
def test_a_rate_falls_from_the_first_to_nothing(one, other):
    rate, (sooner, later) = Rate(0.5, falls=True), sorted((one, other))
    assert 0.5 >= rate.at(sooner) >= rate.at(later) >= 0
    assert (rate.at(0), rate.at(1)) == (0.5, pytest.approx(0, abs=1e-12))
    assert rate.at(0.5) == pytest.approx(0.25)


@given(SHARES, st.sampled_from(["dense", "recurrent"]), st.sampled_from(["table", "image"]))
def test_a_rate_that_is_given_stays(done, architecture, kind):
    rate = rate_of(TrainingOptions(learning_rate=0.02), architecture, kind)
    assert rate.at(done) == 0.02


@pytest.mark.parametrize(
    ("architecture", "kind", "options", "falls"),
    [
        ("dense", "table", {}, True),
        ("dense", "signal", {}, True),
        ("dense", "image", {}, False),
        ("recurrent", "signal", {}, False),
        ("dense", "table", {"patience": 3}, False),
        ("dense", "table", {"keep": "best"}, False),
        ("dense", "table", {"epochs": 3}, True),
    ],
)
def test_it_falls_where_such_networks_learn_best_so(architecture, kind, options, falls):
    rate = rate_of(TrainingOptions(**options), architecture, kind)
    assert rate == (Rate(STEEP, falls=True) if falls else Rate(USUAL))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [STEEP * (1 + np.cos(np.pi * step / 8)) / 2 for step in range(8)]),
        ({"learning_rate": 0.02}, [0.02] * 8),
    ],
)
def test_every_update_has_the_rate_of_its_place_in_the_budget(monkeypatch, options, expected):
    had, make = [], loop.make_optimizer

    def made(*said):
        optimizer = make(*said)
        step = optimizer.step

        def stepped():
            had.append(optimizer.rate)
            step()

        optimizer.step = stepped
        return optimizer

    monkeypatch.setattr(loop, "make_optimizer", made)
    rows = np.random.default_rng(0).normal(size=(120, 4))
    AutoencoderDetector(max_steps=8, encoder=(4,), code_size=2, **options).fit(rows)
    assert had == pytest.approx(expected)
