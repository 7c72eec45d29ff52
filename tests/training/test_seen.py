"""Which numbers take few values is told as it should be, from the rows that train alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.options import PreprocessingOptions
from isthmus.training.preamble import Preamble
from isthmus.training.seen import MOST_VALUES, ROWS_FOR_A_VALUE, SeenNumbers, few_valued


@given(
    rows=st.integers(1, 600),
    values=st.lists(st.integers(1, 80), min_size=1, max_size=5),
    seed=st.integers(0, 99),
)
def test_a_column_of_few_values_has_at_most_so_many_and_each_in_many_rows(rows, values, seed):
    generator = np.random.default_rng(seed)
    columns = [generator.permutation(np.arange(rows) % most) * 0.37 - 5 for most in values]
    different = [min(most, rows) for most in values]
    few = [n <= MOST_VALUES and n * ROWS_FOR_A_VALUE <= rows for n in different]
    found = few_valued(np.stack(columns, axis=1).astype(np.float32))
    assert found.tolist() == np.flatnonzero(few).tolist()


@given(st.permutations(range(4)))
def test_where_a_column_stands_and_in_which_order_rows_came_is_all_one(order):
    rows = np.arange(900)
    columns = np.stack([rows % 2, rows % 31, rows % 34, rows], axis=1)
    few = few_valued(columns[::-1, order])
    assert [order[place] for place in few] == [c for c in order if c < 2]


def test_many_sorted_rows_are_looked_at_all_over():
    rows = np.arange(200_000)
    columns = np.stack([np.minimum(rows, 40_000), rows // 10_000, rows // 1000], axis=1)
    assert few_valued(columns).tolist() == [1]


def test_only_rows_that_train_are_looked_at():
    generator = np.random.default_rng(0)
    values = np.where(np.arange(400) < 200, np.arange(400) % 3, generator.normal(size=400))
    values = np.stack([values, generator.normal(size=400)], axis=1)
    learning = np.arange(200)
    preamble = Preamble.fit(values[learning], "table", PreprocessingOptions())
    inputs = preamble.run(values).input
    assert SeenNumbers.of(preamble, inputs, learning, "table", "fast").few.tolist() == [0]
    assert SeenNumbers.of(preamble, inputs, slice(None), "table", "fast").few.tolist() == []


def test_wide_networks_are_shown_few_values_with_noise():
    values = np.arange(400)[:, None] % np.arange(2, 7)
    preamble = Preamble.fit(values, "table", PreprocessingOptions())
    inputs = preamble.run(values).input
    assert SeenNumbers.of(preamble, inputs, slice(None), "table", "fast").few.size == 5
    assert SeenNumbers.of(preamble, inputs, slice(None), "table", "balanced").few.size == 0


def test_samples_of_a_signal_are_numbers_of_many_values_always():
    values = np.arange(400)[:, None] % np.arange(2, 7)
    preamble = Preamble.fit(values, "signal", PreprocessingOptions())
    inputs = preamble.run(values).input
    assert SeenNumbers.of(preamble, inputs, slice(None), "signal", "fast").few.size == 0
    few = SeenNumbers.of(preamble, inputs, slice(None), "table", "fast").few
    assert few.tolist() == list(range(5))


def test_the_deviation_is_that_of_columns_that_vary():
    values = np.random.default_rng(0).normal(size=(500, 3))
    values[:, 1] = 7.0
    preamble = Preamble.fit(values, "table", PreprocessingOptions(tails="keep"))
    seen = SeenNumbers.of(preamble, preamble.run(values).input, slice(None), "table", "balanced")
    assert seen.deviation == pytest.approx(1.0, rel=1e-3)
