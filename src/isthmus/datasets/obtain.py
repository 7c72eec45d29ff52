"""Put a data set into the cache: from the network, from files at hand, or from the package."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from isthmus.atomic import written
from isthmus.datasets.cache import dataset_folder
from isthmus.datasets.catalogue import Dataset, RemoteFile, dataset
from isthmus.datasets.images import Bytes, complaint, read_arrays
from isthmus.datasets.shipped import NAME, place_ecg5000
from isthmus.datasets.watch import Watch
from isthmus.errors import FileAccessError, IsthmusError, UsageError

FASTEST = 1
"""Level of gz; level 6 takes five times as long for files that are a tenth smaller."""


@dataclass(frozen=True)
class Obtained:
    """A data set that is in the cache now.

    Attributes
    ----------
    dataset : Dataset
        Its row in the catalogue.
    files : tuple of Path
        Where it is; the files can be given to the commands.
    new : tuple of Path
        Those that were not there before.
    """

    dataset: Dataset
    files: tuple[Path, ...]
    new: tuple[Path, ...]


def get(
    name: str,
    *,
    source: str | os.PathLike[str] | None = None,
    cache: str | os.PathLike[str] | None = None,
    watch: Watch | None = None,
) -> Obtained:
    """Have a data set in the cache, and fetch only what is not there yet.

    Every file is checked: a fetched one by its size and SHA-256, one that is there already or at
    hand by that of the numbers in it.

    Parameters
    ----------
    name : str
        A name of the catalogue.
    source : path, optional
        A folder, or an npz file, that holds the data already, as `load_mnist` takes them; then
        the network is not used.
    cache : path, optional
        The cache folder; see `cache_folder`.
    watch : Watch, optional
        Who is told of what happens.

    Raises
    ------
    FileAccessError
        If no mirror gives a file, or one cannot be read or written.
    UnreadableDataError
        If the files at hand hold something else.
    UsageError
        If there is no data set of that name, or it ships with the package and needs no source.
    """
    wanted, watch = dataset(name), watch or Watch()
    folder = dataset_folder(name, cache)
    if wanted.ships:
        return _from_package(wanted, folder, source)
    missing = [file for file in wanted.files if not _is_there(folder / file.name, file, watch)]
    if missing and source is not None:
        _from_source(wanted, Path(source), folder, missing)
    elif missing:
        _from_network(wanted, folder, missing, watch)
    paths = {file.name: folder / file.name for file in wanted.files}
    return Obtained(wanted, tuple(paths.values()), tuple(paths[file.name] for file in missing))


def is_here(wanted: Dataset, cache: str | os.PathLike[str] | None = None) -> bool:
    """Whether all files of a data set are in the cache; they are not read."""
    folder = dataset_folder(wanted.name, cache)
    names = [NAME] if wanted.ships else [file.name for file in wanted.files]
    return all((folder / name).is_file() for name in names)


def _is_there(path: Path, file: RemoteFile, watch: Watch) -> bool:
    """Whether the right numbers are at a place; what is damaged there will be replaced."""
    from isthmus.read.idx import read_idx

    if not path.is_file():
        return False
    try:
        said = complaint(file, read_idx(path))
    except FileAccessError:
        raise
    except IsthmusError as error:
        said = error.problems[0]
    if said:
        watch.note(f"{path}: is damaged and will be replaced")
        path.unlink(missing_ok=True)
    return not said


def _from_network(wanted: Dataset, folder: Path, missing: list[RemoteFile], watch: Watch) -> None:
    from isthmus.datasets.download import Wanted, download  # it loads what speaks HTTP

    advice = (
        f"With the files at hand: isthmus datasets get {wanted.name} --from FOLDER. "
        f"What is fetched is kept in {folder}."
    )
    try:
        for file in missing:
            urls = [mirror + file.name for mirror in wanted.mirrors]
            path, checks = folder / file.name, Wanted(file.size, file.sha256)
            download(urls, path, checks, watch, advice=advice)
    finally:
        with contextlib.suppress(OSError):  # nothing came: not even the folder stays
            folder.rmdir()


def _from_source(wanted: Dataset, source: Path, folder: Path, missing: list[RemoteFile]) -> None:
    """Copy the original files, and pack anew what comes in another form."""
    if not source.exists():
        raise FileAccessError(f"{source}: there is no such folder or file")
    arrays = read_arrays(wanted, source)
    _make(folder)
    for file in missing:
        data = _original(source / file.name, file) or _packed(arrays[file.key])
        with written(folder / file.name, overwrite=True) as out:
            out.write(data)


def _original(path: Path, file: RemoteFile) -> bytes:
    """The bytes of a file, if they are the published ones."""
    if not path.is_file() or path.stat().st_size != file.size:
        return b""
    data = path.read_bytes()
    return data if hashlib.sha256(data).hexdigest() == file.sha256 else b""


def _packed(array: Bytes) -> bytes:
    """An array as IDX in gz, the same bytes whenever it is made."""
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.tobytes(), FASTEST, mtime=0)


def _from_package(wanted: Dataset, folder: Path, source: str | os.PathLike[str] | None) -> Obtained:
    """Write what ships as a file that the commands can read."""
    if source is not None:
        raise UsageError(
            f"--from was given, but {wanted.name} comes with isthmus", advice="Leave it out."
        )
    _make(folder)
    path, new = place_ecg5000(folder)
    return Obtained(wanted, (path,), (path,) if new else ())


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileAccessError(
            f"{folder}: could not be made: {error.strerror or error}",
            advice="Choose another folder with --cache or ISTHMUS_CACHE.",
        ) from error
