"""A folder of table files, read one after another as if they were one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from isthmus.errors import FileAccessError, SchemaError
from isthmus.options import ReadOptions
from isthmus.read.cells import short
from isthmus.read.counting import counted
from isthmus.read.formats import BY_EXTENSION, extension_of, open_format
from isthmus.read.source import Source, pieces_of
from isthmus.read.tree import Tree, tree_of

TABLES = ("csv", "parquet", "arrow", "jsonl")
VAGUE = (".txt", ".data")
"""Endings that anything may have: in a folder they are passed over."""
HIDDEN = (".", "_")
"""Other programs put their own beside the data under such names: _SUCCESS, _metadata."""
SHOWN = 3
"""Columns and files that a message names."""


@dataclass(frozen=True)
class Tables:
    """Files of one format in a folder and all folders in it.

    Attributes
    ----------
    folder : str
        Where they lie.
    format : str
        Their format.
    tree : Tree
        The files, and what else there was.
    """

    folder: str
    format: str
    tree: Tree

    @classmethod
    def below(cls, folder: str | os.PathLike[str], options: ReadOptions) -> Tables:
        """Look through a folder.

        Raises
        ------
        FileAccessError
            If it cannot be read, holds no such file or those of several formats.
        """
        name = os.fsdecode(folder)
        if options.format not in (None, "image", *TABLES):
            raise FileAccessError(f"{name}: is a directory, a file was expected")
        tree = tree_of(Path(name), lambda file: _form(file, options) is not None, hidden=HIDDEN)
        forms = Counter(str(_form(file.name, options)) for file in tree.files)
        if not forms:
            held = f" ({tree.endings})" if tree.others else ""
            what = f"{options.format} files" if options.format else "images or tables"
            raise FileAccessError(
                f"{name}: is a directory, a file was expected, or a folder of {what}; there is "
                f"none in it{held}",
                advice="Images are known by their endings: .png, .jpg, .bmp, .tif or .webp; tables "
                "by .csv, .tsv, .parquet, .arrow, .feather or .jsonl.",
            )
        if len(forms) > 1:
            counts = ", ".join(f"{count} {form}" for form, count in sorted(forms.items()))
            raise FileAccessError(
                f"{name}: holds files of several formats: {counts}",
                advice="Say which are the data: --format parquet, for example.",
            )
        return cls(name, next(iter(forms)), tree)

    @property
    def paths(self) -> list[Path]:
        """All files, sorted folder by folder."""
        return [Path(self.folder, file) for file in self.tree.files]

    @property
    def decisions(self) -> list[str]:
        """What was found, in sentences."""
        said = [f"{self.folder}: {counted(len(self.tree.files), f'{self.format} file')}"]
        keys = {part for file in self.tree.files for part in file.parts[:-1] if "=" in part}
        if keys:
            some = sorted(keys)[0]
            said.append(f"{self.folder}: names of folders, such as {some}, are no columns")
        return [*said, *self.tree.passed_over(self.folder, self.format + " file")]


def open_tables(tables: Tables, options: ReadOptions) -> Source:
    """The rows of all files, in the order of their names; each has the columns of the first.

    Columns may stand in another order where files have names for them. Only the beginnings of the
    files are read here.

    Raises
    ------
    DataError
        If a file cannot be read or has other columns.
    """
    parts = [open_format(path, options) for path in tables.paths]
    first = parts[0]
    _refuse_unlike(first, parts[1:])
    return Source(
        name=tables.folder,
        columns=first.columns,
        named=first.named,
        decisions=(*tables.decisions, *first.decisions),
        rereadable=True,
        read=lambda text: _batches(parts, text),
        decimal=first.decimal,
        types={
            name: kind
            for name, kind in first.types.items()
            if all(part.types.get(name) == kind for part in parts)
        },
        pieces=lambda: [piece for part in parts for piece in pieces_of(part)],
    )


def _batches(parts: Sequence[Source], text: Collection[str]) -> Iterator[pa.RecordBatch]:
    columns = list(parts[0].columns)
    for part in parts:
        as_first = list(part.columns) == columns
        for batch in part.batches(text):
            yield batch if as_first else batch.select(columns)


def _form(name: str, options: ReadOptions) -> str | None:
    """The format that the end of a file's name says, if it is one that is asked for."""
    end = extension_of(name)
    form = BY_EXTENSION.get(end)
    if form is None or form.name not in TABLES or end in VAGUE:
        return None
    return form.name if options.format in (None, form.name) else None


def _refuse_unlike(first: Source, others: Sequence[Source]) -> None:
    """Refuse files that do not have the columns of the first, several together."""
    problems = [said for other in others if (said := _unlike(first, other))]
    if problems:
        more = len(problems) - SHOWN
        raise SchemaError(
            *problems[:SHOWN],
            *([f"and {more} more files"] if more > 0 else []),
            advice=f"All files of a folder need the columns of the first, {first.name}.",
        )


def _unlike(first: Source, other: Source) -> str | None:
    if other.named != first.named:
        have = ("has names for its columns", "has no names for its columns")
        return (
            f"{other.name}: {have[not other.named]}, the first file {have[not first.named]} "
            "(--header or --no-header says it of all)"
        )
    lacks = [name for name in first.columns if name not in set(other.columns)]
    more = [name for name in other.columns if name not in set(first.columns)]
    said = [f"lacks {_listed(lacks)}"] if lacks else []
    said += [f"also has {_listed(more)}"] if more else []
    return f"{other.name}: {' and '.join(said)}" if said else None


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return (
        ("column " if len(names) == 1 else "columns ") + ", ".join(map(short, names[:SHOWN])) + more
    )
