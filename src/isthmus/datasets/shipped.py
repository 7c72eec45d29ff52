"""ECG5000 as a file that the commands read, made from what ships with the package."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

import numpy as np

from isthmus.atomic import written
from isthmus.datasets.ecg5000 import Ecg5000, load_ecg5000

NAME = "ecg5000.npz"


def place_ecg5000(folder: Path) -> tuple[Path, bool]:
    """Write the beats under the key X and their classes under y, unless they are there.

    Returns
    -------
    path : Path
        Of the file in that folder.
    new : bool
        Whether it was written.

    Raises
    ------
    FileAccessError
        If it cannot be written.
    """
    data, path = load_ecg5000(), folder / NAME
    if _holds(path, data):
        return path, False
    with written(path, overwrite=True) as file:
        np.savez_compressed(file, X=data.beats, y=data.classes)
    return path, True


def _holds(path: Path, data: Ecg5000) -> bool:
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as held:
            same = np.array_equal(held["X"], data.beats)
            return same and np.array_equal(held["y"], data.classes)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        return False
