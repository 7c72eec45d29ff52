"""Holes: masked in what is compared, a cell of their own in what is strange."""

from __future__ import annotations

import math

import numpy as np
import pytest
from beats import model_of

from isthmus.scoring.scorer import Scorer
from isthmus.training.steps.missing import USUAL, MissingFlags


def holes(*counts, rows=1000):
    """Rows (N, D) whose column d has counts[d] holes."""
    values = np.ones((rows, len(counts)))
    for place, count in enumerate(counts):
        values[:count, place] = np.nan
    return values


def test_missing_where_it_never_was_costs_what_so_many_rows_say():
    flags = MissingFlags.fit(holes(0, 300), rebuilt=True)
    assert flags.surprise[0] == pytest.approx(-math.log(1 / 1002))
    assert flags.columns.tolist() == [1]
    assert flags.surprise[1] == 0  # the network says what that one costs


def test_usual_holes_that_no_network_rebuilds_cost_nothing_and_rare_ones_little():
    flags = MissingFlags.fit(holes(300, 1, 0, 1000), rebuilt=False)
    assert not len(flags.columns)
    often, once, never, always = flags.surprise
    assert often == pytest.approx(0, abs=0.02)
    assert once == pytest.approx(math.log(1002 / 2) + math.log(USUAL))
    assert 0 < once < never
    assert always == pytest.approx(0, abs=0.02)


@pytest.fixture(scope="module")
def scorer():
    """Four columns of one factor; the holes of the last two always come together."""
    generator = np.random.default_rng(0)
    factor = generator.normal(size=(800, 1))
    values = factor + 0.2 * generator.normal(size=(800, 4))
    values[generator.random(800) < 0.3, 2:] = np.nan
    return Scorer.load(model_of(values, "table", max_steps=800))


def errors_of(scorer, *rows):
    made, _ = scorer.run(np.array(rows), ["anomaly_score", "error"])
    return scorer.calibrator.p_values(made["anomaly_score"]), made["error"]


def test_usual_holes_are_no_alarm_one_alone_where_they_come_together_is(scorer):
    nan = np.nan
    p, errors = errors_of(scorer, [0.5, 0.5, 0.5, 0.5], [0.5, 0.5, nan, nan], [0.5, 0.5, nan, 0.5])
    assert p[0] > 0.05
    assert p[1] > 0.05
    assert p[2] < 0.01
    assert errors[2].argmax() in (2, 3)


def test_a_hole_where_none_was_is_an_alarm_of_that_cell(scorer):
    p, errors = errors_of(scorer, [0.5, np.nan, 0.5, 0.5])
    assert p[0] < 0.01
    assert errors[0, 1] == pytest.approx(math.log(802), rel=0.05)


def test_what_stands_in_a_hole_has_no_say(scorer):
    """Other than by its flag: the network sees a typical value there, and compares nothing."""
    made, _ = scorer.run(np.array([[0.5, 0.5, np.nan, np.nan]] * 4), ["error", "views"])
    assert made["error"][0, 2:].max() < 0.2
    assert made["views"][0].mean() == pytest.approx(made["error"][0].sum() / 2, rel=1e-5)


def test_holes_that_come_by_chance_cost_next_to_nothing():
    generator = np.random.default_rng(0)
    values = generator.normal(size=(800, 1)) + 0.2 * generator.normal(size=(800, 4))
    values[generator.random(values.shape) < 0.15] = np.nan
    scorer = Scorer.load(model_of(values, "table", max_steps=500))
    made, _ = scorer.run(values, ["error"])
    # Whole, each would cost -log(0.15), about 1.9.
    assert made["error"][np.isnan(values)].mean() < 0.4


@pytest.mark.parametrize("value", [0.0, 3.0])
def test_any_value_is_an_alarm_where_there_never_was_one(value):
    generator = np.random.default_rng(0)
    values = np.column_stack([generator.normal(size=(300, 2)), np.full(300, np.nan)])
    scorer = Scorer.load(model_of(values, "table", max_steps=100))
    p, errors = errors_of(scorer, [0.1, 0.1, np.nan], [0.1, 0.1, value])
    assert p[0] > 0.05
    assert p[1] < 0.01
    assert errors[1].argmax() == 2


def test_a_signal_knows_holes_by_their_usual_rate_alone():
    generator = np.random.default_rng(0)
    values = np.cumsum(generator.normal(size=(300, 40)), axis=1).astype(np.float32)
    values[generator.random(values.shape) < 0.1] = np.nan
    scorer = Scorer.load(model_of(values, "signal", max_steps=50))
    made, _ = scorer.run(values[:50], ["error"])
    assert made["error"][np.isnan(values[:50])].max() < 0.1
    assert scorer.manifest.layers[0].shape == ("N", 40)
