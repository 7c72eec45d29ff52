"""What lies in a folder tree: images in a fixed order, and what was passed over."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from isthmus.errors import FileAccessError
from isthmus.read.images.decode import ENDINGS


@dataclass
class Tree:
    """The files of a folder and of all folders in it.

    Attributes
    ----------
    files : list of Path
        Those that are named like images, relative to the folder, sorted folder by folder.
    others : dict of str to int
        How many others there are, by their ending.
    hidden : int
        Files and folders whose name begins with a dot; nothing in such a folder counts.
    again : int
        Links to folders that were read already, or that hold the whole tree.
    """

    files: list[Path] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=Counter)
    hidden: int = 0
    again: int = 0


def tree_of(root: Path) -> Tree:
    """Look through a folder; links are followed, each folder is read once.

    Raises
    ------
    FileAccessError
        If a folder cannot be read: its images would be left out unseen.
    """
    tree, waiting = Tree(), [Path()]
    read = {_identity(above) for above in root.resolve().parents}
    while waiting:
        folder = waiting.pop()
        try:
            own = _identity(root / folder)
            if own in read:
                tree.again += 1
                continue
            read.add(own)
            with os.scandir(root / folder) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            raise FileAccessError(
                f"{root / folder}: could not be read: {error.strerror or error}"
            ) from error
        for entry in found:
            _sort(entry, folder, tree, waiting)
    tree.files.sort(key=lambda file: file.parts)
    return tree


def _identity(folder: Path) -> tuple[int, int]:
    about = folder.stat()
    return about.st_dev, about.st_ino


def _sort(entry: os.DirEntry[str], folder: Path, tree: Tree, waiting: list[Path]) -> None:
    place, ending = folder / entry.name, Path(entry.name).suffix.lower()
    if entry.name.startswith("."):
        tree.hidden += 1
    elif _is_folder(entry):
        waiting.append(place)
    elif ending in ENDINGS:
        tree.files.append(place)
    else:
        tree.others[ending] = tree.others.get(ending, 0) + 1


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # A link to itself; it is named among the files that cannot be opened.
        return False
