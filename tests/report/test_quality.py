"""What is odd about the cells of new rows, counted as by hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.options import ReadOptions, RowOptions
from isthmus.read import open_source, stream_rows
from isthmus.report.quality import Quality
from isthmus.training.describe import describe

TRAINING = np.column_stack([np.linspace(0, 1, 20), np.arange(20) % 2, np.full(20, 5.0)])
SCHEMA = describe(TRAINING, ["x", "c", "still"], "table", levels={"c": ("a", "b")})


def counted(table):
    quality = Quality.of(SCHEMA)
    for rows in stream_rows(open_source(table, ReadOptions()), RowOptions(), SCHEMA):
        scored = np.array([place not in rows.unusable for place in range(len(rows.values))])
        quality.add(rows, scored)
    return quality


def test_cells_are_counted_column_by_column():
    found = counted(
        pa.table(
            {
                "x": [0.5, -1.0, 2.0, None, 0.5],
                "c": ["a", "z", "b", "a", "a"],
                "still": [5.0, 5.0, 5.0, 6.0, 5.0],
            }
        )
    )
    x, c, still = found.columns
    assert (x.missing, x.beyond, x.unseen) == (1, 2, 0)
    assert (c.missing, c.beyond, c.unseen) == (0, 0, 1)
    assert (still.missing, still.beyond, still.constant) == (0, 1, False)
    assert (found.rows, found.scored, found.copies) == (5, 5, 1)


def test_a_column_that_varied_in_training_and_no_more_is_constant():
    found = counted(pa.table({"x": [0.3] * 4, "c": list("abab"), "still": [5.0] * 4}))
    assert [one.constant for one in found.columns] == [True, False, False]


@given(arrays(np.float64, st.tuples(st.integers(1, 40), st.just(3)), elements=st.integers(0, 2)))
def test_copies_are_the_rows_less_those_that_differ(values):
    table = pa.table(
        {"x": values[:, 0], "c": ["ab"[int(v) % 2] for v in values[:, 1]], "still": values[:, 2]}
    )
    seen = {(row["x"], row["c"], row["still"]) for row in table.to_pylist()}
    assert counted(table).copies == len(values) - len(seen)
