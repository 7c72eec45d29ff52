"""Bytes that can be looked at before they are read, unpacked on the way where they are gz."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol, Self

from isthmus.errors import FileAccessError, UnreadableDataError

GZ = b"\x1f\x8b"


class Readable(Protocol):
    """Anything that gives bytes."""

    def read(self, size: int, /) -> Any: ...


class Stream:
    """A binary file to read from front to back.

    Parameters
    ----------
    file : binary file object
        Where the bytes come from.
    name : str
        What messages call it.
    close : callable, optional
        What closing the stream calls; nothing where the file is not ours to close.
    """

    def __init__(self, file: Readable, name: str, close: Callable[[], None] | None = None) -> None:
        self.name = name
        self.closed = False
        self._file = file
        self._close = close
        self._ahead = b""

    def peek(self, size: int) -> bytes:
        """The next `size` bytes (fewer only at the end), which stay to be read."""
        if len(self._ahead) < size:
            self._ahead += self._take(size - len(self._ahead))
        return self._ahead[:size]

    def read(self, size: int = -1) -> bytes:
        """The next `size` bytes (fewer only at the end); all that are left without a size."""
        ahead = self._ahead
        if 0 <= size <= len(ahead):
            self._ahead = ahead[size:]
            return ahead[:size]
        self._ahead = b""
        rest = self._take(size if size < 0 else size - len(ahead))
        return ahead + rest if ahead else rest

    def seek(self, place: int, whence: int = 0) -> int:
        raise OSError("bytes that come one after another cannot be sought in")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True
        if self._close:
            self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _take(self, size: int) -> bytes:
        """Read until `size` bytes are there or the file ends: a pipe gives them in pieces."""
        pieces: list[bytes] = []
        while size:
            piece = self._piece(size)
            if not piece:
                break
            pieces.append(piece)
            size -= len(piece) if size > 0 else 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _piece(self, size: int) -> bytes:
        try:
            piece: Any = self._file.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise UnreadableDataError(
                f"{self.name}: the gz file is damaged or cut off: {error}",
                advice="Make or fetch the file again.",
            ) from error
        except FileAccessError:
            raise
        except OSError as error:
            raise access_failure(self.name, error) from error
        if isinstance(piece, str):
            raise UnreadableDataError(
                f"{self.name}: was opened as text, bytes are needed",
                advice="Open it with mode 'rb', or give the path.",
            )
        return bytes(piece or b"")


def access_failure(name: str, error: OSError) -> FileAccessError:
    """What to say where the disk does not give the bytes of a file."""
    return FileAccessError(f"{name}: could not be read: {error.strerror or error}")


def unpacked(stream: Stream) -> Stream:
    """The same stream, or what is inside where its first bytes are those of gz."""
    if stream.peek(2) != GZ:
        return stream
    # GzipFile leaves open what it reads from, so closing goes to the stream itself.
    return Stream(gzip.GzipFile(fileobj=stream, mode="rb"), stream.name, stream.close)
