from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.encoded import Encoder, isolation_forest, nearest_neighbours
from isthmus.schema import Column, Schema

SCHEMA = Schema(
    kind="table",
    columns=(
        Column(name="b", kind="category", minimum=0, maximum=1, levels=("x", "y")),
        Column(name="a", minimum=0, maximum=4),
    ),
)


def test_numbers_are_standardised_and_levels_get_a_column_each():
    normal = pa.table({"a": [1, 2, 3, None], "b": ["x", "y", "x", None], "other": [9, 9, 9, 9]})
    encoder = Encoder.fit(normal, SCHEMA)
    rows = encoder.run(pa.table({"b": ["y", "new", None], "a": [4.0, None, 2.0]}))
    deviation = np.std([1, 2, 3, 2])
    assert rows[:, 0] == pytest.approx([2 / deviation, 0, 0])
    # Missing is a level of its own and comes first; one that training lacked is all 0.
    assert rows[:, 1:].tolist() == [[0, 0, 1], [0, 0, 0], [1, 0, 0]]


def test_both_say_of_a_far_row_that_it_is_stranger():
    normal = np.random.default_rng(0).normal(size=(200, 3))
    rows = np.array([[0.0, 0.0, 0.0], [9.0, 9.0, 9.0]])
    near, far = isolation_forest(normal, rows, seed=0)
    assert near < far
    near, far = nearest_neighbours(normal, rows)
    assert near < 1 < 10 < far
