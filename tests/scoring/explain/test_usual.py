"""What is usual for a cell: p-values of its own error, and means that are not too small."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import number, usual

from isthmus.model_file.manifest import CellErrors
from isthmus.schema import Schema
from isthmus.scoring.cell_errors import cell_errors
from isthmus.scoring.explain.usual import Usual, floored

ERRORS = st.floats(0, 1e6)


def held(errors):
    """The usual errors of one cell, as a manifest holds them."""
    column = np.array(errors, np.float64)[:, None]
    schema = Schema(kind="table", columns=(number("x"),))
    cells = cell_errors(np.zeros_like(column), np.zeros_like(column), column, schema)
    return Usual(floored(cells, schema.columns), cells, schema.columns)


@given(st.lists(ERRORS, min_size=1, max_size=400), st.lists(ERRORS, min_size=2, max_size=20))
def test_a_p_value_is_a_share_and_falls_where_the_error_grows(errors, asked):
    usual = held(errors)
    p = [usual.p_value(0, error) for error in sorted(asked)]
    assert all(0 < one <= 1 for one in p)
    assert p == sorted(p, reverse=True)


@given(st.lists(st.integers(0, 999), min_size=1, max_size=256), st.integers(0, 1000))
def test_with_a_quantile_for_every_row_the_count_is_exact(errors, asked):
    expected = (1 + sum(error >= asked for error in errors)) / (len(errors) + 1)
    assert held(errors).p_value(0, asked) == expected


@given(st.integers(257, 5000), st.integers(0, 1000))
def test_between_quantiles_the_count_is_near(rows, seed):
    errors = np.random.default_rng(seed).exponential(size=rows).round(2)
    usual = held(errors)
    for asked in (0.0, 0.1, 1.0, 2.5, 20.0):
        exact = (1 + (errors >= asked).sum()) / (rows + 1)
        ties = (errors == asked).mean()
        assert abs(usual.p_value(0, asked) - exact) <= 1.5 / 255 + ties


@pytest.mark.parametrize("rows", [50, 256, 3000])
def test_on_the_rows_themselves_p_values_are_uniform(rows):
    errors = np.random.default_rng(0).exponential(size=rows)
    usual = held(errors)
    p = np.sort([usual.p_value(0, error) for error in errors])
    even = np.arange(1, rows + 1) / rows
    assert np.abs(p - even).max() <= 2 / min(rows, 256) + 1 / rows


def test_an_error_that_every_row_has_is_not_strange_although_few_digits_are_held():
    for error in (0.123449, 0.123451, 7.0):
        assert held([error] * 500).p_value(0, error) == 1.0


def test_an_error_beyond_all_rows_has_the_smallest_p_value_there_is():
    assert held(range(1, 100)).p_value(0, float("inf")) == 1 / 100


def test_a_cell_without_rows_has_no_opinion():
    empty = CellErrors(mean=0.0, residual=0.0, quantiles=(), rows=0)
    assert Usual(floored([empty], [number("x")]), [empty], [number("x")]).p_value(0, 5.0) == 1.0


def test_means_are_kept_where_they_mean_something():
    cells = [usual(mean=0.5), usual(mean=2.0), usual(mean=1.0)]
    assert floored(cells, [number("x")] * 3).tolist() == [0.5, 2.0, 1.0]


def test_a_mean_of_nothing_counts_as_one_typical_error_among_all_rows():
    cells = [usual(mean=m) for m in (1.0, 3.0, 5.0)]
    constant = CellErrors(mean=0.0, residual=0.0, quantiles=(0.0,) * 99, rows=99)
    rounding = constant.model_copy(update={"mean": 1e-9})
    floors = floored([*cells, *[constant, rounding] * 5], [number("x")] * 13)
    np.testing.assert_allclose(floors[3:], 3.0 / 100)  # the median of those that vary
    assert floors[:3].tolist() == [1.0, 3.0, 5.0]


def test_a_column_that_never_varied_is_measured_by_a_typical_one():
    still = number("pump", minimum=2, maximum=2)
    cells = [usual(mean=1.0), usual(mean=3.0), usual(mean=5.0), usual(mean=1e-4)]
    assert floored(cells, [*[number("x")] * 3, still]).tolist() == [1.0, 3.0, 5.0, 3.0]


def test_where_all_cells_are_perfect_there_is_still_something_to_divide_by():
    perfect = CellErrors(mean=0.0, residual=0.0, quantiles=(0.0,), rows=10)
    assert (floored([perfect, perfect], [number("x")] * 2) > 0).all()
