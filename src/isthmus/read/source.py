"""Any input as columns with names and batches of rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.errors import SchemaError
from isthmus.read.images.pictures import Pictures
from isthmus.read.stored import StoredMatrix

Batches = Callable[[Collection[str]], Iterator[pa.RecordBatch]]
LOOKED_AT = 1 << 14
"""Rows at a time in which a value is looked for."""
SLICE = 1 << 16
"""Rows of an array that are a piece of it."""


@dataclass(frozen=True)
class Source:
    """Rows that can be read batch by batch.

    Attributes
    ----------
    name : str
        What messages call it: a path, ``"standard input"``, ``"DataFrame"``.
    columns : tuple of str
        After the header decision; c0, c1, ... where the data have no names.
    named : bool
        False when the names were made up.
    decisions : tuple of str
        What was decided by looking at the data, each with how to change it.
    rereadable : bool
        Whether `batches` may be called more than once.
    read : callable
        What `batches` calls.
    decimal : {".", ","}
        The decimal mark in cells that are text.
    matrix : array, StoredMatrix or None
        Shape (N, columns): the values themselves, where they came as one array of numbers.
    beside : dict of str to Array
        Columns that come beside a matrix or images, of shape (N,) each: labels, never features.
    ids : tuple of str
        Those of them that say which row is which.
    images : Pictures or None
        Where the rows are images; `columns` are then those of `beside` alone.
    pairs : Pictures or None
        Where there is an image to rebuild for each of `images`.
    types : mapping of str to DataType
        The types of the columns, where they are known before the first batch.
    rows : int or None
        How many there are, where that is known before the last batch.
    pieces : callable or None
        The same rows as sources one after another, each of which can be read by itself.
    """

    name: str
    columns: tuple[str, ...]
    named: bool
    decisions: tuple[str, ...]
    rereadable: bool
    read: Batches = field(repr=False)
    decimal: str = "."
    matrix: npt.NDArray[Any] | StoredMatrix | None = field(default=None, repr=False)
    beside: dict[str, pa.Array] = field(default_factory=dict, repr=False)
    types: Mapping[str, pa.DataType] = field(default_factory=dict, repr=False)
    ids: tuple[str, ...] = ()
    images: Pictures | None = field(default=None, repr=False)
    pairs: Pictures | None = field(default=None, repr=False)
    rows: int | None = None
    pieces: Callable[[], list[Source]] | None = field(default=None, repr=False)

    def batches(self, text: Collection[str] = ()) -> Iterator[pa.RecordBatch]:
        """The rows from the first on, in batches whose columns are `columns`.

        Parameters
        ----------
        text : collection of str
            Columns that keep their exact text in CSV: ``007`` stays ``007``.

        Raises
        ------
        UnreadableDataError
            If the bytes are not what the format says.
        UsageError
            If the source is not rereadable and was read before.
        """
        return self.read(text)

    def type_of(self, name: str) -> pa.DataType | None:
        """What is known of a column before it is read; one without any value is of type null."""
        if self.matrix is None or name in self.beside:
            return self.types.get(name)
        if self.matrix.dtype.kind == "f":
            place, blocks = self.columns.index(name), blocks_of(self.matrix, LOOKED_AT)
            nothing = all(np.isnan(block[:, place]).all() for _, block in blocks)
            return pa.null() if nothing else pa.float64()
        return pa.bool_() if self.matrix.dtype.kind == "b" else pa.int64()


def blocks_of(
    matrix: npt.NDArray[Any] | StoredMatrix, rows: int
) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """The rows of a matrix, at most `rows` at a time, each block with the number of its first."""
    if isinstance(matrix, StoredMatrix):
        yield from zip(range(0, len(matrix), rows), matrix.blocks(rows), strict=True)
        return
    for first in range(0, len(matrix), rows):
        yield first, matrix[first : first + rows]


def pieces_of(source: Source) -> list[Source]:
    """The parts of a source that can be read by themselves, in their order; it may be one."""
    if source.matrix is not None:
        places = range(0, len(source.matrix), SLICE)
        return [_rows_of(source, source.matrix, first, SLICE) for first in places]
    return [source] if source.pieces is None else source.pieces()


def after(source: Source, rows: int) -> Source:
    """The same without its first rows."""
    if not rows:
        return source
    if source.matrix is not None:
        return _rows_of(source, source.matrix, rows, len(source.matrix))
    left = None if source.rows is None else source.rows - rows
    return replace(source, rows=left, pieces=None, read=lambda text: _dropped(source, text, rows))


def _dropped(source: Source, text: Collection[str], rows: int) -> Iterator[pa.RecordBatch]:
    for batch in source.batches(text):
        passed = min(rows, batch.num_rows)
        rows -= passed
        if passed < batch.num_rows:
            yield batch.slice(passed)


def _rows_of(
    whole: Source, matrix: npt.NDArray[Any] | StoredMatrix, first: int, rows: int
) -> Source:
    """Some rows of an array as a source of their own."""
    some: npt.NDArray[Any] | StoredMatrix
    if isinstance(matrix, StoredMatrix):
        some = matrix.part(first, rows)
    else:
        some = matrix[first : first + rows]
    beside = {name: column.slice(first, rows) for name, column in whole.beside.items()}
    return replace(whole, matrix=some, beside=beside, rows=len(some))


def no_batches(name: str) -> Batches:
    """What `batches` of images calls: they have no columns of cells."""

    def read(text: Collection[str]) -> Iterator[pa.RecordBatch]:
        raise SchemaError(f"{name}: images came, rows of columns were expected")

    return read


def made_up(count: int) -> tuple[str, ...]:
    """The names c0, c1, ... of columns that have none."""
    return tuple(f"c{index}" for index in range(count))
