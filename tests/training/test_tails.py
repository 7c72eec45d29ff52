"""Heavy tails: money and counts are learnt on a logarithm-like scale, and told in their units."""

from __future__ import annotations

import numpy as np
import pytest
from beats import model_of
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.options import PreprocessingOptions
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.session import Session
from isthmus.training.graph import Graph
from isthmus.training.preamble import Preamble
from isthmus.training.steps.tails import Tails

GENERATOR = np.random.default_rng(0)
NORMAL = GENERATOR.normal(size=2000)
COLUMNS = {
    "normal": (NORMAL, False),
    "uniform": (GENERATOR.random(2000), False),
    "exponential": (GENERATOR.exponential(size=2000), False),
    "times": (1.7e9 + np.arange(2000.0), False),
    "constant": (np.full(2000, 7.0), False),
    "often one of two": ((GENERATOR.random(2000) < 0.3) * 1.0, False),
    "money": (np.exp(2.0 * NORMAL), True),
    "losses and gains": (np.sinh(4 * NORMAL), True),
    "mostly nothing": (np.where(GENERATOR.random(2000) < 0.05, np.exp(3 * NORMAL), 0), True),
    "one giant": (np.append(NORMAL[1:], 1e9), True),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_is_heavy_where_few_rows_carry_most_of_its_squares(name):
    values, heavy = COLUMNS[name]
    assert Tails.fit(values[:, None], tame=True).heavy[0] == heavy
    assert not Tails.fit(values[:, None], tame=False).any


@pytest.mark.parametrize("factor", [1e-6, -1.0, 1e6])
def test_the_rule_knows_no_units(factor):
    for values, heavy in COLUMNS.values():
        assert Tails.fit(factor * values[:, None] + 3 * factor, tame=True).heavy[0] == heavy


def run(emit, rows):
    graph = Graph()
    name = emit(graph, "rows")
    shape = ("N", rows.shape[1])
    model = graph.serialised([("rows", "float64", shape)], [(name, "float64", shape)])
    return Session(model).run(rows, [name])[name]


CELLS = st.floats(-1e300, 1e300, allow_nan=False)


@settings(max_examples=30, deadline=None)
@given(rows=arrays(np.float64, (5, 2), elements=CELLS))
def test_the_nodes_tame_as_numpy_does_and_back(rows):
    tails = Tails.fit(np.column_stack([COLUMNS["money"][0], NORMAL]), tame=True)
    assert tails.heavy.tolist() == [True, False]
    tamed = run(tails.emit, rows)
    np.testing.assert_allclose(tamed, tails.apply(rows), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(tamed[:, 1], rows[:, 1])
    near = np.column_stack([np.clip(tamed[:, 0], -300, 300), rows[:, 1]])
    np.testing.assert_allclose(
        run(tails.emit_inverse, near), tails.revert(near), rtol=1e-9, atol=1e-12
    )


@settings(max_examples=50, deadline=None)
@given(value=st.floats(-1e12, 1e12))
def test_what_is_tamed_and_reverted_is_the_value_again(value):
    tails = Tails.fit(COLUMNS["money"][0][:, None], tame=True)
    back = tails.revert(tails.apply(np.array([[value]])))[0, 0]
    assert back == pytest.approx(value, rel=1e-9, abs=1e-9)


def test_larger_stays_larger_and_nothing_is_cut_off():
    tails = Tails.fit(COLUMNS["money"][0][:, None], tame=True)
    values = np.array([-1e9, -1.0, 0.0, 0.5, 1.0, 1e3, 1e9, 1e100])[:, None]
    assert (np.diff(run(tails.emit, values)[:, 0]) > 0).all()


def test_a_signal_and_values_taken_as_they_are_keep_their_scale():
    values = COLUMNS["money"][0].reshape(-1, 2)
    assert Preamble.fit(values, "table", PreprocessingOptions()).tails.any
    for kind, options in (
        ("signal", PreprocessingOptions()),
        ("table", PreprocessingOptions(tails="keep")),
        ("table", PreprocessingOptions(scaling="none")),
    ):
        assert not Preamble.fit(values, kind, options).tails.any


def test_what_is_strange_elsewhere_does_not_drown_in_money():
    """Five columns of one factor and two of money; one of the five is moved."""
    generator = np.random.default_rng(1)
    factor = generator.normal(size=(700, 1))
    numbers = factor + 0.2 * generator.normal(size=(700, 5))
    rows = np.column_stack([numbers, np.exp(2.5 * generator.normal(size=(700, 2)))])
    moved = rows[600:].copy()
    moved[:, 2] += 1.2
    found = {}
    for tails in ("auto", "keep"):
        scorer = Scorer.load(
            model_of(rows[:600], "table", max_steps=500, tails=tails, distance="off")
        )
        found[tails] = (scorer.calibrator.p_values(scorer.anomaly_score(moved)) <= 0.02).mean()
    assert found["auto"] > 0.5
    assert found["keep"] < found["auto"] / 2, found


def test_what_was_expected_of_money_is_said_in_money():
    generator = np.random.default_rng(2)
    size = generator.normal(size=1000)
    rows = np.column_stack([size, np.exp(2 * size + 0.1 * generator.normal(size=1000)) * 1e4])
    scorer = Scorer.load(model_of(rows, "table", max_steps=800))
    made, _ = scorer.run(np.array([[1.0, 1e6]]), ["reconstruction"])
    assert 3e4 < made["reconstruction"][0, 1] < 1e6
    assert scorer.manifest.layers[0].operation == "impute + asinh + scale + squash"
