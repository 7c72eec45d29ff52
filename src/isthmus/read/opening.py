"""Any input, opened: what lies in files goes one way, what lies in memory another."""

from __future__ import annotations

from typing import Any

from isthmus.options import ReadOptions
from isthmus.read.formats import open_format
from isthmus.read.memory import open_memory
from isthmus.read.source import Source


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
    options = options or ReadOptions()
    if isinstance(data, (str, bytes)) or hasattr(data, "__fspath__") or hasattr(data, "read"):
        return open_format(data, options)
    return open_memory(data)
