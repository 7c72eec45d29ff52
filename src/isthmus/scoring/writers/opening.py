"""Open a destination for batches, in the format that its name or the user says."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Literal, Protocol

import pyarrow as pa

from isthmus.atomic import written
from isthmus.errors import FileAccessError, UsageError
from isthmus.scoring.writers.arrow import ArrowWriter
from isthmus.scoring.writers.csv import CsvWriter
from isthmus.scoring.writers.jsonl import JsonLinesWriter
from isthmus.scoring.writers.npy import NpyWriter, refuse_pipe
from isthmus.scoring.writers.parquet import ParquetWriter

FormatName = Literal["csv", "jsonl", "parquet", "arrow", "npy"]
STANDARD_OUTPUT = "-"


class Writer(Protocol):
    """Takes batches of one schema, one after another."""

    def write(self, batch: pa.RecordBatch) -> None: ...

    def close(self) -> None:
        """Write what must stand last."""

    def abandon(self) -> None:
        """Let go after a failure: nothing is written later, when the writer is thrown away."""


@dataclass(frozen=True)
class Format:
    """One row of the table: a format, the ends of its file names, and who writes it."""

    name: FormatName
    extensions: tuple[str, ...]
    to_file: Callable[[IO[bytes]], Writer]
    to_pipe: Callable[[IO[bytes]], Writer]


FORMATS = (
    Format("csv", (".csv",), CsvWriter, CsvWriter),
    Format("jsonl", (".jsonl", ".ndjson"), JsonLinesWriter, JsonLinesWriter),
    Format("parquet", (".parquet", ".pq"), ParquetWriter, ParquetWriter),
    Format("arrow", (".arrow", ".feather", ".ipc"), ArrowWriter, partial(ArrowWriter, stream=True)),
)
WITH_NUMBERS_ALONE = (*FORMATS, Format("npy", (".npy",), NpyWriter, refuse_pipe))
"""For what can also be written as nothing but numbers."""


def as_images(item: Sequence[int]) -> tuple[Format, ...]:
    """The same formats for rows that are images of that shape: npy holds them as such."""
    npy = Format("npy", (".npy",), partial(NpyWriter, item=tuple(item)), refuse_pipe)
    return (*FORMATS, npy)


@contextlib.contextmanager
def open_writer(
    destination: str | Path,
    format: FormatName | None = None,  # noqa: A002
    *,
    overwrite: bool,
    formats: Sequence[Format] = FORMATS,
) -> Iterator[Writer]:
    """Something to write batches to; a file appears whole at the end, or not at all.

    Parameters
    ----------
    destination : path or ``"-"``
        Where to write; ``"-"`` is standard output.
    format : str, optional
        Name of a format; without it the end of the file's name decides; standard output is CSV.
    overwrite : bool
        Whether an existing file may be replaced.
    formats : sequence of Format
        Those that may be written.

    Raises
    ------
    UsageError
        If the name's end is not that of a format and none is given.
    FileAccessError
        If the file cannot be written.
    BrokenPipeError
        If nobody reads standard output any more.
    """
    row = format_of(destination, format, formats)
    if str(destination) == STANDARD_OUTPUT:
        with _closing(Piped(row.to_pipe(sys.stdout.buffer))) as writer:
            yield writer
        return
    with written(destination, overwrite=overwrite) as file, _closing(row.to_file(file)) as writer:
        yield writer


def format_of(
    destination: str | Path,
    name: FormatName | None = None,
    formats: Sequence[Format] = FORMATS,
) -> Format:
    """The format of that name, or else the one that the end of the destination's name says.

    Raises
    ------
    UsageError
        If neither says one.
    """
    if name is None and str(destination) == STANDARD_OUTPUT:
        name = "csv"
    end = Path(destination).suffix.lower()
    for row in formats:
        if row.name == name or (name is None and end in row.extensions):
            return row
    ends = ", ".join(end for row in formats for end in row.extensions)
    raise UsageError(
        f"{destination}: the name does not say which format to write",
        advice=f"End it with one of {ends}, or give the format: "
        f"{', '.join(row.name for row in formats)}.",
    )


class Piped:
    """A writer to standard output, whose failures say so: they come without the name of a file."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def write(self, batch: pa.RecordBatch) -> None:
        with _named_standard_output():
            self._writer.write(batch)

    def close(self) -> None:
        with _named_standard_output():
            self._writer.close()

    def abandon(self) -> None:
        self._writer.abandon()


@contextlib.contextmanager
def _named_standard_output() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        reason = error.strerror or error
        raise FileAccessError(f"standard output: could not be written: {reason}") from error


@contextlib.contextmanager
def _closing(writer: Writer) -> Iterator[Writer]:
    """Write what stands last, but only after everything before it was written."""
    try:
        yield writer
        writer.close()
    except BaseException:
        writer.abandon()
        raise
