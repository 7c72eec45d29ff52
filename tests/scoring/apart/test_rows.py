"""Rows encoded and rebuilt: the same bits however they come, and what is invalid says why."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from beats import mixed_rows, model_of, odd_mixed_rows
from example import example, example_rows, variational_example

from isthmus import Scorer
from isthmus.errors import DataError, DetectorWarning, UnreadableDataError, UsageError
from isthmus.options import RowOptions
from isthmus.read import open_source
from isthmus.scoring.apart import Passed, encoded, rebuilt, steady


@cache
def scorer() -> Scorer:
    return Scorer.load(example())


@cache
def mixed() -> Scorer:
    choices = {"encoder": (8,), "code_size": 3, "max_steps": 20, "scheme": "split", "members": 2}
    return Scorer.load(model_of(mixed_rows(), "mixed", **choices))


def odd_rows(count=40):
    """Rows with holes, and three that are invalid."""
    rows = example_rows(count)
    rows[::4, 1] = np.nan
    rows[3] = np.nan
    rows[6, 0] = np.inf
    rows[9, 2] = -np.inf
    return rows


INVALID = [3, 6, 9]


def test_codes_are_the_codes_of_the_graph_and_of_invalid_rows_there_are_none():
    rows = odd_rows()
    codes, whole = scorer().encode(rows), scorer().run(rows, ["code"])[0]["code"]
    assert (codes.dtype, codes.shape) == (np.float32, (40, 2))
    assert np.flatnonzero(np.isnan(codes).any(axis=1)).tolist() == INVALID
    assert np.isnan(codes[INVALID]).all()
    usable = np.setdiff1d(np.arange(40), INVALID)
    assert np.array_equal(codes[usable], whole[usable])


@pytest.mark.parametrize("mask", [False, True])
@pytest.mark.parametrize("size", [1, 3, 16])
def test_batches_of_any_size_give_the_bits_of_all_rows_at_once(monkeypatch, size, mask):
    rows = odd_rows()
    codes, made = scorer().encode(rows), scorer().reconstruct(rows, mask=mask)
    monkeypatch.setattr("isthmus.read.parts.MOST_ROWS", size)
    passed = Passed(open_source(rows), scorer().schema)
    parts = list(passed.stream(RowOptions()))
    assert max(len(part.values) for part in parts) == size
    again = [encoded(scorer(), part).codes for part in parts]
    assert np.array_equal(np.concatenate(again), codes, equal_nan=True)
    again = [rebuilt(scorer(), part, mask=mask).values for part in parts]
    assert np.array_equal(np.concatenate(again), made, equal_nan=True)


def test_a_batch_of_codes_has_ids_numbers_and_reasons():
    table = pa.table({"id": [f"{n:03d}" for n in range(40)], **columns_of(odd_rows())})
    passed = Passed(open_source(table), scorer().schema)
    (rows,) = passed.stream(RowOptions(id=("id",)))
    codes = encoded(scorer(), rows)
    passed.add(codes.reasons, codes.first)
    made = codes.to_arrow()
    assert made.schema.names == ["id", "row", "code0", "code1", "status", "reason"]
    assert made["id"].to_pylist() == table["id"].to_pylist()
    assert made["row"].to_pylist() == list(range(40))
    for row in made.to_pylist():
        assert (row["row"] in INVALID) == (row["status"] == "invalid") == bool(row["reason"])
        assert (row["code0"] is None) == (row["row"] in INVALID)
    assert made["reason"][3].as_py() == "every cell is missing"
    assert np.array_equal(
        np.column_stack(codes.matrix().columns), scorer().encode(odd_rows()), equal_nan=True
    )
    assert (passed.rows, passed.invalid) == (40, 3)
    assert passed.of_invalid("left out") == [
        "Table: 3 rows left out: row 3: every cell is missing; row 6: column 'c0' is infinite; "
        "row 9: column 'c2' is infinite"
    ]


def columns_of(rows):
    return {f"c{place}": column for place, column in enumerate(rows.T)}


def test_an_id_named_like_a_code_is_refused():
    table = pa.table({"code1": ["a"] * 3, **columns_of(example_rows(3))})
    (rows,) = Passed(open_source(table), scorer().schema).stream(RowOptions(id=("code1",)))
    with pytest.raises(DataError, match="'code1' has the name of a column of the codes"):
        encoded(scorer(), rows).to_arrow()


def test_what_is_rebuilt_is_the_reconstruction_and_of_invalid_rows_there_is_none():
    rows = odd_rows()
    made, whole = scorer().reconstruct(rows), scorer().run(rows, ["reconstruction"])[0]
    usable = np.setdiff1d(np.arange(40), INVALID)
    assert np.array_equal(made[usable], whole["reconstruction"][usable])
    assert np.isnan(made[INVALID]).all()


def test_with_a_mask_missing_cells_alone_are_rebuilt():
    rows = odd_rows()
    made, whole = scorer().reconstruct(rows, mask=True), scorer().reconstruct(rows)
    holes = np.isnan(rows)
    holes[INVALID] = False
    assert holes.any()
    assert np.array_equal(made[~holes], rows[~holes], equal_nan=True)
    assert np.array_equal(made[holes], whole[holes])


def as_text(rows: np.ndarray) -> pa.Table:
    """Rows of the mixed detector as a user has them: levels by name."""
    levels = {place: mixed().schema.columns[place].levels for place in mixed().schema.categories}
    return pa.table(
        {
            f"c{place}": [
                None if np.isnan(cell) else named(levels.get(place), cell) for cell in column
            ]
            for place, column in enumerate(rows.T)
        }
    )


def named(levels, cell):
    if levels is None:
        return float(cell)
    return levels[int(cell)] if 0 <= cell < len(levels) and cell == int(cell) else "never seen"


def test_names_are_filled_by_names_and_names_never_seen_stay():
    table = as_text(odd_mixed_rows())
    passed = Passed(open_source(table), mixed().schema)
    (rows,) = passed.stream(RowOptions(), as_came=True)
    made = rebuilt(mixed(), rows, mask=True)
    filled, whole = made.to_arrow(), rebuilt(mixed(), rows).to_arrow()
    assert made.filled == sum(column.null_count for column in table.columns) > 0
    assert filled.schema.names == list(mixed().schema.names)
    for name in table.column_names:
        for came, new, expected in zip(table[name], filled[name], whole[name], strict=True):
            assert new.as_py() == (came.as_py() if came.is_valid else expected.as_py())
    assert "never seen" in filled["c1"].to_pylist()
    assert "never seen" not in whole["c1"].to_pylist()


def test_a_text_where_a_number_was_makes_a_row_invalid_and_stays_with_a_mask():
    table = pa.table({"c0": ["1", "hot", None], "c1": ["2", "", "5"], "c2": ["3", "4", "6.50"]})
    passed = Passed(open_source(table), scorer().schema)
    (rows,) = passed.stream(RowOptions(), as_came=True)
    whole, filled = rebuilt(scorer(), rows), rebuilt(scorer(), rows, mask=True)
    assert whole.to_arrow().to_pylist()[1] == {"c0": None, "c1": None, "c2": None}
    assert filled.to_arrow().to_pylist()[:2] == table.to_pylist()[:2]
    assert filled.to_arrow()["c2"].to_pylist() == ["3", "4", "6.50"]
    assert float(filled.to_arrow()["c0"][2].as_py()) == whole.values[2, 0]
    assert whole.reasons == filled.reasons == {1: "column 'c0': 'hot' is not a number"}


def test_batches_keep_the_types_that_they_begin_with():
    whole, half = pa.record_batch({"a": [1, 2]}), pa.record_batch({"a": [2.0, 3.0]})
    assert [batch.schema for batch in steady([whole, half], "x")] == [whole.schema] * 2
    with pytest.raises(UnreadableDataError, match="x: from row 2 on cells are of another type"):
        list(steady([whole, pa.record_batch({"a": [1.5]})], "x"))


def test_data_without_rows_give_one_batch_without_rows():
    passed = Passed(
        open_source(pa.table({"id": [], **columns_of(np.empty((0, 3)))})), scorer().schema
    )
    (rows,) = passed.stream(RowOptions(id=("id",)), as_came=True)
    assert encoded(scorer(), rows).to_arrow().num_rows == 0
    assert rebuilt(scorer(), rows, mask=True).to_arrow().schema.names == ["id", "c0", "c1", "c2"]
    assert passed.warnings == ["Table: has columns but no rows"]


def test_columns_that_are_foreign_are_warned_of():
    table = as_text(mixed_rows(20)).set_column(1, "c1", pa.array(["other"] * 20))
    for work in (mixed().encode, mixed().reconstruct):
        with pytest.warns(
            DetectorWarning, match="20 of 20 values are none of the 5 levels"
        ) as seen:
            work(table)
        assert seen[0].filename == __file__


@cache
def variational() -> Scorer:
    return Scorer.load(variational_example())


def test_new_rows_are_the_same_for_a_seed_and_the_first_ones_however_many():
    one = variational()
    rows = one.sample(3000, seed=5)
    assert rows.shape == (3000, 3)
    assert np.isfinite(rows).all()
    assert len(np.unique(rows, axis=0)) > 2900
    for count in (0, 1, 7, 1024, 1025):
        assert np.array_equal(one.sample(count, seed=5), rows[:count])
    assert not np.array_equal(one.sample(7, seed=6), rows[:7])


def test_every_member_makes_some_of_the_new_rows_from_codes_around_nought():
    one = variational()
    rows = one.sample(2000)
    codes = np.random.default_rng(1).standard_normal((2000, 2)).astype(np.float32)
    apart = [one.decode(codes, member) for member in range(2)]
    expected = np.concatenate([half[member::2] for member, half in enumerate(apart)])
    spread = expected.std(axis=0)
    assert np.abs(rows.mean(axis=0) - expected.mean(axis=0)).max() < 0.15 * spread.max()
    assert np.abs(rows.std(axis=0) / spread - 1).max() < 0.1


def test_drawing_touches_no_global_generator():
    before = np.random.get_state()[1].tolist()
    variational().sample(5)
    assert np.random.get_state()[1].tolist() == before


@pytest.mark.parametrize(
    ("count", "seed", "said"), [(-1, 0, "count: .* got -1"), (1, -4, "seed: .* got -4")]
)
def test_numbers_below_nought_are_refused(count, seed, said):
    with pytest.raises(UsageError, match=said):
        variational().sample(count, seed)


def test_a_model_that_is_not_variational_says_how_to_make_one_that_is():
    with pytest.raises(UsageError, match="not variational") as caught:
        scorer().sample(1)
    assert "--variational" in str(caught.value)
