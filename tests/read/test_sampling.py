"""Of too many rows a sample is learnt from: even, the same however they come, and said."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import isthmus.read.parts
import isthmus.read.tables
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import Sampling, open_source, read_rows
from isthmus.read.gathered import Gathered
from isthmus.read.sampling import CELLS, FEWEST_ROWS, Keys

ROWS = 900


def table() -> pa.Table:
    """Rows by which every column can be told: 3 numbers, a category, an id and a label."""
    numbers = np.arange(ROWS, dtype=np.float64)
    return pa.table(
        {
            "a": numbers,
            "b": numbers * 2,
            "machine": [f"m{number}" for number in range(ROWS)],
            "mode": [f"level {number % 7}" for number in range(ROWS)],
            "truth": [number % 3 for number in range(ROWS)],
            "c": -numbers,
        }
    )


def gathered(sizes: list[int], most: int, seed: int) -> Gathered:
    """Rows that hold their own number, in batches of such sizes."""
    found = Gathered(most, Keys(seed))
    for size in sizes:
        values = np.arange(found.seen, found.seen + size, dtype=np.float64)[:, None]
        found.add(values, {}, pa.table({"n": values[:, 0]}), pa.array(values[:, 0]))
    found.thin()
    return found


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=12), st.integers(1, 80), st.integers(0, 9))
def test_the_rows_drawn_do_not_hang_on_the_batches(sizes, most, seed):
    found = gathered(sizes, most, seed)
    expected = Sampling(most, seed).places(sum(sizes), 1)
    assert found.values[:, 0].tolist() == expected.tolist()
    assert len(expected) == min(most, sum(sizes))
    numbers = found.numbers
    assert (numbers is None) == (sum(sizes) <= most)
    assert numbers is None or numbers.tolist() == expected.tolist()
    for kept in ("ids", "labels"):
        pieces = [getattr(piece, kept).to_pylist() for piece in found.pieces]
        told = [one["n"] if kept == "ids" else one for piece in pieces for one in piece]
        assert told == expected.tolist()


def test_every_row_is_drawn_equally_often():
    counts = np.zeros(40)
    for seed in range(2000):
        counts[Sampling(10, seed).places(40, 1)] += 1
    # 500 each on average, with a standard deviation of 19.4
    assert abs(counts - 500).max() < 90
    assert counts.sum() == 20_000


@pytest.mark.parametrize("seed", range(5))
def test_rows_that_were_made_with_the_same_seed_are_drawn_evenly_too(seed):
    made = np.random.default_rng(seed).random(10_000)
    drawn = made[Sampling(2000, seed).places(10_000, 1)]
    assert abs(drawn.mean() - 0.5) < 5 * 0.29 / np.sqrt(2000)


def test_no_more_is_held_than_a_little_above_what_stays():
    found, held = Gathered(100, Keys(0)), []
    for _ in range(200):
        found.add(np.zeros((20, 2)), {}, pa.table({"n": range(20)}), None)
        held.append(found.rows)
    assert max(held) <= 125
    assert found.seen == 4000


@pytest.mark.parametrize(
    ("width", "most"), [(1, CELLS), (30, CELLS // 30), (5000, FEWEST_ROWS), (0, CELLS)]
)
def test_by_default_cells_are_bounded_and_few_rows_are_never_thinned(width, most):
    assert Sampling().most(width) == most
    assert Sampling(17).most(width) == 17


@pytest.mark.parametrize("batch", [64, 1000])
def test_all_that_is_known_of_a_row_stays_with_it(tmp_path, monkeypatch, batch):
    path = tmp_path / "rows.parquet"
    pq.write_table(table(), path, row_group_size=batch)
    monkeypatch.setattr(isthmus.read.parts, "MOST_ROWS", 50)
    columns = RowOptions(id=("machine",), label="truth", normal=("0",))
    rows = read_rows(open_source(path), columns, sampling=Sampling(200, 3))
    expected = Sampling(200, 3).places(ROWS, 4)
    assert rows.numbers.tolist() == expected.tolist()
    assert rows.drawn_from == ROWS
    places = {name: rows.values[:, rows.names.index(name)] for name in rows.names}
    assert places["a"].tolist() == expected.tolist()
    assert places["c"].tolist() == (-expected).tolist()
    assert rows.ids["machine"].to_pylist() == [f"m{number}" for number in expected]
    assert [int(label.as_py()) for label in rows.labels] == (expected % 3).tolist()
    shown = [rows.levels["mode"][int(place)] for place in places["mode"]]
    assert shown == [f"level {number % 7}" for number in expected]
    assert rows.texts["mode"].to_pylist() == shown
    assert any("200 rows, drawn evenly from 900, are learnt from" in d for d in rows.decisions)


def test_every_format_gives_the_same_sample(tmp_path):
    csv = "a,b\n" + "".join(f"{number},{number % 5}\n" for number in range(ROWS))
    numbers = np.arange(ROWS)
    array = np.stack([numbers, numbers % 5], axis=1).astype(np.float64)
    pq.write_table(pa.table({"a": numbers, "b": numbers % 5}), tmp_path / "rows.parquet")
    sources = [io.BytesIO(csv.encode()), tmp_path / "rows.parquet", array]
    read = [
        read_rows(open_source(one, ReadOptions()), RowOptions(), sampling=Sampling(100, 1))
        for one in sources
    ]
    for one in read:
        assert one.values.tobytes() == read[0].values.tobytes()
        assert one.numbers.tolist() == read[0].numbers.tolist()


def test_a_column_that_is_no_number_anywhere_is_refused_though_its_row_is_not_drawn(tmp_path):
    from isthmus.errors import SchemaError

    cells = [None] * ROWS
    cells[-1] = [1, 2]
    mixed = pa.table({"a": range(ROWS), "b": pa.array(cells, pa.list_(pa.int64()))})
    with pytest.raises(SchemaError, match="'b' holds lists"):
        read_rows(open_source(mixed), RowOptions(), sampling=Sampling(10, 0))
