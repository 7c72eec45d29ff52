"""IDX: the format of MNIST and its relatives, one array of numbers behind a short header."""

from __future__ import annotations

import io
import math
import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.errors import UnreadableDataError
from isthmus.read.file import File, open_file
from isthmus.read.stream import Stream

TYPES: dict[int, np.dtype[Any]] = {
    0x08: np.dtype(np.uint8),
    0x09: np.dtype(np.int8),
    0x0B: np.dtype(">i2"),
    0x0C: np.dtype(">i4"),
    0x0D: np.dtype(">f4"),
    0x0E: np.dtype(">f8"),
}
"""The third byte of a file, and the numbers that it stands for, the highest byte first."""
MOST_DIMENSIONS = 64
"""As many as an array of NumPy can have."""
LIMIT = 1 << 31
"""Bytes that may come out of a packed file or a pipe, whose length nothing tells beforehand."""
PIECE = 1 << 20

Array = npt.NDArray[Any]


def is_idx(head: bytes) -> bool:
    """Whether the first four bytes of a file, unpacked, are those of IDX."""
    return len(head) >= 4 and not _complaint(head[:4])


def read_idx(data: Any, *, limit: int = LIMIT) -> Array:
    """Read the one array in an IDX file, packed with gz or not.

    No more memory is taken than the file holds, whatever its header says.

    Parameters
    ----------
    data : path, "-", binary file object, File or bytes
        Where the bytes are; ``bytes`` are the content itself.
    limit : int
        Largest number of bytes in the array where the length cannot be known beforehand: in a
        packed file or a pipe.

    Returns
    -------
    array
        Of the shape in the header, in this machine's byte order, its own to write to.

    Raises
    ------
    FileAccessError
        If the file cannot be opened or read.
    UnreadableDataError
        If the bytes are not IDX, are fewer or more than the header says, or exceed the limit.
    """
    file = _file(data)
    with file.open() as stream:
        dtype, shape = _header(stream)
        size = _size(file.name, dtype, shape)
        _refuse_other_length(file, size, 4 + 4 * len(shape), limit)
        cells = _cells(stream, size, f"{_shown(shape)} cells of {dtype.name} ({size} bytes)")
    array = np.frombuffer(cells, dtype).reshape(shape)
    return array if array.dtype.isnative else array.astype(dtype.newbyteorder("="))


def _file(data: Any) -> File:
    if isinstance(data, File):
        return data
    if isinstance(data, (bytes, bytearray, memoryview)):
        return open_file(io.BytesIO(data))
    return open_file(data)


def _complaint(magic: bytes) -> str:
    """What is wrong with the first four bytes; nothing where they are those of IDX."""
    if len(magic) < 4:
        return f"it has {len(magic)} bytes"
    if magic[0] or magic[1] or magic[2] not in TYPES:
        return f"its first bytes are {magic.hex(' ')}"
    if not 1 <= magic[3] <= MOST_DIMENSIONS:
        return f"it has {magic[3]} dimensions, 1 to {MOST_DIMENSIONS} were expected"
    return ""


def _header(stream: Stream) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = stream.read(4)
    if complaint := _complaint(magic):
        codes = ", ".join(f"{code:02x}" for code in TYPES)
        raise UnreadableDataError(
            f"{stream.name}: cannot be read as IDX: {complaint}",
            advice=f"IDX begins with 00 00, a type ({codes}) and the number of dimensions.",
        )
    lengths = stream.read(4 * magic[3])
    if len(lengths) < 4 * magic[3]:
        raise UnreadableDataError(
            f"{stream.name}: ends in the header: {magic[3]} dimensions were expected, "
            f"{len(lengths) // 4} came"
        )
    return TYPES[magic[2]], tuple(int(length) for length in np.frombuffer(lengths, ">u4"))


def _size(name: str, dtype: np.dtype[Any], shape: tuple[int, ...]) -> int:
    """Bytes of all cells; refused where no array could be so large, even an empty one."""
    if math.prod(max(length, 1) for length in shape) * dtype.itemsize > sys.maxsize:
        raise UnreadableDataError(
            f"{name}: the header says {_shown(shape)} cells of {dtype.name}, more than any file "
            "holds"
        )
    return math.prod(shape) * dtype.itemsize


def _refuse_other_length(file: File, size: int, header: int, limit: int) -> None:
    """Compare what the header says with the length of the file, or with the limit."""
    if file.path is None:
        if size > limit:
            raise UnreadableDataError(
                f"{file.name}: the header says {size} bytes, at most {limit} are taken from a "
                "packed file or a pipe",
                advice="If the file is to be trusted, unpack it first, as with gunzip.",
            )
        return
    held = file.path.stat().st_size - header
    if held != size:
        raise UnreadableDataError(
            f"{file.name}: the header says {size} bytes, {held} are there",
            advice="The file is cut off or damaged; make or fetch it again.",
        )


def _cells(stream: Stream, size: int, expected: str) -> bytearray:
    cells = bytearray()
    while len(cells) < size:
        piece = stream.read(min(PIECE, size - len(cells)))
        if not piece:
            break
        cells += piece
    if len(cells) < size or stream.read(1):
        came = f"{len(cells)} bytes came" if len(cells) < size else "more came"
        raise UnreadableDataError(
            f"{stream.name}: the header says {expected}, {came}",
            advice="The file is cut off or damaged; make or fetch it again.",
        )
    return cells


def _shown(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
