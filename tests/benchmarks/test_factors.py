from __future__ import annotations

import numpy as np
import pytest

from benchmarks.factors import NOISE, Broken, Factors, broken, shifted
from benchmarks.finding import named


@pytest.fixture
def generator():
    return np.random.default_rng(5)


def test_rows_have_the_correlations_that_their_surprises_are_measured_by(generator):
    made_by = Factors.drawn(3, 8, generator)
    rows = made_by.rows(50_000, generator)
    expected = made_by.loadings.T @ made_by.loadings + NOISE**2 * np.eye(8)
    assert np.cov(rows.T) == pytest.approx(expected, abs=0.2)
    # What is left of a cell once the others are known has a deviation of 1.
    assert np.sqrt((made_by.surprises(rows) ** 2).mean(axis=0)) == pytest.approx(1, abs=0.03)


def test_a_broken_row_has_one_foreign_cell_from_the_same_column_of_another_row(generator):
    rows = generator.normal(size=(300, 4))
    made = broken(rows, generator)
    changed = made.rows != rows
    assert (changed.sum(axis=1) == 1).all()
    assert (changed.argmax(axis=1) == made.columns).all()
    assert set(made.columns) == {0, 1, 2, 3}
    for row, column in enumerate(made.columns):
        assert made.rows[row, column] in rows[:, column]


def test_a_shifted_cell_moves_by_so_many_spreads_both_ways(generator):
    rows, spread = generator.normal(size=(300, 2)), np.array([1.0, 10.0])
    made = shifted(rows, 6, spread, generator)
    moved = (made.rows - rows)[np.arange(300), made.columns]
    assert np.abs(moved) == pytest.approx(6 * spread[made.columns])
    assert set(np.sign(moved)) == {-1, 1}
    assert ((made.rows != rows).sum(axis=1) == 1).all()


def test_only_alarms_count_among_the_cells_that_are_named():
    made = Broken(np.zeros((3, 2)), np.array([0, 1, 1]))
    scores = np.array([[2.0, 1.0], [2.0, 1.0], [1.0, 2.0]])
    assert named(scores, made, np.array([True, True, False])) == 0.5
    assert named(scores, made, np.array([False, False, True])) == 1
    assert named(scores, made, np.array([False, False, False])) == 0
