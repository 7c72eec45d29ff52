"""Fetch one file whose size and checksum are known, going on where an earlier try ended."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from isthmus.atomic import written
from isthmus.datasets.http import Cut, MirrorFailed, asked, piece_of
from isthmus.datasets.partial import claimed, part_of
from isthmus.datasets.watch import Watch
from isthmus.errors import FileAccessError

MOST_TRIES = 10
"""Connections to one mirror, as long as each brings something."""
PAUSE_SECONDS = 0.5
"""Between two of them."""
BLOCK = 1 << 20


@dataclass(frozen=True)
class Wanted:
    """What a file must be: its size in bytes and its SHA-256."""

    size: int
    sha256: str


def download(
    urls: Sequence[str],
    path: Path,
    wanted: Wanted,
    watch: Watch | None = None,
    *,
    advice: str = "",
) -> None:
    """Fetch a file from the first mirror that has it; nothing is done if it is there.

    What has come is kept in a file beside it that ends in ``.part`` and is gone on with next time.
    The file itself appears when it is whole and its checksum right.

    Parameters
    ----------
    urls : sequence of str
        The same file at several places, tried in turn.
    path : path
        Where it is to be.
    wanted : Wanted
        What it must be.
    watch : Watch, optional
        Who is told of failed mirrors and of progress.
    advice : str
        What to do where no mirror gives the file.

    Raises
    ------
    FileAccessError
        If no mirror gives the file, or it cannot be written.
    """
    watch = watch or Watch()
    failures: list[MirrorFailed] = []
    waiting = f"{path.name}: another process is fetching it; waiting for that"
    with claimed(part_of(path), lambda: watch.note(waiting)) as part:
        if path.exists():  # another process has fetched it meanwhile
            return
        for url in urls:
            try:
                _fetch(url, part, path, wanted, watch)
                return
            except MirrorFailed as failed:
                failures.append(failed)
                if failed.answered and len(failures) < len(urls):
                    watch.note(f"{url}: {failed}; trying the next mirror")
    raise _unobtainable(path.name, urls, failures, advice)


def _fetch(url: str, part: IO[bytes], path: Path, wanted: Wanted, watch: Watch) -> None:
    """Complete the part from one mirror and put it in its place."""
    resumed = _size(part) > 0
    _complete(url, part, path.name, wanted, watch)
    try:
        _publish(part, path, wanted)
    except MirrorFailed as failed:
        if not resumed:
            raise
        # What lay here from an earlier try may have been wrong, and this mirror right.
        watch.note(f"{url}: {failed}; once more from the first byte")
        _complete(url, part, path.name, wanted, watch)
        _publish(part, path, wanted)


def _complete(url: str, part: IO[bytes], name: str, wanted: Wanted, watch: Watch) -> None:
    if _size(part) > wanted.size:
        part.truncate(0)
    for tried in range(1, MOST_TRIES + 1):
        before = _size(part)
        try:
            _append(url, part, name, wanted.size, watch)
            return
        except Cut as cut:
            part.flush()
            if _size(part) <= before or tried == MOST_TRIES:
                raise
            watch.note(f"{url}: {cut}; going on from there")
            time.sleep(PAUSE_SECONDS)


def _append(url: str, part: IO[bytes], name: str, size: int, watch: Watch) -> None:
    """Add what is missing, as far as one connection brings it."""
    here = _size(part)
    if here == size:
        return
    with asked(url, here, size) as (begin, answer):
        if begin < here:
            part.truncate(begin)
            here = begin
        watch.progress(name, here, size)
        while here < size:
            piece = piece_of(answer, size - here)
            if not piece:
                raise Cut(f"the connection ended after {here} of {size} bytes")
            part.write(piece)
            here += len(piece)
            watch.progress(name, here, size)
    part.flush()


def _publish(part: IO[bytes], path: Path, wanted: Wanted) -> None:
    """Copy the part to its place if it is what was wanted; empty it either way."""
    digest = hashlib.sha256()
    try:
        with written(path, overwrite=True) as file:
            for block in _blocks(part):
                digest.update(block)
                file.write(block)
            if digest.hexdigest() != wanted.sha256:
                raise MirrorFailed(
                    f"its SHA-256 is {digest.hexdigest()}, {wanted.sha256} was expected; what came "
                    "was deleted"
                )
    except MirrorFailed:
        part.truncate(0)
        raise
    part.truncate(0)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(BLOCK):
        yield block


def _size(part: IO[bytes]) -> int:
    return part.seek(0, os.SEEK_END)


def _unobtainable(
    name: str, urls: Sequence[str], failures: Sequence[MirrorFailed], advice: str
) -> FileAccessError:
    offline = not any(failed.answered for failed in failures)
    cause = "no mirror can be reached; is this machine offline?" if offline else "no mirror has it"
    tried = [f"{url}: {failed}" for url, failed in zip(urls, failures, strict=True)]
    return FileAccessError(f"{name}: could not be fetched: {cause}", *tried, advice=advice)
