"""Write a file whole or not at all: a temporary sibling, fsync, then one rename."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from isthmus.errors import FileAccessError

PREFIX = ".isthmus-unfinished-"
STALE_AFTER_SECONDS = 3600


@contextlib.contextmanager
def written(path: str | os.PathLike[str], *, overwrite: bool = False) -> Iterator[IO[bytes]]:
    """A binary file to write, which becomes `path` when the block ends without a failure.

    Parameters
    ----------
    path : path
        Where the file is to be.
    overwrite : bool
        Whether an existing file may be replaced.

    Raises
    ------
    FileAccessError
        If the file exists and may not be replaced, or an operation of the system fails. What
        stood at `path` before is then still there, and no temporary file is left.
    """
    path = Path(path)
    _refuse(path, overwrite)
    unfinished = path.with_name(f"{PREFIX}{secrets.token_hex(8)}")
    try:
        _clean_stale(path.parent)
        with open(unfinished, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not overwrite:
            _refuse(path, overwrite)
        os.replace(unfinished, path)
        _sync_directory(path.parent)
    except OSError as error:
        if isinstance(error, FileAccessError):
            raise
        raise FileAccessError(
            f"{path}: could not be written: {error.strerror or error}",
            advice="What stood there before is unchanged.",
        ) from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _refuse(path: Path, overwrite: bool) -> None:
    if path.is_dir():
        raise FileAccessError(f"{path}: is a directory, a file name was expected")
    if not overwrite and path.exists():
        raise FileAccessError(
            f"{path}: exists already", advice="Choose another name, or replace it with --force."
        )
    if not path.parent.is_dir():
        raise FileAccessError(f"{path}: the directory {path.parent} does not exist")


def _clean_stale(directory: Path) -> None:
    """Remove what a killed process left behind, once it is surely no longer being written."""
    for old in directory.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > STALE_AFTER_SECONDS:
                old.unlink()


def _sync_directory(directory: Path) -> None:
    """Make the rename itself durable, where the system lets a directory be opened."""
    with contextlib.suppress(PermissionError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
