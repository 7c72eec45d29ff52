"""Far cells are taken nearer within the range of training rows, and no nearer beyond it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.scoring.session import Session
from isthmus.training.graph import Graph
from isthmus.training.steps.squash import FROM, Squash

ENDS = np.array([[-9.0, -1.5, -3.0], [40.0, 1.5, 3.0]], np.float32)
CONSTANT = np.array([False, False, True])
SQUASH = Squash.fit(ENDS, CONSTANT, tame=True)


def run(emit, cells, element):
    graph = Graph()
    name = emit(graph, "cells")
    shape = ("N", cells.shape[1])
    kind = "float32" if emit == SQUASH.emit else "float64"
    model = graph.serialised([("cells", element, shape)], [(name, kind, shape)])
    return Session(model).run(cells, [name], element)[name]


def cells():
    values = np.array([0, 0.3, -1.9, 2.0, 2.1, -7.0, 39.0, 41.0, -300.0, 1e9])
    return np.column_stack([values] * 3).astype(np.float32)


def test_near_cells_stay_and_far_ones_go_on_by_a_logarithm():
    squashed = SQUASH.apply(cells())[:, 0]
    assert squashed[:4].tolist() == cells()[:4, 0].tolist()
    np.testing.assert_allclose(squashed[6], FROM + np.log1p(39.0 - FROM), rtol=1e-6)


def test_what_lies_beyond_training_is_as_far_beyond_it_as_it_was():
    squashed = SQUASH.apply(cells().astype(np.float64))[:, 0]
    last = FROM + np.log1p(40.0 - FROM)
    np.testing.assert_allclose(squashed[[7, 9]], [last + 1.0, last + 1e9 - 40.0])


def test_a_constant_column_is_left_alone():
    assert np.array_equal(SQUASH.apply(cells())[:, 2], cells()[:, 2])
    assert not Squash.fit(ENDS, CONSTANT, tame=False).any


def test_the_graph_does_the_same_and_finds_the_way_back():
    squashed = run(SQUASH.emit, cells(), "float32")
    np.testing.assert_allclose(squashed, SQUASH.apply(cells()), rtol=2e-7)
    back = run(SQUASH.emit_inverse, squashed, "float32")
    np.testing.assert_allclose(back, SQUASH.revert(squashed), rtol=1e-12)
    np.testing.assert_allclose(back, cells(), rtol=1e-5)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20))
def test_order_and_sign_stay(values):
    column = np.sort(np.array(values))[:, None] * np.ones((1, 3))
    squashed = SQUASH.apply(column)
    assert (np.diff(squashed, axis=0) >= 0).all()
    assert np.array_equal(np.sign(squashed), np.sign(column))


@pytest.mark.parametrize("far", [1e15, -1e15])
def test_the_farthest_cell_is_a_finite_number(far):
    assert np.isfinite(run(SQUASH.emit, np.full((4, 3), far, np.float32), "float32")).all()
