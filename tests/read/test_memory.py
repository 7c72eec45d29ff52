"""Frames, lists, dicts and whatever else lies in memory."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas
import polars
import pyarrow as pa
import pytest

from isthmus.errors import DataError, SchemaError, UnreadableDataError
from isthmus.options import RowOptions
from isthmus.read import Rows, open_source, read_rows
from isthmus.schema import Column, Schema

NAN = np.nan


def rows(data: Any, **options: Any) -> Rows:
    return read_rows(open_source(data), RowOptions(**options))


def test_a_pandas_index_is_no_column() -> None:
    frame = pandas.DataFrame({"x": [1.0, 2.0], "y": ["a", "b"]}, index=["r1", "r2"])
    assert open_source(frame).columns == ("x", "y")
    assert open_source(frame[["x"]]).columns == ("x",)


def test_pandas_columns_that_are_numbers_are_no_names() -> None:
    source = open_source(pandas.DataFrame(np.eye(2)))
    assert (source.columns, source.named, source.name) == (("c0", "c1"), False, "DataFrame")


def test_pandas_names_that_are_no_texts_become_texts() -> None:
    assert open_source(pandas.DataFrame([[1, 2]], columns=["a", 3])).columns == ("a", "3")
    assert open_source(pandas.DataFrame([[1, 2]], columns=[(1, "a"), (2, "b")])).named


def test_a_pandas_frame_of_one_type_is_read_without_detours() -> None:
    assert open_source(pandas.DataFrame({"x": [1.0], "y": [2.0]})).matrix is not None
    assert rows(pandas.DataFrame({"x": [1], "y": [2]}, dtype="float32")).values.dtype == np.float32


def test_every_pandas_type_is_read() -> None:
    frame = pandas.DataFrame(
        {
            "nullable": pandas.array([1, None], dtype="Int64"),
            "truth": pandas.array([True, None], dtype="boolean"),
            "category": pandas.Categorical(["u", "v"]),
            "text": ["x", None],
            "arrow": pandas.array(["p", None], dtype="string[pyarrow]"),
            "mixed": [1, "z"],
            "when": [datetime.datetime(2020, 1, 1), pandas.NaT],
            "object": np.array([1.5, None], dtype=object),
        }
    )
    found = rows(frame, id=("category", "text", "arrow", "mixed", "when"))
    np.testing.assert_array_equal(found.values, [[1, 0, 1.5], [NAN, NAN, NAN]])
    assert found.levels == {"truth": ("true",)}
    assert found.ids["mixed"].to_pylist() == ["1", "z"]
    assert found.ids["arrow"].to_pylist() == ["p", None]
    assert found.ids["when"].null_count == 1


def test_a_cell_of_another_type_spoils_its_row_alone() -> None:
    frame = pandas.DataFrame({"x": [1, "bad", 2.5]})
    schema = Schema(kind="table", columns=(Column(name="x", minimum=0, maximum=1),))
    found = read_rows(open_source(frame), RowOptions(), schema)
    np.testing.assert_array_equal(found.values, [[1], [NAN], [2.5]])
    assert found.unusable == {1: "column 'x': 'bad' is not a number"}


def test_polars_nulls_and_categories_are_read() -> None:
    frame = polars.DataFrame(
        {"x": [1.5, None], "n": [None, 3], "c": ["u", "v"]},
        schema_overrides={"c": polars.Categorical},
    )
    found = rows(frame, id=("c",))
    np.testing.assert_array_equal(found.values, [[1.5, NAN], [NAN, 3]])
    assert found.ids["c"].to_pylist() == ["u", "v"]


@pytest.mark.parametrize(
    "data", [pandas.Series([1.0, 2.0]), polars.Series([1.0, 2.0]), [1, 2, 3], np.arange(3)]
)
def test_one_dimension_is_refused_with_advice(data: Any) -> None:
    with pytest.raises(UnreadableDataError) as caught:
        open_source(data)
    assert caught.value.advice


def test_a_lazy_frame_has_to_be_collected() -> None:
    with pytest.raises(UnreadableDataError, match=r"frame.collect\(\)"):
        open_source(polars.LazyFrame({"x": [1]}))


def test_lists_of_rows_may_mix_types() -> None:
    found = rows([["a", 1, None], ["b", 2.5, True]], id=(0,))
    assert found.ids["c0"].to_pylist() == ["a", "b"]
    np.testing.assert_array_equal(found.values, [[1, NAN], [2.5, 0]])
    assert found.levels == {"c2": ("true",)}
    assert rows(((1, 2), (3, 4))).values.tolist() == [[1, 2], [3, 4]]


def test_lists_of_dicts_are_rows_with_names() -> None:
    found = rows([{"a": 1}, {"b": 2, "a": 3}])
    assert found.names == ("a", "b")
    np.testing.assert_array_equal(found.values, [[1, NAN], [3, 2]])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ([], "list: is empty"),
        ([[1], [1, 2]], "list: rows of 1 to 2 cells came"),
        ([[1], "ab"], "a list of single values"),
        ({"a": [1], "b": [1, 2]}, "dict: columns of one length were expected, got 'a' 1, 'b' 2"),
        ([[[1, 2]], [[3, 4]]], "column 'c0' holds lists"),
        ([[[1, 2], [3]]], "column 'c0' holds lists"),
        (np.zeros((0, 3)), "has columns but no rows"),
        (pa.table({"x": pa.array([], pa.float64())}), "has columns but no rows"),
        (np.zeros((3, 0)), "no column is left"),
        (None, "NoneType: is nothing that rows can be read from"),
        (7, "int: is nothing"),
        (pa.Table, "is nothing"),
    ],
)
def test_what_is_no_table_is_refused(data: Any, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        rows(data)


def test_texts_in_an_array_are_read_column_by_column() -> None:
    assert rows(np.array([["1", "2.5"], ["3", "NA"]])[:, :1]).values.tolist() == [[1], [3]]
    with pytest.raises(SchemaError, match="column 'c1' is mixed: 'x' in row 1 is not a number"):
        rows(np.array([["1", "2"], ["3", "x"]]))


def test_masked_cells_are_missing() -> None:
    masked = np.ma.masked_array(np.array([[1, 2], [3, 4]]), [[False, True], [False, False]])
    np.testing.assert_array_equal(rows(masked).values, [[1, NAN], [3, 4]])


class Stream:
    """Anything with the Arrow C stream."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.data.__arrow_c_stream__(requested_schema)


class Batch:
    """Anything with the Arrow C array alone."""

    def __arrow_c_array__(self, requested_schema: Any = None) -> Any:
        return pa.record_batch({"x": [1.0, 2.0]}).__arrow_c_array__(requested_schema)


class Tensor:
    """Anything that NumPy can see as an array."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.eye(2)


def test_anything_with_the_arrow_c_stream_is_read_once() -> None:
    source = open_source(Stream(pa.table({"x": [1.0, 2.0]})))
    assert (source.name, source.rereadable) == ("Stream", False)
    assert read_rows(source, RowOptions()).values.tolist() == [[1], [2]]


def test_a_stream_of_single_values_is_refused() -> None:
    with pytest.raises(UnreadableDataError, match="Stream: cannot be read as Arrow"):
        open_source(Stream(pa.chunked_array([[1, 2]])))


def test_the_arrow_c_array_and_array_likes_are_read() -> None:
    assert rows(Batch()).values.tolist() == [[1], [2]]
    assert rows(Tensor()).values.tolist() == [[1, 0], [0, 1]]


def test_what_is_given_is_never_changed() -> None:
    array = np.arange(6.0).reshape(2, 3)
    array.flags.writeable = False
    assert rows(array, drop=(0,)).values.tolist() == [[1, 2], [4, 5]]
    assert rows(array).values.flags.writeable
