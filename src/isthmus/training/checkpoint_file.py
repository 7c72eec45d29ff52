"""The file of a checkpoint: one JSON document and the bytes of arrays, sealed by a SHA-256.

```
isthmus checkpoint 1\\n | length of the document, 8 bytes | document | arrays | SHA-256
```

Numbers are little-endian. The document says what each array is, in their order. Nothing in such a
file is run, and no more memory is asked for than the file has bytes.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, ValidationError

from isthmus import atomic
from isthmus.errors import CheckpointError, FileAccessError
from isthmus.model_file.manifest import Epoch
from isthmus.options import Frozen

MAGIC = b"isthmus checkpoint "
START = MAGIC + b"1\n"
MAX_BYTES = 1 << 32
"""Four copies of the weights of the largest model file, and as much again."""

_LENGTH, _DIGEST = 8, hashlib.sha256().digest_size
_AGAIN = "Remove it to train from the beginning."

Count = Annotated[int, Field(ge=0, lt=1 << 53)]


class ArrayForm(Frozen):
    """What one array is."""

    name: str
    dtype: Literal["float32", "float64", "int64", "uint8", "bool"]
    shape: tuple[Count, ...]

    @property
    def size(self) -> int:
        """Its number of bytes."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize


class Document(Frozen):
    """All of a checkpoint that is no array.

    `made_of` says what the training is made of: only the same training can go on from here.
    """

    made_of: dict[str, str]
    step: Count
    taken: Annotated[Count, Field(ge=1)]
    epochs: tuple[Epoch, ...]
    arrays: tuple[ArrayForm, ...] = ()


Arrays = Mapping[str, np.ndarray]


def write(path: str | os.PathLike[str], document: Document, arrays: Arrays) -> None:
    """Replace the file whole, or not at all.

    Raises
    ------
    FileAccessError
        If it cannot be written; what stood there before is unchanged.
    """
    digest = hashlib.sha256()
    with atomic.written(path, overwrite=True) as file:
        for piece in _pieces(document, arrays):
            digest.update(piece)
            file.write(piece)
        file.write(digest.digest())


def _pieces(document: Document, arrays: Arrays) -> Iterator[bytes | memoryview]:
    forms = tuple(
        ArrayForm(name=name, dtype=array.dtype.name, shape=array.shape)
        for name, array in arrays.items()
    )
    text = document.model_copy(update={"arrays": forms}).model_dump_json().encode()
    yield START + len(text).to_bytes(_LENGTH, "little") + text
    for array in arrays.values():
        little = array.astype(array.dtype.newbyteorder("<"), order="C", copy=False)
        yield little.reshape(-1).view(np.uint8).data


def read(path: str | os.PathLike[str]) -> tuple[Document, dict[str, np.ndarray]]:
    """The document and the arrays, once the digest holds.

    Raises
    ------
    FileAccessError
        If the file cannot be opened or read.
    CheckpointError
        If it is not as isthmus wrote it.
    """
    data = _contents(Path(path))
    if not data.startswith(START):
        raise CheckpointError(f"{path}: {_foreign(data)}", advice=_AGAIN)
    body = memoryview(data)[: max(0, len(data) - _DIGEST)]
    if hashlib.sha256(body).digest() != data[len(body) :]:
        raise CheckpointError(
            f"{path}: is damaged or cut short: its digest is wrong", advice=_AGAIN
        )
    try:
        return _taken_apart(body)
    except (ValidationError, ValueError) as error:
        raise CheckpointError(f"{path}: makes no sense as a checkpoint", advice=_AGAIN) from error


def _contents(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CheckpointError(f"{path}: is larger than any checkpoint", advice=_AGAIN)
        return path.read_bytes()
    except OSError as error:
        raise FileAccessError(f"{path}: could not be read: {error.strerror or error}") from error


def _foreign(data: bytes) -> str:
    if not data:
        return "is empty, a checkpoint was expected"
    if START.startswith(data):
        return "is damaged or cut short: it ends amid its first line"
    if data.startswith(MAGIC):
        return "was written by another version of isthmus, in another form"
    return "is not a checkpoint that isthmus wrote"


def _taken_apart(body: memoryview) -> tuple[Document, dict[str, np.ndarray]]:
    begins = len(START) + _LENGTH
    place = begins + int.from_bytes(body[len(START) : begins], "little")
    document = Document.model_validate_json(bytes(body[begins:place]))
    if place + sum(form.size for form in document.arrays) != len(body):
        raise ValueError("the arrays are not as long as the document says")
    arrays = {}
    for form in document.arrays:
        kind = np.dtype(form.dtype).newbyteorder("<")
        piece = np.frombuffer(body[place : place + form.size], kind)
        arrays[form.name] = piece.reshape(form.shape).astype(form.dtype)
        place += form.size
    return document, arrays
