"""What lies in a folder tree: files in a fixed order, and what was passed over."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from isthmus.errors import FileAccessError
from isthmus.read.counting import counted

Wanted = Callable[[str], bool]
SHOWN = 12
"""Endings that a sentence names."""
DOT = (".",)
MARKS = {DOT: "the name begins with a dot", (".", "_"): "the name begins with a dot or _"}


@dataclass
class Tree:
    """The files of a folder and of all folders in it.

    Attributes
    ----------
    files : list of Path
        Those that are wanted, relative to the folder, sorted folder by folder.
    others : dict of str to int
        How many others there are, by their ending.
    hides : str
        What hidden names are known by.
    hidden : int
        Files and folders whose name begins so; nothing in such a folder counts.
    again : int
        Links to folders that were read already, or that hold the whole tree.
    """

    files: list[Path] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=Counter)
    hides: str = "the name begins with a dot"
    hidden: int = 0
    again: int = 0

    def passed_over(self, name: str, like: str) -> list[str]:
        """What to say of the rest of the folder `name`, where `like` is what was looked for."""
        said = []
        if self.others:
            said.append(f"{self.endings}, which are named like no {like}")
        if self.hidden:
            said.append(f"{self.hidden} hidden ({self.hides})")
        if self.again:
            said.append(f"{counted(self.again, 'link')} to a folder that was read already")
        return [f"{name}: passed over: {what}" for what in said]

    @property
    def endings(self) -> str:
        """How many others there are, in words, the commonest first."""
        shown = sorted(self.others.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]
        more = ", ..." if len(self.others) > SHOWN else ""
        said = (f"{count} {ending or 'without ending'}" for ending, count in shown)
        return ", ".join(said) + more


def tree_of(root: Path, wanted: Wanted, *, hidden: tuple[str, ...] = DOT) -> Tree:
    """Look through a folder; links are followed, each folder is read once.

    Parameters
    ----------
    root : Path
        The folder.
    wanted : callable
        Whether a file of that name is one of those looked for.
    hidden : tuple of str
        What names begin with that are passed over.

    Raises
    ------
    FileAccessError
        If a folder cannot be read: its files would be left out unseen.
    """
    tree, waiting = Tree(hides=MARKS[hidden]), [Path()]
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
            _sort(entry, folder, tree, waiting, wanted, hidden)
    tree.files.sort(key=lambda file: file.parts)
    return tree


def _identity(folder: Path) -> tuple[int, int]:
    about = folder.stat()
    return about.st_dev, about.st_ino


def _sort(
    entry: os.DirEntry[str],
    folder: Path,
    tree: Tree,
    waiting: list[Path],
    wanted: Wanted,
    hidden: tuple[str, ...],
) -> None:
    place, ending = folder / entry.name, Path(entry.name).suffix.lower()
    if entry.name.startswith(hidden):
        tree.hidden += 1
    elif _is_folder(entry):
        waiting.append(place)
    elif wanted(entry.name):
        tree.files.append(place)
    else:
        tree.others[ending] = tree.others.get(ending, 0) + 1


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # A link to itself; it is named among the files that cannot be opened.
        return False
