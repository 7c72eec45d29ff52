"""The linear twin is a principal component analysis."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus.training.twin import MOST_ROWS, LinearTwin


def rows_of(count, width, seed=3):
    generator = np.random.default_rng(seed)
    mixed = generator.normal(size=(count, 3)) @ generator.normal(size=(3, width))
    return (mixed + 0.3 * generator.normal(size=(count, width)) + 5).astype(np.float32)


@pytest.mark.parametrize(("count", "width"), [(200, 7), (20, 60)], ids=["long", "wide"])
@pytest.mark.parametrize("explained", [0.7, 0.9, 0.99])
def test_rank_and_residual_are_those_of_a_singular_value_decomposition(count, width, explained):
    rows, fresh = rows_of(count, width), rows_of(50, width, seed=4)
    twin = LinearTwin.fit(rows, np.random.default_rng(0), explained=explained)
    exact = rows.astype(np.float64)
    middle = exact.mean(axis=0)
    _, sizes, axes = np.linalg.svd(exact - middle, full_matrices=False)
    shares = np.cumsum(sizes**2) / (sizes**2).sum()
    rank = int((shares < explained).sum()) + 1
    apart = fresh - middle
    left = np.square(apart - apart @ axes[:rank].T @ axes[:rank]).sum(axis=1)
    assert twin.rank == rank
    assert np.allclose(twin.residual(fresh), left, rtol=1e-3, atol=1e-3)


def test_something_always_lies_outside_the_plane():
    rows = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
    twin = LinearTwin.fit(rows, np.random.default_rng(0), explained=1.0)
    assert twin.rank == 1
    assert twin.residual(rows).max() > 0


def test_rows_that_never_vary_have_a_plane_of_no_dimensions():
    twin = LinearTwin.fit(np.full((30, 4), 2.0, np.float32), np.random.default_rng(0))
    assert twin.rank == 0
    assert np.array_equal(twin.residual(np.full((3, 4), 3.0, np.float32)), [4.0] * 3)


def test_at_most_so_many_rows_are_looked_at():
    rows = rows_of(MOST_ROWS + 1000, 4)
    poisoned = rows.copy()
    kept = np.sort(np.random.default_rng(0).choice(len(rows), MOST_ROWS, replace=False))
    poisoned[np.setdiff1d(np.arange(len(rows)), kept)] = 1e6
    one, other = (LinearTwin.fit(some, np.random.default_rng(0)) for some in (rows, poisoned))
    assert np.array_equal(one.axes, other.axes)
