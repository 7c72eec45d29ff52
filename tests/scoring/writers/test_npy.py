"""npy: an array that NumPy reads back, however many batches it came in."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import UsageError
from isthmus.scoring.writers import WITH_NUMBERS_ALONE, open_writer


def written(path, rows, sizes):
    with open_writer(path, overwrite=True, formats=WITH_NUMBERS_ALONE) as writer:
        first = 0
        for size in [*sizes, len(rows)]:
            part = rows[first : first + size]
            writer.write(pa.record_batch(list(part.T.copy()), names=list("abc")))
            first += size
    return np.load(path)


@given(st.integers(0, 50), st.lists(st.integers(0, 9), max_size=5), st.sampled_from("fd"))
def test_what_is_read_back_is_what_was_written(tmp_path_factory, count, sizes, kind):
    rows = np.random.default_rng(count).normal(size=(count, 3)).astype(kind)
    rows[1::5, 1] = np.nan
    read = written(tmp_path_factory.mktemp("npy") / "out.npy", rows, sizes)
    assert (read.dtype, read.shape) == (rows.dtype, rows.shape)
    assert read.tobytes() == rows.tobytes()


def test_a_missing_cell_is_not_a_number(tmp_path):
    with open_writer(tmp_path / "out.npy", overwrite=False, formats=WITH_NUMBERS_ALONE) as writer:
        writer.write(pa.record_batch({"a": [1.0, None]}))
    assert np.array_equal(np.load(tmp_path / "out.npy"), [[1.0], [np.nan]], equal_nan=True)


def test_a_failure_leaves_no_file(tmp_path):
    def fail():
        with open_writer(tmp_path / "o.npy", overwrite=False, formats=WITH_NUMBERS_ALONE) as writer:
            writer.write(pa.record_batch({"a": [1.0]}))
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()
    assert not list(tmp_path.iterdir())


def test_what_is_more_than_numbers_is_not_written_as_npy(tmp_path):
    with (
        pytest.raises(UsageError, match="does not say which format"),
        open_writer(tmp_path / "out.npy", overwrite=False),
    ):
        pass


def test_a_pipe_cannot_be_gone_back_in():
    with (
        pytest.raises(UsageError, match="npy does not go to standard output"),
        open_writer("-", "npy", overwrite=False, formats=WITH_NUMBERS_ALONE),
    ):
        pass
