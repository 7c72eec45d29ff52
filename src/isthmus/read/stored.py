"""An array that lies in an npy file, read some rows at a time.

The file is read, not mapped into memory: a mapped file that shrinks would end the process.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy_format

from isthmus.errors import UnreadableDataError
from isthmus.read.stream import access_failure

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class StoredMatrix:
    """Rows of numbers, or of texts, that are read as they are wanted.

    Attributes
    ----------
    name : str
        What messages call the file.
    start : callable
        Opens the file from its first byte on, as often as wanted.
    shape : tuple of int
        (N, D), or whatever the file says.
    dtype : dtype
        Of its cells; never objects.
    by_column : bool
        Whether column lies after column, and not row after row.
    offset : int
        Bytes before the first cell.
    begin : int
        Rows of the file before the first of these.
    held : int or None
        Rows of the file, where these are only some of them.
    """

    name: str
    start: Callable[[], IO[bytes]]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    by_column: bool
    offset: int
    begin: int = 0
    held: int | None = None

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __len__(self) -> int:
        return self.shape[0]

    def part(self, first: int, rows: int) -> StoredMatrix:
        """At most so many rows from one on."""
        count = max(min(rows, len(self) - first), 0)
        held = len(self) if self.held is None else self.held
        shape = (count, *self.shape[1:])
        return replace(self, shape=shape, begin=self.begin + first, held=held)

    def blocks(self, rows: int) -> Iterator[Array]:
        """All rows from the first on, at most `rows` at a time, each block of shape (n, D).

        Raises
        ------
        FileAccessError
            If the disk does not give them.
        UnreadableDataError
            If the file ends before they do.
        """
        try:
            with self.start() as file:
                for first in range(0, len(self), rows):
                    yield self._block(file, first, min(rows, len(self) - first))
        except OSError as error:
            raise access_failure(self.name, error) from error

    def _block(self, file: IO[bytes], first: int, count: int) -> Array:
        size, columns = self.dtype.itemsize, self.shape[1]
        first, held = self.begin + first, len(self) if self.held is None else self.held
        data = np.empty(count * columns * size, np.uint8)
        if not self.by_column:
            self._fill(file, self.offset + first * columns * size, data)
            return np.ndarray((count, columns), self.dtype, data)
        pieces = data.reshape(columns, count * size)
        for column in range(columns):
            self._fill(file, self.offset + (column * held + first) * size, pieces[column])
        return np.ndarray((count, columns), self.dtype, data, order="F")

    def _fill(self, file: IO[bytes], place: int, room: npt.NDArray[np.uint8]) -> None:
        """Read bytes from a place in the file until the room is full."""
        file.seek(place)
        filled = 0
        while filled < len(room):
            taken = file.readinto(room[filled:])  # type: ignore[attr-defined]
            if not taken:
                raise UnreadableDataError(
                    f"{self.name}: ends at byte {place + filled}, before its last row: it became "
                    "shorter while it was read",
                    advice="Read it again once nothing writes to it.",
                )
            filled += taken


def stored_matrix(name: str, start: Callable[[], IO[bytes]]) -> StoredMatrix:
    """The array in an npy file, of which only the header is read.

    Raises
    ------
    OSError
        If the disk does not give it.
    ValueError
        If the header is none, or the file is shorter than it says.
    """
    with start() as file:
        version = npy_format.read_magic(file)
        header = (
            npy_format.read_array_header_1_0
            if version == (1, 0)
            else npy_format.read_array_header_2_0
        )
        shape, by_column, dtype = header(file)
        offset = file.tell()
        held = file.seek(0, os.SEEK_END) - offset
    if dtype.hasobject:
        raise ValueError("pickled objects")
    wanted = math.prod(shape) * dtype.itemsize
    if min(shape, default=0) < 0 or held < wanted:
        raise ValueError(f"an array of shape {shape} takes {wanted} bytes, {held} are there")
    return StoredMatrix(name, start, shape, dtype, by_column, offset)
