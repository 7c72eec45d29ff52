"""Any input as columns with names and batches of rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any


import numpy.typing as npt
import pyarrow as pa

from isthmus.options import ReadOptions

Batches = Callable[[Collection[str]], Iterator[pa.RecordBatch]]


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
    labels : str or None
        A column that the file itself marks as labels: never a feature.
    matrix : array or None
        Shape (N, number of columns): the values themselves, where they came as one array of
        numbers.
    """

    name: str
    columns: tuple[str, ...]
    named: bool
    decisions: tuple[str, ...]
    rereadable: bool
    read: Batches = field(repr=False)
    labels: str | None = None
    matrix: npt.NDArray[Any] | None = field(default=None, repr=False)

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


def made_up(count: int) -> tuple[str, ...]:
    """The names c0, c1, ... of columns that have none."""
    return tuple(f"c{index}" for index in range(count))


def open_source(data: Any, options: ReadOptions | None = None) -> Source:
    """Open any input and decide what its columns are.

    Parameters
    ----------
    data : object
        A path, ``"-"`` for standard input, a binary file object; a NumPy array or list of lists
        of shape (N, D); a pandas or polars frame, a pyarrow table, batch or reader, anything with
        the Arrow C stream; a dict of columns.
    options : ReadOptions, optional
        How to read a file. What is None is decided by looking at it.

    Raises
    ------
    FileAccessError
        If a file cannot be opened.
    UnreadableDataError
        If its bytes are not what the format says.
    SchemaError
        If a column name stands twice.
    """
    from isthmus.read.formats import open_format
    from isthmus.read.memory import open_memory

    options = options or ReadOptions()
    if isinstance(data, (str, bytes)) or hasattr(data, "__fspath__") or hasattr(data, "read"):
        return open_format(data, options)
    return open_memory(data)
