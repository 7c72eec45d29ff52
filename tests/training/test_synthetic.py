"""Anomalies made of normal rows are what their names say."""

from __future__ import annotations

import numpy as np
import pytest
from beats import MIXED_LEVELS, mixed_rows, normal_beats, table_rows

from isthmus.options import FitOptions
from isthmus.training.describe import describe
from isthmus.training.preprocessing import preamble_of
from isthmus.training.synthetic import (
    FEW,
    Material,
    exchanged,
    jittered,
    made_of,
    stretched,
    windowed,
)


def material_of(rows, kind="table", levels=None):
    names = [f"c{place}" for place in range(rows.shape[1])]
    schema = describe(rows, names, kind, named=False, levels=levels)
    preamble = preamble_of(rows, schema, FitOptions())
    return Material.of(rows.astype(preamble.element), preamble, np.random.default_rng(1))


def different(one, other):
    return (one != other) & ~(np.isnan(one) & np.isnan(other))


CASES = {
    "table": lambda: material_of(table_rows()),
    "mixed": lambda: material_of(mixed_rows(), levels=MIXED_LEVELS),
    "signal": lambda: material_of(normal_beats(50), "signal"),
}


@pytest.mark.parametrize("case", CASES)
def test_every_kind_changes_rows_and_no_row_that_it_was_made_of(case):
    material = CASES[case]()
    before = material.rows.copy()
    made = made_of(material, "signal" if case == "signal" else "table")
    assert ("window" in made) == (case == "signal")
    for name, rows in made.items():
        assert rows.shape == before.shape, name
        assert different(rows, before).any(axis=1).mean() > 0.7, name
    assert np.array_equal(material.rows, before, equal_nan=True)


@pytest.mark.parametrize("case", CASES)
def test_the_same_generator_makes_the_same_rows(case):
    kind = "signal" if case == "signal" else "table"
    for one, other in zip(*(made_of(CASES[case](), kind).values() for _ in range(2)), strict=True):
        assert np.array_equal(one, other, equal_nan=True)


def test_exchanged_cells_are_those_of_other_rows_in_a_few_columns_or_a_third():
    material = material_of(normal_beats(50), "signal")
    made = exchanged(material)
    for column in range(made.shape[1]):
        assert np.isin(made[:, column], material.rows[:, column]).all()
    counts = different(made, material.rows).sum(axis=1)
    assert counts[::2].max() <= FEW
    assert 30 < np.median(counts[1::2]) <= 47  # a third of 140


def test_a_third_of_the_cells_jitter_by_one_to_three_deviations():
    rows = np.random.default_rng(2).normal(7.0, 3.0, (400, 9))
    material = material_of(rows)
    off = np.abs(jittered(material) - rows) / rows.std(axis=0)
    moved = off > 1e-9
    assert (moved.sum(axis=1) == 3).all()
    assert off[moved].min() > 0.9
    assert off[moved].max() < 3.2


def test_stretched_rows_keep_their_direction_from_the_mean():
    rows = np.random.default_rng(2).normal(7.0, 0.5, (300, 5))
    made, middle = stretched(material_of(rows)), rows.mean(axis=0)
    times = np.linalg.norm(made - middle, axis=1) / np.linalg.norm(rows - middle, axis=1)
    assert 1.45 < times.min() < times.max() < 3.05


def test_a_window_is_one_stretch_of_at_most_a_quarter():
    material = material_of(normal_beats(60), "signal")
    changed = different(windowed(material), material.rows)
    for row in changed:
        places = np.flatnonzero(row)
        assert not len(places) or places[-1] - places[0] < 140 // 4 + 1


def test_missing_cells_of_numbers_stay_missing_when_they_are_moved():
    material = material_of(table_rows())
    for make in (jittered, stretched):
        assert np.array_equal(np.isnan(make(material)), np.isnan(material.rows))


def test_columns_without_a_value_and_constant_ones_are_left_alone():
    rows = np.random.default_rng(0).normal(size=(40, 5))
    rows[:, 1], rows[:, 2] = np.nan, 4.0
    material = material_of(rows)
    assert list(material.varying) == [0, 3, 4]
    for name, made in made_of(material, "table").items():
        assert np.isnan(made[:, 1]).all(), name
        assert np.allclose(made[:, 2], 4.0), name


def test_a_column_that_was_constant_in_training_is_not_moved():
    training = table_rows()
    training[:, 1] = 0.0
    schema = describe(training, [f"c{n}" for n in range(training.shape[1])], "table", named=False)
    preamble = preamble_of(training, schema, FitOptions())
    held_out = table_rows()
    held_out[:, 1] = np.arange(len(held_out)) - 5.0
    for make in (jittered, stretched):
        made = make(Material.of(held_out, preamble, np.random.default_rng(1)))
        assert np.array_equal(made[:, 1], held_out[:, 1])
        assert np.array_equal(np.isfinite(made), np.isfinite(held_out))
