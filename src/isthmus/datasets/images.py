"""MNIST and Fashion-MNIST as arrays, from the files that hold them, checked cell for cell."""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.datasets.cache import dataset_folder
from isthmus.datasets.catalogue import Dataset, RemoteFile, dataset
from isthmus.errors import FileAccessError, UnreadableDataError

Bytes = npt.NDArray[np.uint8]
Folder = str | os.PathLike[str] | None


@dataclass(frozen=True, eq=False)
class LabelledImages:
    """Grey images and their classes, as their authors split them.

    Attributes
    ----------
    training_images : (60000, 28, 28) uint8
        Brightness from 0, which is the background, to 255.
    training_labels : (60000,) uint8
        0 to 9; `class_names` says what they are.
    test_images : (10000, 28, 28) uint8
        Likewise.
    test_labels : (10000,) uint8
        Likewise.
    class_names : tuple of str
        The name of each class.
    """

    training_images: Bytes
    training_labels: Bytes
    test_images: Bytes
    test_labels: Bytes
    class_names: tuple[str, ...]


DIGITS = tuple("0123456789")
CLOTHES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip


def load_mnist(folder: Folder = None) -> LabelledImages:
    """Read the handwritten digits from files; nothing is fetched.

    Parameters
    ----------
    folder : path, optional
        Holds the four IDX files, packed with gz or not, or an npz file with the keys x_train,
        y_train, x_test and y_test; or is that npz file. By default the place in the cache where
        ``isthmus datasets get mnist`` puts them.

    Raises
    ------
    FileAccessError
        If there are no such files.
    UnreadableDataError
        If they hold anything but the original images and labels.
    """
    return _loaded("mnist", folder, DIGITS)


def load_fashion_mnist(folder: Folder = None) -> LabelledImages:
    """Read the images of clothes from files; see `load_mnist` for what they may be."""
    return _loaded("fashion-mnist", folder, CLOTHES)


def _loaded(name: str, folder: Folder, class_names: tuple[str, ...]) -> LabelledImages:
    wanted = dataset(name)
    place = Path(folder) if folder is not None else dataset_folder(name)
    if folder is None and not place.is_dir():
        raise FileAccessError(
            f"{place}: {name} has not been fetched",
            advice=f"Fetch it with: isthmus datasets get {name}",
        )
    held = read_arrays(wanted, place)
    return LabelledImages(
        held["x_train"], held["y_train"], held["x_test"], held["y_test"], class_names
    )


def read_arrays(wanted: Dataset, place: Path) -> dict[str, Bytes]:
    """The arrays of a data set by their keys, from a folder or an npz file.

    Raises
    ------
    FileAccessError
        If they are not there.
    UnreadableDataError
        If they are not the original ones; all that differ are named.
    """
    if place.is_file():
        return _checked(wanted, _from_npz(place, wanted))
    found = {file.key: _idx_file(place, file) for file in wanted.files}
    if all(found.values()):
        return _checked(wanted, {key: (path, _idx(path)) for key, path in found.items() if path})
    packed = _npz_file(place, wanted.name)
    if packed:
        return _checked(wanted, _from_npz(packed, wanted))
    missing = [file.name for file in wanted.files if not found[file.key]]
    raise FileAccessError(
        f"{place}: {', '.join(missing)} and {_npz_names(wanted.name)[0]} are not there",
        advice="The four IDX files are expected, packed with gz or not, or an npz file with the "
        "keys x_train, y_train, x_test and y_test. To have them in the cache: "
        f"isthmus datasets get {wanted.name}",
    )


def complaint(file: RemoteFile, array: npt.NDArray[Any]) -> str:
    """How an array differs from the original; nothing where it is the same cell for cell."""
    if array.shape != file.shape:
        return f"shape {file.shape} was expected, got {array.shape}"
    if array.dtype != np.uint8:
        return f"cells of uint8 were expected, got {array.dtype}"
    digest = hashlib.sha256(np.ascontiguousarray(array).data).hexdigest()
    if digest != file.content:
        return f"its cells are other ones: SHA-256 {file.content} was expected, got {digest}"
    return ""


Found = Mapping[str, tuple[Path, npt.NDArray[Any]]]


def _checked(wanted: Dataset, found: Found) -> dict[str, Bytes]:
    problems = []
    for file in wanted.files:
        path, array = found[file.key]
        if said := complaint(file, array):
            problems.append(f"{path}: {file.key} is not that of {wanted.name}: {said}")
    if problems:
        raise UnreadableDataError(
            *problems, advice=f"Fetch the original: isthmus datasets get {wanted.name}"
        )
    return {key: array for key, (_, array) in found.items()}


def _idx_file(folder: Path, file: RemoteFile) -> Path | None:
    """The file under the names that it goes by."""
    plain = file.name.removesuffix(".gz")
    for name in (file.name, plain, plain.replace("-idx", ".idx")):
        if (folder / name).is_file():
            return folder / name
    return None


def _idx(path: Path) -> npt.NDArray[Any]:
    from isthmus.read.idx import read_idx  # the reading of tables comes with it

    return read_idx(path)


def _npz_file(folder: Path, name: str) -> Path | None:
    for one in _npz_names(name):
        if (folder / one).is_file():
            return folder / one
    return None


def _npz_names(name: str) -> tuple[str, str]:
    return f"{name}.npz", f"{name.replace('-', '_')}.npz"


def _from_npz(path: Path, wanted: Dataset) -> Found:
    """The arrays in an npz file, whose shapes are looked at before anything is read."""
    try:
        with zipfile.ZipFile(path) as packed:
            return {file.key: (path, _member(packed, file)) for file in wanted.files}
    except KeyError as error:
        raise UnreadableDataError(
            f"{path}: {error.args[0]}",
            advice="The keys x_train, y_train, x_test and y_test are expected.",
        ) from error
    except (ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise UnreadableDataError(f"{path}: cannot be read as npz: {error}") from error
    except OSError as error:
        raise FileAccessError(f"{path}: could not be read: {error.strerror or error}") from error


def _member(packed: zipfile.ZipFile, file: RemoteFile) -> npt.NDArray[Any]:
    """One array; of another shape than expected, or of objects, without its cells."""
    from numpy.lib import format as npy_format

    with packed.open(f"{file.key}.npy") as stream:
        version = npy_format.read_magic(stream)
        header = (
            npy_format.read_array_header_1_0
            if version == (1, 0)
            else npy_format.read_array_header_2_0
        )
        shape, _, dtype = header(stream)
    if shape != file.shape or dtype.hasobject:
        return np.broadcast_to(np.zeros((), dtype), shape)
    with packed.open(f"{file.key}.npy") as stream:
        array: npt.NDArray[Any] = npy_format.read_array(stream, allow_pickle=False)
    return _narrowed(array)


def _narrowed(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Whole numbers from 0 to 255 as uint8, as which some files do not have their labels."""
    if array.dtype.kind in "iu" and array.size and array.min() >= 0 and array.max() <= 255:
        return array.astype(np.uint8)
    return array
