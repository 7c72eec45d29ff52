"""Data that lie in memory: arrays, lists, dicts of columns, frames and Arrow tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from isthmus.errors import DataError, UnreadableDataError
from isthmus.read.arrays import column, from_list, from_matrix
from isthmus.read.arrow import once
from isthmus.read.images.arrays import from_array
from isthmus.read.source import Source, made_up
from isthmus.read.tables import from_schema, in_pieces, reading


def open_memory(data: Any) -> Source:
    """Data in memory as a source: the first row of the table below that fits.

    Raises
    ------
    DataError
        If no row fits, or rows and columns cannot be told.
    """
    for fits, source in ROUTES:
        if fits(data):
            return source(data)
    raise DataError(
        f"{type(data).__name__}: is nothing that rows can be read from",
        advice="Give a path, an array of shape (N, D), a frame, an Arrow table or a dict of "
        "columns.",
    )


def _from_array(array: Any) -> Source:
    return from_array(np.asanyarray(array), "array")


def _from_pandas(frame: Any) -> Source:
    """A pandas frame; its index is no column, and column numbers are no names."""
    named = not all(isinstance(name, (int, np.integer)) for name in frame.columns)
    names = tuple(map(str, frame.columns)) if named else made_up(len(frame.columns))
    kinds = set(frame.dtypes)
    # Truth values are categories, other than in an array of one type.
    if len(kinds) == 1 and isinstance(kind := kinds.pop(), np.dtype) and kind.kind in "iuf":
        return from_matrix(frame.to_numpy(), "DataFrame", names=names if named else None)
    columns = [column(frame.iloc[:, place]) for place in range(len(names))]
    return _from_table(pa.table(columns, names=list(names)), "DataFrame", named=named)


def _from_rows(rows: list[Any] | tuple[Any, ...]) -> Source:
    if rows and all(isinstance(row, Mapping) for row in rows):
        keys = dict.fromkeys(key for row in rows for key in row)
        return _from_dict({key: [row.get(key) for row in rows] for key in keys}, "list")
    return from_list(rows)


def _from_dict(columns: Mapping[Any, Any], name: str = "dict") -> Source:
    names = [str(key) for key in columns]
    cells = [column(values) for values in columns.values()]
    if len({len(array) for array in cells}) > 1:
        said = ", ".join(f"{key!r} {len(array)}" for key, array in zip(names, cells, strict=True))
        raise UnreadableDataError(f"{name}: columns of one length were expected, got {said}")
    return _from_table(pa.table(cells, names=names), name)


def _from_table(table: pa.Table, name: str = "Table", *, named: bool = True) -> Source:
    def read(text: Collection[str]) -> Iterator[pa.RecordBatch]:
        return in_pieces(table.to_batches())

    return from_schema(table.schema, name, read, rereadable=True, named=named)


def _tabled(data: Any) -> pa.Table:
    batch = pa.record_batch(data) if not hasattr(data, "__arrow_c_stream__") else data
    return pa.table(batch)


def _from_frame(frame: Any) -> Source:
    return _from_table(_tabled(frame), type(frame).__name__)


def _from_stream(data: Any) -> Source:
    name = type(data).__name__
    with reading(name, "Arrow"):
        reader = pa.RecordBatchReader.from_stream(data)
    return from_schema(reader.schema, name, once(reader, name), rereadable=False)


def _refuse_series(data: Any) -> Source:
    raise UnreadableDataError(
        "Series: rows and columns were expected, got one column",
        advice="Give it as a frame: series.to_frame().",
    )


def _refuse_lazy(data: Any) -> Source:
    raise UnreadableDataError("LazyFrame: has no rows yet", advice="Give frame.collect().")


def _is(module: str, name: str) -> Callable[[Any], bool]:
    """Whether data are of a class of a library that is not imported here."""

    def fits(data: Any) -> bool:
        return type(data).__module__.partition(".")[0] == module and type(data).__name__ == name

    return fits


def _has(method: str) -> Callable[[Any], bool]:
    return lambda data: hasattr(data, method) and not isinstance(data, type)


def _one_of(*classes: type) -> Callable[[Any], bool]:
    return lambda data: isinstance(data, classes)


ROUTES: tuple[tuple[Callable[[Any], bool], Callable[[Any], Source]], ...] = (
    (_is("pandas", "Series"), _refuse_series),
    (_is("polars", "Series"), _refuse_series),
    (_is("polars", "LazyFrame"), _refuse_lazy),
    (_one_of(np.ndarray), _from_array),
    (_is("pandas", "DataFrame"), _from_pandas),
    (_is("polars", "DataFrame"), _from_frame),
    (_one_of(pa.Table, pa.RecordBatch), _from_frame),
    (_one_of(list, tuple), _from_rows),
    (_one_of(Mapping), _from_dict),
    (_has("__arrow_c_stream__"), _from_stream),
    (_has("__arrow_c_array__"), _from_frame),
    (_has("__array__"), _from_array),
)
"""What the data are, and how they become a source; the first that fits is taken."""
