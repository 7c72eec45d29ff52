"""One input of bytes: a path, standard input or an open binary file."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from isthmus.errors import FileAccessError, UsageError
from isthmus.read.stream import GZ, Stream, unpacked

STANDARD_INPUT = "standard input"


class File:
    """Bytes with a name, to be looked at and then read once or more often.

    Attributes
    ----------
    name : str
        What messages call it.
    rereadable : bool
        False for pipes and standard input, which give their bytes once.
    path : Path or None
        Where the bytes lie as they are, not packed; None where there is no such place.
    """

    def __init__(
        self, name: str, start: Callable[[], Stream], *, rereadable: bool, path: Path | None = None
    ) -> None:
        self.name = name
        self.rereadable = rereadable
        self._start = start
        self._waiting: Stream | None = None
        self._begun = False
        self.path = path if path and self._raw_head(2) != GZ else None

    def head(self, size: int) -> bytes:
        """The first `size` bytes, fewer only where there are no more."""
        if not self.rereadable:
            return self._once().peek(size)
        with unpacked(self._start()) as stream:
            return stream.peek(size)

    def open(self) -> Stream:
        """The bytes from the first on.

        Raises
        ------
        UsageError
            If they come from a pipe and were read before.
        """
        if self.rereadable:
            return unpacked(self._start())
        if self._begun:
            raise UsageError(
                f"{self.name}: can be read only once, and has been",
                advice="Write it to a file first and give the file.",
            )
        stream = self._once()
        self._begun = True
        return stream

    def random_access(self) -> Callable[[], IO[bytes]]:
        """What opens the bytes to seek in them, as often as wanted.

        They are read into memory here unless they lie in a file as they are.
        """
        path = self.path
        if path is not None:
            return lambda: _opened(path)
        with self.open() as stream:
            data = stream.read()
        return lambda: io.BytesIO(data)

    def _once(self) -> Stream:
        if self._waiting is None:
            self._waiting = unpacked(self._start())
        return self._waiting

    def _raw_head(self, size: int) -> bytes:
        with self._start() as stream:
            return stream.peek(size)


def open_file(data: Any) -> File:
    """The bytes behind a path, ``"-"`` (standard input) or a binary file object.

    Raises
    ------
    FileAccessError
        If there is no such file, it is a directory, or it may not be read.
    """
    if hasattr(data, "read"):
        return _from_object(data)
    if str(data) == "-":
        return File(
            STANDARD_INPUT,
            lambda: Stream(sys.stdin.buffer, STANDARD_INPUT),
            rereadable=False,
        )
    return _from_path(os.fspath(data))


def _from_object(file: Any) -> File:
    given = getattr(file, "name", None)
    name = given if isinstance(given, str) else "file object"
    rereadable = bool(file.seekable()) if hasattr(file, "seekable") else False
    begin = file.tell() if rereadable else 0

    def start() -> Stream:
        if rereadable:
            file.seek(begin)
        return Stream(file, name)

    return File(name, start, rereadable=rereadable)


def _from_path(data: Any) -> File:
    name = os.fsdecode(data)
    path = Path(name)

    def start() -> Stream:
        file = _opened(path)
        return Stream(file, name, file.close)

    try:
        regular = stat.S_ISREG(path.stat().st_mode)
        if path.is_dir():
            raise FileAccessError(f"{name}: is a directory, a file was expected")
        if not regular:
            return File(name, start, rereadable=False)
        return File(name, start, rereadable=True, path=path)
    except FileNotFoundError:
        raise FileAccessError(f"{name}: there is no such file") from None
    except (OSError, ValueError) as error:
        if isinstance(error, FileAccessError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise FileAccessError(f"{name}: could not be opened: {reason}") from error


def _opened(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise FileAccessError(f"{path}: could not be opened: {error.strerror or error}") from error
