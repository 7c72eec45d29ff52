"""Write a file whole or not at all: a temporary sibling, fsync, then one rename."""

from __future__ import annotations

import contextlib
import errno
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
        If the file exists and may not be replaced, or an operation of the system fails. No
        temporary file is left. What stood at `path` before is still there, unless the message
        says that the new file is in place and only its durability is in doubt.
    """
    path = Path(path)
    unfinished = path.with_name(f"{PREFIX}{secrets.token_hex(8)}")
    with _unchanged_on_failure(path, unfinished):
        _refuse(path, overwrite)
        _clean_stale(path.parent)
        try:
            with unfinished.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _refuse(path, overwrite)
            unfinished.replace(path)
        finally:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)
    _make_durable(path)


@contextlib.contextmanager
def _unchanged_on_failure(path: Path, *others: Path) -> Iterator[None]:
    """Say of a failure that it is one of `path`, unless it names another file than these."""
    ours = {str(place) for place in (path, path.parent, *others)}
    try:
        yield
    except FileAccessError:
        raise
    except OSError as error:
        if error.filename is not None and str(error.filename) not in ours:
            raise  # What is written may come from a file that cannot be read.
        raise FileAccessError(
            f"{path}: could not be written: {error.strerror or error}",
            advice="What stood there before is unchanged.",
        ) from error


def refuse(path: str | os.PathLike[str], *, overwrite: bool) -> None:
    """Raise a `FileAccessError` now if `written` would, so that no work is done in vain."""
    path = Path(path)
    with _unchanged_on_failure(path):
        _refuse(path, overwrite)


def made(folder: Path, *, parents: bool = True) -> None:
    """Make a folder where it is not there, with those above it if `parents` says so.

    Raises
    ------
    FileAccessError
        If it cannot be made, or is a file.
    """
    try:
        folder.mkdir(parents=parents, exist_ok=True)
    except FileNotFoundError:
        raise FileAccessError(f"{folder}: the directory {folder.parent} does not exist") from None
    except (FileExistsError, NotADirectoryError):
        raise FileAccessError(f"{folder}: is a file, a directory was expected") from None
    except OSError as error:
        raise FileAccessError(f"{folder}: could not be made: {error.strerror}") from error


def _refuse(path: Path, overwrite: bool) -> None:
    if path.is_dir():
        raise FileAccessError(f"{path}: is a directory, a file name was expected")
    if path.exists() and not path.is_file():
        raise FileAccessError(f"{path}: is a device or pipe, a file name was expected")
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


def _make_durable(path: Path) -> None:
    """Have the rename itself reach the disk, or say that the new file is there but may be lost."""
    try:
        _sync_directory(path.parent)
    except OSError as error:
        raise FileAccessError(
            f"{path}: was written, but the system could not make it durable: "
            f"{error.strerror or error}",
            advice="The new file is in place, but may be lost if the machine stops now.",
        ) from error


def _sync_directory(directory: Path) -> None:
    try:
        descriptor = os.open(directory, os.O_RDONLY)
    except PermissionError:  # Not every system lets a directory be opened.
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # Nor be flushed.
            raise
    finally:
        os.close(descriptor)
