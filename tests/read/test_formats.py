"""What holds whatever form the rows come in."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from isthmus.errors import SchemaError
from isthmus.options import RowOptions
from isthmus.read import open_source, read_rows, stream_rows
from isthmus.schema import Column, Schema

Array = npt.NDArray[Any]
EVERYTHING = RowOptions()
OLD = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
HARD = [
    0.0,
    -0.0,
    5e-324,
    -2.2250738585072014e-308,
    1.7976931348623157e308,
    0.1,
    1 / 3,
    2**53 + 2.0,
]


def bits(values: Array) -> Array:
    return values.view(np.uint64 if values.dtype == np.float64 else np.uint32)


def columns_of(matrix: Array) -> dict[str, Array]:
    return {f"v{place}x": matrix[:, place].copy() for place in range(matrix.shape[1])}


def schema_of(*names: str, named: bool = True, **set_aside: Any) -> Schema:
    columns = tuple(Column(name=name, minimum=0, maximum=1) for name in names)
    return Schema(kind="table", columns=columns, named=named, set_aside=set_aside)


def test_the_hardest_numbers_keep_every_bit(form: Any) -> None:
    matrix = np.array(HARD).reshape(4, 2)
    rows = read_rows(form.open(columns_of(matrix)), EVERYTHING)
    assert rows.values.dtype == np.float64
    assert rows.values.flags.c_contiguous
    np.testing.assert_array_equal(bits(rows.values), bits(matrix))


@settings(max_examples=40, deadline=None, suppress_health_check=OLD)
@given(
    matrix=arrays(
        np.float64,
        array_shapes(min_dims=2, max_dims=2, max_side=7),
        elements=st.floats(allow_nan=False, allow_infinity=False),
    )
)
def test_all_finite_numbers_keep_every_bit(form: Any, matrix: Array) -> None:
    rows = read_rows(form.open(columns_of(matrix)), EVERYTHING)
    np.testing.assert_array_equal(bits(rows.values), bits(matrix))


@settings(max_examples=20, deadline=None, suppress_health_check=OLD)
@given(
    matrix=arrays(
        np.float32,
        array_shapes(min_dims=2, max_dims=2, max_side=5),
        elements=st.floats(allow_nan=False, allow_infinity=False, width=32),
    )
)
def test_single_precision_keeps_every_bit_and_stays_single_where_the_form_knows_it(
    form: Any, matrix: Array
) -> None:
    rows = read_rows(form.open(columns_of(matrix)), EVERYTHING)
    assert rows.values.dtype == (np.float32 if form.single else np.float64)
    np.testing.assert_array_equal(bits(rows.values.astype(np.float32)), bits(matrix))


def test_missing_and_infinite_cells_stay_what_they_are(form: Any) -> None:
    matrix = np.array([[1.0, np.nan], [np.inf, 2.0], [-np.inf, np.nan], [np.nan, 4.0]])
    rows = read_rows(form.open(columns_of(matrix)), EVERYTHING)
    np.testing.assert_array_equal(rows.values, matrix)
    assert not rows.unusable


def test_names_come_from_the_data_or_are_made_up(form: Any) -> None:
    source = form.open(columns_of(np.eye(3)))
    assert source.named is form.named
    assert source.columns == (("v0x", "v1x", "v2x") if form.named else ("c0", "c1", "c2"))


def test_every_decision_says_where_and_how_to_change_it(form: Any) -> None:
    source = form.open(columns_of(np.eye(3)))
    for sentence in source.decisions:
        assert sentence.startswith(f"{source.name}: ")
        assert "; --" in sentence
        assert sentence.endswith("to change")


def test_streaming_gives_the_rows_that_reading_gives(
    form: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isthmus.read.parts.MOST_ROWS", 2)
    matrix = np.arange(22.0).reshape(11, 2)
    parts = list(stream_rows(form.open(columns_of(matrix)), EVERYTHING, schema_of("v0x", "v1x")))
    assert len(parts) > 3
    np.testing.assert_array_equal(np.concatenate([part.values for part in parts]), matrix)
    starts = np.cumsum([0, *(len(part.values) for part in parts[:-1])])
    assert [part.first for part in parts] == starts.tolist()
    whole = read_rows(form.open(columns_of(matrix)), EVERYTHING)
    np.testing.assert_array_equal(whole.values, matrix)
    assert whole.ids.num_rows == 11


def test_label_ids_and_dropped_columns_never_are_features(form: Any) -> None:
    columns = columns_of(np.arange(20.0).reshape(4, 5))
    names = form.open(columns).columns
    options = RowOptions(label=-1, normal=(4,), id=(names[1],), drop=(0,))
    rows = read_rows(form.open(columns), options)
    assert rows.names == (names[2], names[3])
    assert rows.set_aside == {names[4]: "label", names[1]: "id", names[0]: "drop"}
    np.testing.assert_array_equal(rows.values, [[2, 3], [7, 8], [12, 13], [17, 18]])
    assert rows.ids.column_names == [names[1]]
    assert [float(str(cell).replace(",", ".")) for cell in rows.ids[0].to_pylist()] == [
        1,
        6,
        11,
        16,
    ]
    assert rows.labels is not None
    assert len(rows.labels) == 4


def test_a_text_column_passes_through_as_id(form: Any) -> None:
    if not form.mixed:
        pytest.skip("arrays hold one type")
    columns = {"who": np.array(["007", "b", "c"]), "x": np.array([1.0, 2.0, 3.0])}
    rows = read_rows(form.open(columns), RowOptions(id=(0,)))
    assert rows.ids[0].to_pylist() == ["007", "b", "c"]
    np.testing.assert_array_equal(rows.values, [[1], [2], [3]])


def test_columns_are_laid_against_the_schema_by_name_or_by_place(form: Any) -> None:
    columns = columns_of(np.arange(6.0).reshape(2, 3))
    schema = schema_of("v2x", "v0x", "v1x")
    rows = read_rows(form.open(columns), EVERYTHING, schema)
    assert rows.names == schema.names
    expected = [[2, 0, 1], [5, 3, 4]] if form.named else [[0, 1, 2], [3, 4, 5]]
    np.testing.assert_array_equal(rows.values, expected)


def test_columns_that_do_not_fit_the_schema_are_refused_before_any_row_is_read(form: Any) -> None:
    source = form.open(columns_of(np.eye(3)))
    with pytest.raises(SchemaError, match=f"^{source.name}: "):
        stream_rows(source, EVERYTHING, schema_of("v0x", "else"))


def test_a_name_that_stands_twice_is_refused_with_the_name_of_the_source() -> None:
    twice = pa.table([[1.0], [2.0], [3.0]], names=["a", "b", "a"])
    with pytest.raises(SchemaError, match="Table: column 'a' stands 2 times"):
        read_rows(open_source(twice), EVERYTHING)
