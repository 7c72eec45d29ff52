"""Seal a graph and its manifest into one file, and let nothing unverified out of one."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path

from isthmus import atomic
from isthmus.errors import DamagedModelError, FileAccessError, ModelFileError
from isthmus.model_file.agreement import misfits
from isthmus.model_file.diagnosis import damage
from isthmus.model_file.graph import shown, walk
from isthmus.model_file.manifest import Manifest
from isthmus.model_file.manifest_json import read_manifest, written_manifest
from isthmus.model_file.metadata import (
    DIGEST_KEY,
    MANIFEST_KEY,
    TRAILER_SIZE,
    Entry,
    digest_before_trailer,
    digest_of,
    entries,
    trailer,
    written_entry,
)
from isthmus.model_file.wire import RefusedError

MAX_FILE_BYTES = 512 * 1024 * 1024
FOREIGN = "isthmus did not write this file, or not as it is. Do not run it."


@dataclass(frozen=True)
class ModelFile:
    """A verified model file.

    Attributes
    ----------
    graph : bytes
        An ONNX model without metadata: what ONNX Runtime may load.
    manifest : Manifest
        Everything about the detector that is not in its graph.
    digest : str
        SHA-256 of the file's bytes before its trailer, 64 hex digits.
    size : int
        Bytes of the whole file.
    """

    graph: bytes = field(repr=False)
    manifest: Manifest
    digest: str
    size: int


def seal(graph: bytes, manifest: Manifest) -> bytes:
    """The bytes of a whole model file.

    Parameters
    ----------
    graph : bytes
        A serialised ONNX ModelProto without metadata.
    manifest : Manifest
        Describes the graph.

    Raises
    ------
    DamagedModelError
        If `unseal` would refuse the file, with all that is wrong.
    """
    body = graph + written_entry(MANIFEST_KEY, written_manifest(manifest))
    data = body + trailer(digest_of(body))
    unseal(data, name="the new model file")
    return data


def unseal(data: bytes, *, name: str = "model file") -> ModelFile:
    """Verify a whole model file and take it apart.

    The order is: size, digest, version, manifest, every field of the graph, and whether manifest
    and graph belong together. Nothing of the file is run.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        What to call it in messages.

    Raises
    ------
    ModelVersionError
        If a newer isthmus wrote it.
    DamagedModelError
        If it is anything but what this isthmus writes.
    ModelFileError
        If it is too large.
    """
    _check_size(len(data), name)
    digest = digest_before_trailer(data)
    if data[-TRAILER_SIZE:] != trailer(digest):
        raise damage(data, name)
    try:
        found = entries(data)
        entry = _manifest_entry(found)
        manifest = read_manifest(data[slice(*entry.value)], name=name)
        _check_places(found, len(data))
        graph = data[: entry.span.start]
        wrong = misfits(manifest, walk(graph))
    except RefusedError as error:
        raise _refused(name, *error.args) from None
    if wrong:
        raise _refused(name, *wrong)
    return ModelFile(graph, manifest, digest, len(data))


def read(source: str | Path | bytes) -> ModelFile:
    """Read and verify a model file.

    Parameters
    ----------
    source : path or bytes
        Where the file is, or all of its bytes.

    Raises
    ------
    FileAccessError
        If the file cannot be opened or read.
    ModelFileError
        If it is not a model file that this isthmus can use; see `unseal`.
    """
    if isinstance(source, bytes):
        return unseal(source)
    path = Path(source)
    try:
        return unseal(_content(path), name=str(path))
    except FileAccessError:
        raise
    except OSError as error:
        raise FileAccessError(
            f"{path}: could not be read: {error.strerror or error}",
            advice="Check the name and whether you may read it.",
        ) from error


def save(path: str | Path, data: bytes, *, overwrite: bool = False) -> None:
    """Write a sealed model file, whole or not at all.

    Raises
    ------
    FileAccessError
        If `path` exists and may not be replaced, or writing fails; see `isthmus.atomic.written`.
    """
    with atomic.written(path, overwrite=overwrite) as file:
        file.write(data)


def with_manifest(model: ModelFile, manifest: Manifest) -> bytes:
    """The bytes of a model file with the same graph and another manifest.

    Raises
    ------
    DamagedModelError
        If the manifest does not fit the graph.
    """
    return seal(model.graph, manifest)


def _content(path: Path) -> bytes:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        what = "a directory" if stat.S_ISDIR(status.st_mode) else "no regular file"
        raise FileAccessError(f"{path}: is {what}, a model file was expected")
    _check_size(status.st_size, str(path))
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)


def _check_size(size: int, name: str) -> None:
    if size > MAX_FILE_BYTES:
        raise ModelFileError(
            f"{name}: is {size} bytes large, a model file has at most {MAX_FILE_BYTES}"
        )


def _manifest_entry(found: list[Entry]) -> Entry:
    for entry in found:
        if entry.key == MANIFEST_KEY:
            return entry
    raise RefusedError("has a digest, but no manifest")


def _check_places(found: list[Entry], size: int) -> None:
    for entry in found:
        if entry.key not in (MANIFEST_KEY, DIGEST_KEY):
            key = shown(entry.key.decode("utf-8", "replace"))
            raise RefusedError(f"it holds the metadata entry {key}, which isthmus does not write")
    if [entry.key for entry in found] != [MANIFEST_KEY, DIGEST_KEY]:
        raise RefusedError("its manifest or its digest stands more than once")
    if found[0].span.end != size - TRAILER_SIZE:
        raise RefusedError("something stands between its manifest and its digest")


def _refused(name: str, *problems: str) -> DamagedModelError:
    return DamagedModelError(*(f"{name}: {problem}" for problem in problems), advice=FOREIGN)
