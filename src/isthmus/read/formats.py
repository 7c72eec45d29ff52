"""The formats of files: how each is recognised and who opens it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from isthmus.errors import UnreadableDataError, UsageError
from isthmus.options import ReadOptions
from isthmus.read.arrow import open_arrow
from isthmus.read.csv import open_csv
from isthmus.read.file import File, open_file
from isthmus.read.idx import TYPES
from isthmus.read.images.arrays import open_idx
from isthmus.read.images.decode import ENDINGS
from isthmus.read.images.files import open_image
from isthmus.read.jsonl import open_jsonl
from isthmus.read.npy import open_npy, open_npz
from isthmus.read.parquet import open_parquet
from isthmus.read.source import Source


@dataclass(frozen=True)
class Format:
    """One row of the table: a format, the ends of its file names, the first bytes it may have."""

    name: str
    open: Callable[[File, ReadOptions], Source]
    extensions: tuple[str, ...]
    magic: tuple[bytes, ...] = ()


IDX = tuple(bytes([0, 0, code, dimensions]) for code in TYPES for dimensions in (1, 2, 3, 4))
IMAGES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"RIFF")
"""BMP begins with two letters, as a line of names may."""

FORMATS = (
    Format("csv", open_csv, (".csv", ".tsv", ".txt", ".data")),
    Format("parquet", open_parquet, (".parquet", ".pq"), (b"PAR1",)),
    Format("arrow", open_arrow, (".arrow", ".feather", ".ipc"), (b"ARROW1", b"\xff\xff\xff\xff")),
    Format("jsonl", open_jsonl, (".jsonl", ".ndjson")),
    Format("npy", open_npy, (".npy",), (b"\x93NUMPY",)),
    Format("npz", open_npz, (".npz",), (b"PK\x03\x04", b"PK\x05\x06")),
    Format("idx", open_idx, (), IDX),
    Format("image", open_image, ENDINGS, IMAGES),
)
OF_CSV = ("header", "delimiter")
"""Options that say what a CSV file looks like, and nothing of others."""

BY_NAME = {row.name: row for row in FORMATS}
BY_EXTENSION = {end: row for row in FORMATS for end in row.extensions}

FOREIGN = {
    b"BZh": "is packed with bzip2; unpack it first",
    b"\xfd7zXZ": "is packed with xz; unpack it first",
    b"\x28\xb5\x2f\xfd": "is packed with zstd; unpack it first",
    b"\x89HDF": "is HDF5, which is not read; save the table as Parquet or npy",
    b"\xd0\xcf\x11\xe0": "is an old Excel workbook; save the sheet as CSV",
    b"\x80\x04\x95": "is a Python pickle, which is never read: it could run code",
    b"\x80\x05\x95": "is a Python pickle, which is never read: it could run code",
    b"%PDF": "is a PDF document, not a table",
    b"GIF8": "is a GIF image, which is not read; save it as PNG",
}
"""First bytes of files that are no table, and what to say of them."""


def open_format(data: Any, options: ReadOptions) -> Source:
    """Open a file, standard input or file object as what it is.

    Raises
    ------
    FileAccessError
        If it cannot be opened.
    UnreadableDataError
        If its bytes are not what the format says.
    UsageError
        If options are given that say nothing of such a file.
    """
    file = open_file(data)
    form = format_of(file) if options.format is None else BY_NAME[options.format]
    if form.name != "csv":
        refuse_foreign(options, file.name, form.name)
    return form.open(file, options)


def refuse_foreign(options: ReadOptions, name: str, what: str) -> None:
    """Refuse what is said of a CSV file where the data are none.

    Raises
    ------
    UsageError
        Naming every such option.
    """
    given = [option for option in OF_CSV if getattr(options, option) is not None]
    if given:
        raise UsageError(
            *(f"{option} is for CSV files, and {name} is {what}" for option in given),
            advice="Leave out what would change nothing.",
        )


def format_of(file: File) -> Format:
    """The format by the end of the file's name, else by its first bytes, else CSV.

    Raises
    ------
    UnreadableDataError
        If the first bytes are those of another format than the name says, or of none that is read.
    """
    head = file.head(64)
    seen = next((row for row in FORMATS if row.magic and head.startswith(row.magic)), None)
    named = BY_EXTENSION.get(extension_of(file.name))
    _refuse_foreign(file.name, head)
    if named and seen and named is not seen:
        raise UnreadableDataError(
            f"{file.name}: is named like {named.name}, its first bytes are those of {seen.name}",
            advice=f"Rename it, or read it with --format {seen.name}.",
        )
    if named or seen:
        return named or seen or BY_NAME["csv"]
    return BY_NAME["jsonl" if head.lstrip().startswith(b"{") else "csv"]


def extension_of(name: str) -> str:
    """The end of a file's name, of a packed one the end before .gz; in small letters."""
    path = PurePath(name)
    return PurePath(path.stem if path.suffix.lower() == ".gz" else path.name).suffix.lower()


def _refuse_foreign(name: str, head: bytes) -> None:
    for magic, words in FOREIGN.items():
        if head.startswith(magic):
            raise UnreadableDataError(f"{name}: {words}")
    if head.startswith(b"PK") and b"[Content_Types]" in head:
        raise UnreadableDataError(f"{name}: is an Excel workbook; save the sheet as CSV")
