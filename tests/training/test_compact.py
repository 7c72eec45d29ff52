"""Arrays take room only where they differ from what was expected, and say the same as others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.options import PreprocessingOptions
from isthmus.training.compact import Compact, filled_with
from isthmus.training.preamble import Preamble
from isthmus.training.steps.columns import of_columns


@settings(max_examples=50, deadline=None)
@given(
    whole=arrays(np.float32, (9, 3), elements=st.sampled_from([1.0, 2.0, np.nan])),
    step=st.integers(1, 10),
)
def test_an_array_put_together_from_parts_is_the_whole(whole, step):
    compact = Compact(filled_with(1.0, 9, 3))
    for first in range(0, 9, step):
        compact.put(first, whole[first : first + step])
    np.testing.assert_array_equal(compact.array, whole)


def test_an_array_that_is_as_expected_takes_no_room():
    expected = filled_with(1.0, 1000, 1000)
    compact = Compact(expected)
    compact.put(0, np.ones((1000, 1000), np.float32))
    assert compact.array is expected
    assert compact.array.strides == (0, 0)


@pytest.mark.parametrize("holes", [False, True])
@pytest.mark.parametrize("kind", ["table", "signal", "image"])
def test_many_rows_are_prepared_as_few_are(kind, holes):
    values = np.random.default_rng(0).normal(size=(2500, 4))
    if holes:
        values[[3, 1200, 2499], [0, 1, 3]] = np.nan
    preamble = Preamble.fit(values, kind, PreprocessingOptions(), rebuild_flags=kind == "table")
    compact = preamble.run_compactly(values)
    for one, other in zip(compact, preamble.run(values), strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    assert (compact.observed.strides == (0, 0)) is not holes


@pytest.mark.parametrize("rows", [1, 7, 2000, 1_100_000])
@pytest.mark.parametrize("order", ["C", "F"])
def test_columns_are_looked_at_whole_each_in_one_piece(rows, order):
    values = np.asarray(np.random.default_rng(0).normal(size=(rows, 3)), order=order)
    places = []

    def look(columns, place):
        assert columns.flags.c_contiguous
        places.extend(range(3)[place])
        return np.stack([columns.min(axis=1), columns.max(axis=1)])

    least, most = of_columns(values, look)
    assert places == [0, 1, 2]
    np.testing.assert_array_equal(least, values.min(axis=0))
    np.testing.assert_array_equal(most, values.max(axis=0))
