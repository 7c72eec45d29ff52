"""NumPy arrays and lists of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.errors import UnreadableDataError
from isthmus.read.source import Source, blocks_of, made_up
from isthmus.read.stored import StoredMatrix

BATCH = 1 << 14

Array = npt.NDArray[Any]


def from_matrix(
    array: Array | StoredMatrix,
    name: str,
    *,
    names: tuple[str, ...] | None = None,
    beside: Mapping[str, pa.Array] | None = None,
) -> Source:
    """An array of shape (N, D) as a source.

    Parameters
    ----------
    array : array or StoredMatrix
        Numbers, truth values, or texts and objects that are looked at column by column.
    name : str
        What messages call it.
    names : tuple of str, optional
        Of the D columns, where they have any.
    beside : mapping of str to Array, optional
        Columns of labels, each of shape (N,).

    Raises
    ------
    UnreadableDataError
        If the shape is not (N, D), or the numbers are not real.
    """
    _refuse_shape(array, name)
    if array.dtype.kind == "c":
        raise UnreadableDataError(
            f"{name}: holds complex numbers, real ones were expected",
            advice="Give real and imaginary parts as columns of their own.",
        )
    numeric = array.dtype.kind in "biuf"
    if isinstance(array, np.ma.MaskedArray):
        array = np.ma.filled(array.astype(float) if numeric else array, np.nan if numeric else None)
    beside = dict(beside or {})
    columns = (*(names or made_up(array.shape[1])), *beside)
    return Source(
        name=name,
        columns=columns,
        named=names is not None,
        decisions=(),
        rereadable=True,
        read=lambda text: _batches(array, columns, beside),
        matrix=array if numeric else None,
        beside=beside,
    )


def from_list(rows: Any, name: str = "list") -> Source:
    """A list of rows as a source; cells may be numbers, texts and None.

    Raises
    ------
    UnreadableDataError
        If the rows are not all of one length.
    """
    if not len(rows):
        raise UnreadableDataError(f"{name}: is empty, rows were expected")
    lengths = {_length(row) for row in rows}
    if -1 in lengths:
        raise UnreadableDataError(
            f"{name}: a list of rows was expected, got a list of single values",
            advice="Give one row as [[1, 2, 3]], one column as [[1], [2], [3]].",
        )
    if len(lengths) > 1:
        raise UnreadableDataError(
            f"{name}: rows of {min(lengths)} to {max(lengths)} cells came, one length was expected"
        )
    cells = np.empty((len(rows), lengths.pop()), object)
    for place, row in enumerate(rows):
        cells[place] = list(row)
    return from_matrix(_as_numbers(cells), name)


def _as_numbers(cells: Array) -> Array:
    """Objects as one array of numbers, where they are nothing else."""
    kinds = {type(cell) for cell in cells.flat}
    if not kinds or not all(issubclass(kind, (int, float, np.number, np.bool_)) for kind in kinds):
        return cells
    numbers = np.asarray(cells.tolist())
    return numbers if numbers.dtype.kind in "biuf" else cells


def _length(row: Any) -> int:
    return len(row) if hasattr(row, "__len__") and not isinstance(row, (str, bytes)) else -1


def column(values: Any) -> pa.Array:
    """Values of one column as Arrow; as their texts where they are of several types."""
    if isinstance(values, (pa.Array, pa.ChunkedArray)):
        return _one_piece(values)
    try:
        cells = _one_piece(pa.array(values, from_pandas=True))
    except (pa.ArrowException, OverflowError):
        return pa.array(map(_text, values), pa.string())
    # A column without any value says nothing of its type.
    return pa.nulls(len(cells)) if len(cells) and cells.null_count == len(cells) else cells


def _text(value: Any) -> str | None:
    """One cell as text; truth values as most files have them."""
    if value is None or _is_nothing(value):
        return None
    return str(value).lower() if isinstance(value, (bool, np.bool_)) else str(value)


def _is_nothing(value: Any) -> bool:
    """Whether a cell is what pandas and NumPy put where nothing is: NaN, NaT, NA."""
    try:
        return bool(value != value)
    except TypeError:  # pandas.NA is neither equal to itself nor different.
        return True
    except ValueError:  # An array is a value, if a strange one.
        return False


def _one_piece(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _batches(
    array: Array | StoredMatrix, columns: tuple[str, ...], beside: Mapping[str, pa.Array]
) -> Iterator[pa.RecordBatch]:
    for start, part in blocks_of(array, BATCH):
        cells = [column(native(part[:, place])) for place in range(part.shape[1])]
        cells += [values[start : start + BATCH] for values in beside.values()]
        yield pa.record_batch(cells, names=list(columns))


def native(values: Array) -> Array:
    """One column in this machine's byte order, and of a type that Arrow has."""
    if values.dtype.kind == "f" and values.dtype.itemsize > 8:
        return values.astype(np.float64)
    return np.ascontiguousarray(values, values.dtype.newbyteorder("="))


def _refuse_shape(array: Array | StoredMatrix, name: str) -> None:
    if array.ndim == 2:
        return
    advice = {
        0: "Give rows and columns.",
        1: "Reshape one row with X.reshape(1, -1), one column with X.reshape(-1, 1).",
    }.get(array.ndim, "Reshape it with X.reshape(len(X), -1).")
    raise UnreadableDataError(
        f"{name}: shape (N, D) was expected, got {array.shape}", advice=advice
    )
