"""Any input, opened: what lies in files goes one way, what lies in memory another."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from isthmus.errors import UsageError
from isthmus.options import ReadOptions
from isthmus.read.folder import Tables, open_tables
from isthmus.read.formats import open_format, refuse_foreign
from isthmus.read.images.files import images_below, open_folder
from isthmus.read.memory import open_memory
from isthmus.read.source import Source

OF_IMAGES = (None, "image")
"""Formats with which a folder may be one of images."""


def open_source(data: Any, options: ReadOptions | None = None) -> Source:
    """Open any input and decide what its columns are.

    Parameters
    ----------
    data : object
        A path, also of a folder of images or of table files, ``"-"`` for standard input, a binary
        file object; a NumPy array or list of lists of shape (N, D), an array of images (N, height,
        width) with channels last or without; a pandas or polars frame, a pyarrow table, batch or
        reader, anything with the Arrow C stream; a dict of columns.
    options : ReadOptions, optional
        How to read a file. What is None is decided by looking at it.

    Raises
    ------
    FileAccessError
        If a file cannot be opened, or a folder holds neither images nor tables.
    UnreadableDataError
        If its bytes are not what the format says.
    SchemaError
        If a column name stands twice, or files of a folder differ in their columns.
    UsageError
        If options are given that say nothing of such data.
    """
    options = options or ReadOptions()
    tables = None
    if _is_folder(data):
        images = images_below(Path(os.fsdecode(data))) if options.format in OF_IMAGES else None
        if images is not None and images.files:
            refuse_foreign(options, os.fsdecode(data), "a folder of images")
            return open_folder(data, images, options)
        tables = Tables.below(data, options)
    if options.paired is not None:
        raise UsageError(
            f"paired gives images for those of a folder, {_called(data)} is none",
            advice="Put the images into a folder, each named like its pair.",
        )
    if tables is not None:
        return open_tables(tables, options)
    if isinstance(data, (str, bytes)) or hasattr(data, "__fspath__") or hasattr(data, "read"):
        return open_format(data, options)
    return open_memory(data)


def _called(data: Any) -> str:
    """What a message calls some data: its path, or what it is."""
    is_path = isinstance(data, str) or hasattr(data, "__fspath__")
    return str(data) if is_path else type(data).__name__


def _is_folder(data: Any) -> bool:
    if not isinstance(data, (str, bytes)) and not hasattr(data, "__fspath__"):
        return False
    try:
        return stat.S_ISDIR(os.stat(data).st_mode)  # noqa: PTH116 (bytes are paths too)
    except (OSError, ValueError):
        return False  # What is wrong with it is said where it is opened.
