"""npy and npz: arrays as NumPy writes them. Pickled objects are never read."""

from __future__ import annotations

import errno
from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.errors import IsthmusError, UnreadableDataError
from isthmus.options import ReadOptions
from isthmus.read.arrays import column, native
from isthmus.read.file import File
from isthmus.read.images.arrays import from_array
from isthmus.read.source import Source
from isthmus.read.stored import stored_matrix
from isthmus.read.stream import access_failure

FEATURES = ("X", "x", "data", "images")
"""Keys under which an npz may hold the rows where it has more arrays."""
LABELS = ("y", "labels")
LABEL_COLUMN = "label"

Array = npt.NDArray[Any]


def open_npy(file: File, options: ReadOptions) -> Source:
    """One array of rows (N, D) or of images, read some rows at a time."""
    _refuse_other(file, b"\x93NUMPY", "npy")
    start = file.random_access()
    try:
        array = stored_matrix(file.name, start)
    except Exception as error:  # NumPy has no closed list of failures for broken bytes.
        raise _unreadable(file.name, "npy", error) from error
    return from_array(array, file.name)


def open_npz(file: File, options: ReadOptions) -> Source:
    """The one array of rows (N, D) or of images in an npz, or the one under a known key."""
    _refuse_other(file, b"PK", "npz")
    start = file.random_access()
    try:
        with start() as raw, np.load(raw, allow_pickle=False) as arrays:
            held = {key: arrays[key] for key in arrays.files}
    except Exception as error:  # NumPy and zipfile have no closed list of failures.
        raise _unreadable(file.name, "npz", error) from error
    shapes = {key: held[key].shape for key in held if isinstance(held[key], np.ndarray)}
    rows = held[_features(shapes, file.name)]
    for key in LABELS:
        if shapes.get(key) == (len(rows),):
            return from_array(rows, file.name, beside={LABEL_COLUMN: column(native(held[key]))})
    return from_array(rows, file.name)


def _refuse_other(file: File, magic: bytes, kind: str) -> None:
    if file.head(len(magic)) != magic:
        raise UnreadableDataError(
            f"{file.name}: cannot be read as {kind}: its first bytes are not those of {kind}",
            advice="Name the format that it has with --format.",
        )


def _features(shapes: dict[str, tuple[int, ...]], name: str) -> str:
    fitting = [key for key, shape in shapes.items() if 2 <= len(shape) <= 4]
    alone: list[str] = fitting if len(fitting) == 1 else []
    for key in (*FEATURES, *alone):
        if key in fitting:
            return key
    listed = ", ".join(f"{key} {shape}" for key, shape in shapes.items()) or "nothing"
    raise UnreadableDataError(
        f"{name}: one array of shape (N, D) or of images, or one under the key X, was expected; it "
        f"holds {listed}",
        advice="Save one array alone, or name it X.",
    )


def _of_the_disk(error: BaseException | None) -> OSError | None:
    """The failure of the disk behind a failure; zipfile calls it a file that is no zip."""
    while error is not None:
        # Broken bytes make it seek before the first byte, which the system calls invalid.
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            return error
        error = error.__cause__ or error.__context__
    return None


def _unreadable(name: str, kind: str, error: BaseException) -> IsthmusError:
    failed = _of_the_disk(error)
    if failed:
        return access_failure(name, failed)
    if "allow_pickle" in str(error) or "pickled" in str(error):
        return UnreadableDataError(
            f"{name}: holds Python objects, which are never read: they could run code",
            advice="Save it as an array of numbers.",
        )
    return UnreadableDataError(f"{name}: cannot be read as {kind}: {error}")
