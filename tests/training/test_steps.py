"""Preprocessing steps: the nodes compute what NumPy says, and awkward columns have a sane rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.options import PreprocessingOptions
from isthmus.training.preamble import Preamble
from isthmus.training.steps.scale import CHANGED_CONSTANT, SCALINGS

CELLS = st.one_of(
    st.floats(-1e6, 1e6, allow_subnormal=False),
    st.sampled_from([np.nan, 0.0, 1.7e9, 1e300, -1e308]),
)


def twin(preamble, values):
    """What the nodes should compute, cell by cell."""
    target, seen, observed = (np.zeros(values.shape, np.float32) for _ in range(3))
    with np.errstate(all="ignore"):
        for (row, column), value in np.ndenumerate(values):
            observed[row, column] = not np.isnan(value)
            filled = preamble.impute.fill[column] if np.isnan(value) else value
            scaled = (filled - preamble.scale.center[column]) / preamble.scale.scale[column]
            limit = preamble.scale.limit[column]
            target[row, column] = max(min(scaled, limit), -limit)
            low, high = preamble.limit.low[column], preamble.limit.high[column]
            seen[row, column] = max(min(target[row, column], high), low)
    flags = preamble.flags
    surprise = np.where(np.isnan(values), flags.surprise, flags.presence)
    return target, seen, observed, observed, surprise


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize("scope", ["column", "global"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_the_nodes_compute_what_the_steps_say_for_any_cells(scaling, scope, data):
    learnt = data.draw(arrays(np.float64, (8, 3), elements=CELLS))
    new = data.draw(arrays(np.float64, (5, 3), elements=CELLS))
    options = PreprocessingOptions(scaling=scaling, scaling_scope=scope, tails="keep")
    with np.errstate(all="ignore"):
        preamble = Preamble.fit(learnt, "table", options)
    for came, expected in zip(preamble.run(new), twin(preamble, new), strict=True):
        np.testing.assert_array_equal(came, expected)


def fitted(values, kind="table", **choices):
    return Preamble.fit(np.asarray(values), kind, PreprocessingOptions(**choices))


def test_standard_scaling_gives_mean_0_and_deviation_1_minmax_gives_0_to_1():
    values = np.random.default_rng(0).gamma(2.0, size=(400, 3)) * [1, 50, 1e6] - [0, 9, 1e5]
    standard = fitted(values, input_limit=None, tails="keep").run(values).target
    np.testing.assert_allclose(standard.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(standard.std(axis=0), 1, atol=1e-5)
    smallest = fitted(values, scaling="minmax").run(values).target
    np.testing.assert_array_equal([smallest.min(axis=0), smallest.max(axis=0)], [[0] * 3, [1] * 3])


def test_robust_scaling_hardly_moves_for_one_wild_cell():
    values = np.random.default_rng(0).normal(size=(400, 1))
    wild = values.copy()
    wild[0] = 1e9
    calm, upset = (fitted(v, scaling="robust", tails="keep") for v in (values, wild))
    assert abs(calm.scale.scale[0] / upset.scale.scale[0] - 1) < 0.02


def test_no_scaling_leaves_cells_as_they_are():
    values = np.random.default_rng(0).normal(size=(30, 2)) * 7
    np.testing.assert_array_equal(
        fitted(values, scaling="none").run(values).target, values.astype(np.float32)
    )


def test_a_signal_is_scaled_by_one_range_and_a_table_column_by_column():
    values = np.random.default_rng(0).normal(size=(50, 4)) * [1, 2, 3, 4]
    assert len(set(fitted(values, "signal").scale.scale)) == 1
    assert len(set(fitted(values, "table").scale.scale)) == 4
    assert len(set(fitted(values, "signal", scaling_scope="column").scale.scale)) == 4


def test_unix_times_one_second_apart_stay_apart():
    values = (1_700_000_000.0 + np.arange(1000.0))[:, None]
    assert len(np.unique(fitted(values).run(values).target)) == 1000


def test_the_input_is_cut_off_and_the_target_is_not():
    values = np.random.default_rng(0).normal(size=(500, 2))
    far = np.array([[100.0, -100.0]])
    cells = fitted(values, tails="keep").run(far)
    assert np.abs(cells.target).min() > 90
    np.testing.assert_allclose(np.abs(cells.input), 5, atol=0.3)
    assert np.array_equal(
        fitted(values, input_limit=None, tails="keep").run(far).input, cells.target
    )


@pytest.mark.parametrize("constant", [0.0, 42.0, -1e-30, 1.7e9, 1e300])
def test_a_changed_constant_is_far_but_finite_and_unchanged_it_is_nothing(constant):
    values = np.column_stack([np.full(50, constant), np.arange(50.0)])
    preamble = fitted(values)
    same, changed = preamble.run(
        np.array([[constant, 25.0], [constant + abs(constant) + 1, 25.0]])
    )[0][:, 0]
    assert same == 0
    assert changed == CHANGED_CONSTANT * 2
    rounding = fitted(values).run(np.array([[constant * (1 + 1e-13), 25.0]])).target[0, 0]
    assert abs(rounding) < 0.01


def test_a_constant_never_reaches_the_network():
    values = np.column_stack([np.full(50, 3.0), np.arange(50.0)])
    assert fitted(values).run(np.array([[99.0, 25.0]])).input[0, 0] == 0


def test_a_column_without_any_value_is_filled_with_nothing_and_any_value_stands_out():
    values = np.column_stack([np.full(50, np.nan), np.arange(50.0)])
    preamble = fitted(values)
    cells = preamble.run(np.array([[np.nan, 25.0], [1.0, 25.0]]))
    assert cells.observed[:, 0].tolist() == [0, 1]
    assert cells.target[:, 0].tolist() == [0, CHANGED_CONSTANT * 2]


def test_holes_are_filled_with_the_median_or_the_mean_of_what_was_there():
    values = np.array([[1.0], [2.0], [np.nan], [9.0]] * 5)
    assert fitted(values).impute.fill[0] == 2.0
    assert fitted(values, impute="mean").impute.fill[0] == 4.0


def test_the_largest_cells_give_finite_errors_in_float32():
    values = np.random.default_rng(0).normal(size=(50, 3))
    target = fitted(values).run(np.array([[1e308, -1e308, 0.0]])).target
    assert np.isfinite(np.square(target).sum())
