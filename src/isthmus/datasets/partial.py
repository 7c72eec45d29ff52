"""A file that is not whole yet, which one process at a time works on."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from isthmus.errors import FileAccessError

try:
    import fcntl
except ImportError:  # Windows: two at once may spoil the part, which its checksum then shows.
    fcntl = None  # type: ignore[assignment]


def part_of(path: Path) -> Path:
    """Where what has come of a file so far is kept."""
    return path.with_name(f"{path.name}.part")


@contextlib.contextmanager
def claimed(part: Path, waiting: Callable[[], None]) -> Iterator[IO[bytes]]:
    """The part, open for reading and appending, once no other process has it.

    It stays for the next time unless it is empty.

    Parameters
    ----------
    part : path
        The file; made if there is none, its folder too.
    waiting : callable
        Called before this process waits for another one.

    Raises
    ------
    FileAccessError
        If it cannot be made or written to.
    """
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        with _opened(part, waiting) as file:
            try:
                yield file
            finally:
                file.flush()
                if not os.fstat(file.fileno()).st_size:
                    with contextlib.suppress(OSError):
                        part.unlink()
    except FileAccessError:
        raise
    except OSError as error:
        raise FileAccessError(
            f"{part}: could not be written: {error.strerror or error}",
            advice="Choose another folder for what is fetched with --cache or ISTHMUS_CACHE.",
        ) from error


def _opened(part: Path, waiting: Callable[[], None]) -> IO[bytes]:
    while True:
        file = part.open("a+b")
        try:
            _lock(file, waiting)
            if os.path.samestat(os.fstat(file.fileno()), part.stat()):
                return file
        except FileNotFoundError:  # whoever had it before has finished and removed it
            pass
        except BaseException:
            file.close()
            raise
        file.close()


def _lock(file: IO[bytes], waiting: Callable[[], None]) -> None:
    """Wait until no other process has the file open; its end ends the lock too."""
    if fcntl is None:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        waiting()
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:  # a file system without locks; the checksum tells if two came together
        pass
