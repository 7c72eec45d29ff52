"""Images that lie in files: a folder tree of them, or a single one."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, TypeVar

import pyarrow as pa

from isthmus.errors import FileAccessError, UnreadableDataError, require
from isthmus.options import ReadOptions
from isthmus.read.counting import counted
from isthmus.read.file import File
from isthmus.read.images.decode import ENDINGS, decode, look
from isthmus.read.images.pairs import partners
from isthmus.read.images.pictures import Look, Pictures, Stack
from isthmus.read.source import Source, no_batches
from isthmus.read.tree import Tree, tree_of

MOST_BYTES = 256 << 20
"""Of one image file."""
FILE, CLASS = "file", "class"
"""The columns of a folder of images: the path below it, and the folder directly below it."""
SHOWN = 12
"""Classes that a decision names."""

Seen = TypeVar("Seen")
Opener = Callable[[], IO[bytes]]


def open_folder(path: str | os.PathLike[str], tree: Tree, options: ReadOptions) -> Source:
    """The images of a folder, each in a folder that is named like its class, or without."""
    name = os.fsdecode(path)
    _need_pillow()
    beside = {FILE: pa.array([_text(file) for file in tree.files], pa.string())}
    if any(_class(file) is not None for file in tree.files):
        beside[CLASS] = pa.array([_class(file) for file in tree.files], pa.string())
    openers = [_opener(Path(name, file)) for file in tree.files]
    names = [_text(Path(name, file)) for file in tree.files]
    return Source(
        name=name,
        columns=tuple(beside),
        named=True,
        decisions=_decisions(name, tree),
        rereadable=True,
        read=no_batches(name),
        beside=beside,
        ids=(FILE,),
        images=_pictures(openers, names, options),
        pairs=None if options.paired is None else _pairs(tree.files, options.paired, options),
    )


def images_below(folder: Path) -> Tree:
    """The files of a folder that are named like images."""
    return tree_of(folder, lambda name: Path(name).suffix.lower() in ENDINGS)


def _pairs(files: Sequence[Path], folder: str, options: ReadOptions) -> Pictures:
    """The images to rebuild, in the order of `files`."""
    if not Path(folder).is_dir():
        raise FileAccessError(f"{folder}: there is no such folder", advice="See --paired.")
    found = [
        Path(folder, file) for file in partners(files, images_below(Path(folder)).files, folder)
    ]
    return _pictures([_opener(path) for path in found], [_text(path) for path in found], options)


def open_image(file: File, options: ReadOptions) -> Source:
    """One image as one row."""
    _need_pillow()
    start = file.random_access()
    name = _text(Path(file.name))
    return Source(
        name=file.name,
        columns=(FILE,),
        named=True,
        decisions=(),
        rereadable=True,
        read=no_batches(file.name),
        beside={FILE: pa.array([name], pa.string())},
        ids=(FILE,),
        images=_pictures([start], [name], options),
    )


def names_below(source: Source) -> list[str]:
    """The paths of image files below their folder, of one alone its name; none of other images."""
    if source.images is None or FILE not in source.ids:
        return []
    names: list[str] = source.beside[FILE].to_pylist()
    return names if Path(source.name).is_dir() else [Path(name).name for name in names]


def _need_pillow() -> None:
    require("PIL", extra="images", purpose="reading images")


def _pictures(openers: Sequence[Opener], names: Sequence[str], options: ReadOptions) -> Pictures:
    pixels = options.max_megapixels * 1e6

    def looks() -> Iterator[Look | str]:
        return (_seen(start, lambda file: look(file, pixels)) for start in openers)

    def stacks() -> Iterator[Stack | str]:
        return (_seen(start, lambda file: decode(file, pixels)) for start in openers)

    def some(numbers: Sequence[int]) -> Pictures:
        chosen = [openers[number] for number in numbers]
        return _pictures(chosen, [names[number] for number in numbers], options)

    return Pictures(len(openers), looks, stacks, names.__getitem__, some)


def _seen(start: Opener, see: Callable[[IO[bytes]], Seen]) -> Seen | str:
    """What there is to see in a file, or why nothing."""
    try:
        with start() as file:
            return see(file)
    except (UnreadableDataError, FileAccessError) as error:
        return str(error)


def _opener(path: Path) -> Opener:
    """What opens a file that is read as a whole: no pipe, which may never end."""

    def start() -> IO[bytes]:
        try:
            about = path.stat()
            if not stat.S_ISREG(about.st_mode):
                raise UnreadableDataError("is no file: a device, pipe or folder")
            if about.st_size > MOST_BYTES:
                raise UnreadableDataError(
                    f"has {about.st_size} bytes, at most {MOST_BYTES} are read of one image"
                )
            return path.open("rb")
        except FileNotFoundError:
            raise UnreadableDataError("there is no such file") from None
        except OSError as error:
            raise UnreadableDataError(f"could not be opened: {error.strerror}") from error

    return start


def _class(file: Path) -> str | None:
    return _text(Path(file.parts[0])) if len(file.parts) > 1 else None


def _text(path: Path) -> str:
    """A path with forward slashes; bytes that are no UTF-8 as ``\\xff``."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _decisions(name: str, tree: Tree) -> tuple[str, ...]:
    said = [f"{name}: {counted(len(tree.files), 'image')}{_classes(tree)}"]
    said += tree.passed_over(name, "image")
    return tuple(said)


def _classes(tree: Tree) -> str:
    counts: dict[str, int] = {}
    for file in tree.files:
        if (own := _class(file)) is not None:
            counts[own] = counts.get(own, 0) + 1
    if not counts:
        return ""
    shown = ", ".join(f"{own} ({count})" for own, count in [*counts.items()][:SHOWN])
    more = ", ..." if len(counts) > SHOWN else ""
    return f" in {len(counts)} {'class' if len(counts) == 1 else 'classes'}: {shown}{more}"
