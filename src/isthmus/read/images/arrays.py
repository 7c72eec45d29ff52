"""Arrays of images: in memory, in npy and npz files, in IDX files."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.errors import UnreadableDataError
from isthmus.options import ReadOptions
from isthmus.read.arrays import column, from_matrix
from isthmus.read.file import File
from isthmus.read.idx import read_idx
from isthmus.read.images.pictures import CHANNELS, Look, Pictures, Stack
from isthmus.read.source import Source, blocks_of, no_batches
from isthmus.read.stored import StoredMatrix

CELLS = 4 << 20
"""Cells of a stack, at most."""
LABELS = "label"

Array = npt.NDArray[Any] | StoredMatrix


def from_array(array: Array, name: str, *, beside: Mapping[str, pa.Array] | None = None) -> Source:
    """An array as a source: rows (N, D), or images (N, height, width) with channels or without.

    Raises
    ------
    UnreadableDataError
        If the shape is another, or images are no real numbers.
    """
    if array.ndim not in (3, 4):
        return from_matrix(array, name, beside=beside)
    _refuse(array, name)
    held = _Held.of(array)
    beside = dict(beside or {})
    channels = CHANNELS[held.look.channels]
    return Source(
        name=name,
        columns=tuple(beside),
        named=True,
        decisions=(
            f"{name}: {len(array)} images of {held.look.height} x {held.look.width}, "
            f"{', '.join(channels)}",
        ),
        rereadable=True,
        read=no_batches(name),
        beside=beside,
        images=Pictures(len(array), held.looks, held.stacks, lambda place: f"image {place}"),
    )


def open_idx(file: File, options: ReadOptions) -> Source:
    """The array in an IDX file, with the labels in the file beside it where there is one."""
    array = read_idx(file)
    if array.ndim == 1:
        raise UnreadableDataError(
            f"{file.name}: holds one number a row, rows or images were expected",
            advice="Give the file of images; labels beside it (labels-idx1 in place of "
            "images-idx3) are found by their name.",
        )
    return from_array(array, file.name, beside=_labels(file, len(array)))


def _labels(file: File, count: int) -> dict[str, pa.Array]:
    path = _beside(Path(file.name))
    if path is None:
        return {}
    labels = read_idx(path)
    if labels.shape != (count,):
        raise UnreadableDataError(
            f"{path}: has the shape {labels.shape}, {count} labels were expected, one for each "
            f"image in {file.name}",
            advice="Move it elsewhere if it belongs to other images.",
        )
    return {LABELS: column(labels)}


def _beside(path: Path) -> Path | None:
    """The file of labels that belongs to a file of images, packed or not, by its name."""
    name = path.name.replace("images", "labels").replace("idx3", "idx1")
    if name == path.name or "idx1" not in name:
        return None
    other = name.removesuffix(".gz") if name.endswith(".gz") else f"{name}.gz"
    return next((p for p in (path.with_name(name), path.with_name(other)) if p.is_file()), None)


@dataclass(frozen=True)
class _Held:
    """Images of one array, read some at a time.

    `rows` are they with all cells of an image side by side: (N, D), of an array that lies column
    by column in that order.
    """

    rows: Array
    look: Look
    by_column: bool

    @classmethod
    def of(cls, array: Array) -> _Held:
        height, width = array.shape[1:3]
        look = Look(height, width, array.shape[3] if array.ndim == 4 else 1)
        if isinstance(array, StoredMatrix):
            flat = (len(array), math.prod(array.shape[1:]))
            return cls(replace(array, shape=flat), look, array.by_column)
        if isinstance(array, np.ma.MaskedArray):
            array = np.ma.filled(array.astype(np.float64), np.nan)
        return cls(array.reshape(len(array), math.prod(array.shape[1:])), look, False)

    def looks(self) -> Iterator[Look]:
        return (self.look for _ in range(len(self.rows)))

    def stacks(self) -> Iterator[Stack]:
        most = max(1, CELLS // max(1, self.rows.shape[1]))
        for _, block in blocks_of(self.rows, most):
            stack = block.reshape((len(block), *self.look), order="F" if self.by_column else "C")
            yield _plain(stack)


def _plain(stack: Stack) -> Stack:
    """Bytes as they are, other numbers as float32."""
    with np.errstate(over="ignore"):  # What is too large is infinite, and said to be so later.
        return stack if stack.dtype == np.uint8 else stack.astype(np.float32)


def _refuse(array: Array, name: str) -> None:
    shape = tuple(array.shape)
    if array.dtype.kind not in "biuf":
        raise UnreadableDataError(
            f"{name}: images of type {array.dtype} came, real numbers were expected"
        )
    if len(shape) == 4 and shape[3] not in CHANNELS:
        raise UnreadableDataError(
            f"{name}: images of shape (N, height, width) or (N, height, width, channels) with 1, 3 "
            f"or 4 channels were expected, got {shape}",
            advice="Put the channels last: np.moveaxis(X, 1, -1)."
            if shape[1] in CHANNELS
            else "Reshape it with X.reshape(len(X), -1) to take it as rows of numbers.",
        )
    if 0 in shape[1:]:
        raise UnreadableDataError(f"{name}: images without any pixel came, of shape {shape}")
