"""Categories: one unit for each known level, one cell for all of them."""

from __future__ import annotations

import numpy as np
import pytest
from beats import model_of
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.options import PreprocessingOptions
from isthmus.scoring.scorer import Scorer
from isthmus.training.preamble import Preamble
from isthmus.training.steps.one_hot import OneHot


def preamble_of(values, *, softmax=False, **options):
    categories = range(values.shape[1])
    return Preamble.fit(
        values,
        "table",
        PreprocessingOptions(**options),
        categories=tuple(categories),
        softmax=softmax,
    )


def column(*counts):
    """A category (N, 1) whose level k stands in counts[k] rows."""
    return np.repeat(np.arange(len(counts), dtype=float), counts)[:, None]


@settings(max_examples=40, deadline=None)
@given(counts=st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(any), data=st.data())
def test_the_nodes_compute_shares_cell_by_cell(counts, data):
    values = column(*counts)
    preamble = preamble_of(values)
    new = np.array(
        data.draw(
            st.lists(st.sampled_from([0.0, 1, 2, 7, -1, 99, 0.5, np.nan]), min_size=1, max_size=9)
        )
    )[:, None]
    made = preamble.run(new)
    known = [k for k, n in enumerate(counts) if n >= min(2, max(counts))]
    rows = sum(counts)
    shares = np.array([n / rows for n in counts])
    smoothed = np.array([*counts, 1]) / (rows + 1)
    variance = 1 - np.sum(smoothed**2)
    singles = counts.count(1)
    for row, value in enumerate(new[:, 0]):
        hit = np.array([value == k for k in known], float)
        scaled = (hit - shares[known]) / np.sqrt(variance)
        np.testing.assert_allclose(made.target[row], scaled, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(made.input[row], scaled * hit.any(), rtol=1e-5, atol=1e-6)
        unseen = not np.isnan(value) and not hit.any()
        usual = -np.log(max(singles / rows, 0.01)) if singles else 0.0
        rare = max(-np.log((singles + 1) / (rows + 2)) - usual, 0.0)
        cost = 1 / variance + rare if unseen else 0.0
        if np.isnan(value):
            cost = np.log(rows + 2)
        np.testing.assert_allclose(made.surprise[row, 0], cost, rtol=1e-5)
        assert made.observed[row, 0] == (not np.isnan(value))


@pytest.mark.parametrize("levels", [2, 10, 300])
def test_a_network_that_knows_the_shares_alone_has_an_error_of_1_whatever_the_levels(levels):
    values = column(*[200] * levels)
    made = preamble_of(values).run(values)
    assert np.square(made.target).sum(axis=1).mean() == pytest.approx(1.0, rel=0.01)


def test_a_level_of_one_row_counts_as_unseen_as_it_would_have_been_left_out():
    levels = OneHot.fit(column(5, 1, 4), [0], scaled=True)
    assert levels.place.tolist() == [0.0, 2.0]
    assert OneHot.fit(column(1, 1, 1), [0], scaled=True).blocks == [3]  # better than none


def test_the_shares_of_a_category_that_is_not_scaled_are_0_and_1():
    values = column(3, 3)
    made = preamble_of(values, scaling="minmax").run(values)
    assert np.unique(made.target).tolist() == [0.0, 1.0]
    odds = preamble_of(values, softmax=True).run(values)
    assert np.unique(odds.target).tolist() == [0.0, 1.0]


def test_unseen_is_no_great_surprise_where_new_levels_keep_coming():
    steady, growing = column(*[10] * 50), column(*[10] * 40, *[1] * 100)
    costs = [preamble_of(v).run(np.array([[-1.0]])).surprise[0, 0] for v in (steady, growing)]
    assert costs[0] > 7
    assert costs[1] < 1.1


@pytest.mark.parametrize("loss", ["squared", "softmax"])
def test_unseen_is_stranger_the_more_rows_never_had_it(loss):
    few, many = column(10, 10), column(1000, 1000)
    costs = [
        preamble_of(values, softmax=loss == "softmax").run(np.array([[-1.0]])).surprise[0, 0]
        for values in (few, many)
    ]
    assert costs[0] < costs[1]


@pytest.fixture(scope="module", params=["squared", "softmax"])
def scorer(request):
    """Level k goes with numbers around k; a third column is one level throughout."""
    generator = np.random.default_rng(1)
    level = generator.integers(0, 4, 600).astype(float)
    number = level + generator.normal(size=600) * 0.1
    values = np.column_stack([number, level, 0 * level])
    levels = {"c1": tuple("0123"), "c2": ("only",)}
    choices = {"max_steps": 600, "category_loss": request.param}
    return Scorer.load(model_of(values, "table", levels, **choices))


ODD = {
    "usual": [2.0, 2.0, 0.0],
    "another level than the number says": [2.0, 0.0, 0.0],
    "an unseen level": [2.0, -1.0, 0.0],
    "an unseen level where there was but one": [2.0, 2.0, -1.0],
    "missing where it never was": [2.0, np.nan, 0.0],
}


def test_a_level_that_does_not_fit_or_was_never_seen_is_an_alarm_in_its_own_cell(scorer):
    made, reasons = scorer.run(np.array([*ODD.values()]), ["anomaly_score", "error"])
    assert not reasons
    p = scorer.calibrator.p_values(made["anomaly_score"])
    assert p[0] > 0.05
    assert (p[1:] < 0.005).all(), dict(zip(ODD, p, strict=True))
    first, *others = made["error"].argmax(axis=1)[1:].tolist()
    assert first in (0, 1), "number and level do not fit together: either may be the wrong one"
    assert others == [1, 2, 1]


def test_the_reconstruction_of_a_category_is_the_likeliest_level(scorer):
    rows = np.array([[k, k, 0.0] for k in range(4)], float)
    made, _ = scorer.run(rows, ["reconstruction"])
    assert made["reconstruction"][:, 1:].tolist() == [[k, 0] for k in range(4)]
    rows[:, 1] = np.nan
    blind, _ = scorer.run(rows, ["reconstruction"])
    assert blind["reconstruction"][:, 1].tolist() == [0, 1, 2, 3]
