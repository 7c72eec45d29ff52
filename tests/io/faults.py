"""Count the calls of the system that touch a folder or standard output, and let one of them fail.

What is counted: opening, reading, writing and closing a file, flushing it to the disk, renaming,
making a folder. Python's own flush of a file is a write and counted as one. What is not counted:
removing a file, which is how a failure is tidied up, and asking whether one exists.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

STANDARD_OUTPUT = "standard output"


class Faults:
    """The calls made so far, and which of them fails.

    Parameters
    ----------
    folder : Path
        Calls elsewhere are neither counted nor failed.
    failing : int
        The number of the call that fails, from 1; with 0 none does.
    code : int
        The failure's number, such as `errno.ENOSPC`.
    lasting : bool
        Whether every later call of the same kind fails as well, as on a disk that stays full.
    """

    def __init__(
        self, folder: Path, failing: int = 0, code: int = 0, *, lasting: bool = False
    ) -> None:
        self.folder = folder.resolve()
        self.calls: list[tuple[str, str]] = []
        self.failed: tuple[str, str] | None = None
        self._failing = failing
        self._code = code
        self._lasting = lasting
        self._open_here: dict[int, str] = {}

    def count(self, call: str, where: str, given: Any = None) -> None:
        """Take note of a call, and fail where it is its turn; `given` is the path as it was typed.

        Raises
        ------
        OSError
            With the number of the failure that was asked for.
        """
        self.calls.append((call, where))
        again = self._lasting and self.failed is not None and self.failed[0] == call
        if len(self.calls) == self._failing or again:
            self.failed = self.failed or (call, where)
            # A failed write or flush names no file; whoever reports it has to know.
            named = () if given is None else (os.fspath(given),)
            raise OSError(self._code, os.strerror(self._code), *named)

    def inside(self, path: Any) -> str | None:
        """The whole path, where it is one in the folder."""
        if not isinstance(path, (str, os.PathLike)):
            return None
        whole = Path(os.path.abspath(os.fspath(path)))  # noqa: PTH100 (asks the disk nothing)
        return str(whole) if whole == self.folder or self.folder in whole.parents else None

    def forget(self, number: int) -> None:
        """A number of an open file is given away again once the file is closed."""
        self._open_here.pop(number, None)

    @contextlib.contextmanager
    def injected(self) -> Iterator[None]:
        """Within the block every call passes by here."""
        patches: list[tuple[Any, str, Callable[..., Any]]] = [
            (builtins, "open", self._opened(builtins.open)),
            (io, "open", self._opened(io.open)),
            (os, "open", self._opened_plainly(os.open)),
            (os, "close", self._by_number("close", os.close)),
            (os, "fsync", self._by_number("fsync", os.fsync)),
            *((os, name, self._by_path(name, getattr(os, name))) for name in PATH_CALLS),
        ]
        kept = [(owner, name, getattr(owner, name)) for owner, name, _ in patches]
        output = sys.stdout
        for owner, name, counted in patches:
            setattr(owner, name, counted)
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(Disk(self, output.buffer, STANDARD_OUTPUT)), encoding="utf-8"
        )
        try:
            yield
        finally:
            self._failing, self._lasting = 0, False  # what is left over may go out
            with contextlib.suppress(OSError):
                sys.stdout.flush()
            sys.stdout = output
            for owner, name, real in kept:
                setattr(owner, name, real)

    def _opened(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(
            file: Any, mode: str = "r", buffering: int = -1, *rest: Any, **more: Any
        ) -> Any:
            where = self.inside(file)
            if where is None:
                return real(file, mode, buffering, *rest, **more)
            self.count("open", where, file)
            raw = real(file, mode.replace("t", "").replace("b", "") + "b", 0)
            disk = Disk(self, raw, where)
            self._open_here[raw.fileno()] = where
            buffered = io.BufferedReader(disk) if mode[0] == "r" else io.BufferedWriter(disk)
            return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding="utf-8")

        return counted

    def _opened_plainly(self, real: Callable[..., int]) -> Callable[..., int]:
        def counted(path: Any, *rest: Any, **more: Any) -> int:
            where = self.inside(path)
            if where is None:
                return real(path, *rest, **more)
            self.count("open", where, path)
            number = real(path, *rest, **more)
            self._open_here[number] = where
            return number

        return counted

    def _by_number(self, call: str, real: Callable[[int], None]) -> Callable[[int], None]:
        def counted(number: int) -> None:
            where = self._open_here.get(number)
            if call == "close":  # It closes even where it fails.
                real(number)
                self.forget(number)
            if where is not None:
                self.count(call, where)
            if call != "close":
                real(number)

        return counted

    def _by_path(self, call: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def counted(path: Any, *rest: Any, **more: Any) -> Any:
            where = self.inside(path)
            if where is not None:
                self.count(call, where, path)
            return real(path, *rest, **more)

        return counted


PATH_CALLS = ("replace", "rename", "link", "mkdir", "truncate")


class Disk(io.RawIOBase):
    """A file whose reads, writes and closing are counted."""

    def __init__(self, faults: Faults, raw: BinaryIO, where: str) -> None:
        super().__init__()
        self._faults, self._raw, self._where = faults, raw, where
        self._kind = "write" if raw.writable() else "read"

    def readable(self) -> bool:
        return self._kind == "read"

    def writable(self) -> bool:
        return self._kind == "write"

    def seekable(self) -> bool:
        return self._where != STANDARD_OUTPUT and self._raw.seekable()

    def seek(self, place: int, whence: int = 0) -> int:
        return self._raw.seek(place, whence)

    def tell(self) -> int:
        return self._raw.tell()

    def fileno(self) -> int:
        return self._raw.fileno()

    def readinto(self, buffer: Any) -> int:
        self._faults.count("read", self._where)
        data = self._raw.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: Any) -> int:
        self._faults.count("write", self._where)
        return self._raw.write(data)

    def close(self) -> None:
        if self.closed:
            return
        super().close()
        if self._where == STANDARD_OUTPUT:
            return
        self._faults.forget(self._raw.fileno())
        self._raw.close()
        if self._kind == "write":  # Closing what was read loses nothing.
            self._faults.count("close", self._where)
