"""Holes: masked in what is compared, a cell of their own in what is strange."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from beats import model_of

from isthmus.scoring.scorer import Scorer
from isthmus.training.cell_loss import CellLoss
from isthmus.training.loss import LOSSES
from isthmus.training.steps.missing import MOST_SHOWN, MissingFlags
from isthmus.training.steps.surprise import USUAL
from isthmus.training.units import Units

NONE = np.empty(0, np.int64)


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


def test_the_network_is_told_of_usual_holes_alone_and_never_loudly():
    flags = MissingFlags.fit(holes(0, 1, 9, 10, 500, 990, 991, 1000), rebuilt=True)
    assert flags.columns.tolist() == [3, 4, 5]
    shown = np.array([(1 - flags.center) / flags.scale, flags.center / flags.scale])
    assert shown.max() <= MOST_SHOWN * (1 + 1e-6)
    assert (flags.presence > 0).tolist() == [False] * 6 + [True] * 2


def test_a_hole_that_hardly_ever_was_is_what_an_explanation_names():
    generator = np.random.default_rng(0)
    values = generator.normal(size=(1500, 1)) + 0.3 * generator.normal(size=(1500, 5))
    values[:2, 0] = np.nan
    scorer = Scorer.load(model_of(values, "table", max_steps=600, scheme="cross"))
    holed = values[2:202].copy()
    holed[:, 0] = np.nan
    made, _ = scorer.run(holed, ["error"])
    usual = np.array([cell.mean for cell in scorer.manifest.cells])
    assert (made["error"] / usual).argmax(axis=1).tolist() == [0] * 200


def test_usual_holes_that_no_network_rebuilds_cost_nothing_and_rare_ones_little():
    flags = MissingFlags.fit(holes(300, 1, 0, 1000), rebuilt=False)
    assert not len(flags.columns)
    often, once, never, always = flags.surprise
    assert often == pytest.approx(0, abs=0.02)
    assert once == pytest.approx(math.log(1002 / 2) + math.log(USUAL))
    assert 0 < once < never
    assert always == pytest.approx(0, abs=0.02)


def fitted(**choices):
    """Four columns of one factor; the holes of the last two always come together."""
    generator = np.random.default_rng(0)
    factor = generator.normal(size=(800, 1))
    values = factor + 0.2 * generator.normal(size=(800, 4))
    values[generator.random(800) < 0.3, 2:] = np.nan
    return Scorer.load(model_of(values, "table", max_steps=800, **choices))


@pytest.fixture(scope="module")
def scorer():
    return fitted()


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


def test_what_stands_in_a_hole_has_no_say():
    """Other than by its flag: the network sees a typical value there, and compares nothing."""
    made, _ = fitted(distance="off").run(
        np.array([[0.5, 0.5, np.nan, np.nan]] * 4), ["error", "views"]
    )
    assert made["error"][0, 2:].max() < 0.2
    assert made["views"][0, :, 0].mean() == pytest.approx(made["error"][0].sum() / 2, rel=1e-5)


@pytest.mark.parametrize("holes_of_100", [5, 40])
def test_a_flag_that_is_as_likely_as_usual_costs_nothing_and_a_less_likely_one_the_difference(
    holes_of_100,
):
    share = holes_of_100 / 100
    flags = MissingFlags.fit(holes(holes_of_100, rows=100), rebuilt=True)
    loss = CellLoss(LOSSES["mse"], Units(1, np.array([0]), NONE, np.array([0])), flags=flags)
    base = math.log(share / (1 - share))
    outputs = torch.tensor([[[0.0, base], [0.0, base], [0.0, base - 1.0]]])
    targets = torch.tensor([[0.0, 1.0], [0.0, 0.0], [0.0, 1.0]])
    whole = loss.torch(outputs, targets)[0, :, 1].tolist()
    assert whole[:2] == pytest.approx([-math.log(share), -math.log(1 - share)], rel=1e-5)
    beyond = replace(loss, scoring=True).torch(outputs, targets)[0, :, 1].tolist()
    assert beyond == pytest.approx([0.0, 0.0, whole[2] - whole[0]], abs=1e-5)


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


def test_a_table_of_categories_alone_has_a_model_file():
    values = np.random.default_rng(0).integers(0, 3, (60, 2)).astype(float)
    levels = {"c0": tuple("abc"), "c1": tuple("xyz")}
    scorer = Scorer.load(model_of(values, "table", levels=levels, max_steps=5))
    assert np.isfinite(scorer.anomaly_score(values)).all()
