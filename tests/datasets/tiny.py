"""A data set of the same form as the real ones and a few images, and files that hold it."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from isthmus.datasets.catalogue import CATALOGUE, Dataset
from isthmus.datasets.obtain import _packed

Arrays = dict[str, npt.NDArray[np.uint8]]


def arrays_of(name: str) -> Arrays:
    """Other images for each name."""
    generator = np.random.default_rng(len(name))
    return {
        "x_train": generator.integers(0, 256, (12, 28, 28), np.uint8),
        "y_train": generator.integers(0, 10, 12, np.uint8),
        "x_test": generator.integers(0, 256, (4, 28, 28), np.uint8),
        "y_test": generator.integers(0, 10, 4, np.uint8),
    }


def tiny(name: str, *mirrors: str) -> tuple[Dataset, dict[str, bytes]]:
    """The row of a catalogue, and the content of each file by its name."""
    arrays, real = arrays_of(name), CATALOGUE[name]
    packed = {file.name: gzip.compress(gzip.decompress(_packed(arrays[file.key])), 9, mtime=5)
              for file in real.files}  # fmt: skip
    files = tuple(
        replace(
            file,
            size=len(packed[file.name]),
            sha256=hashlib.sha256(packed[file.name]).hexdigest(),
            shape=arrays[file.key].shape,
            content=hashlib.sha256(arrays[file.key].tobytes()).hexdigest(),
        )
        for file in real.files
    )
    return replace(real, files=files, mirrors=mirrors), packed


def write(folder: Path, packed: dict[str, bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, data in packed.items():
        (folder / name).write_bytes(data)
    return folder
