"""Parquet, a part of a row group at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from isthmus.options import ReadOptions
from isthmus.read.file import File
from isthmus.read.source import Source
from isthmus.read.tables import ROWS, from_schema, reading

BUFFER = 1 << 17
"""Bytes of each column that are fetched at a time."""
Start = Callable[[], IO[bytes]]


def open_parquet(file: File, options: ReadOptions) -> Source:
    """The columns of a Parquet file; from a pipe it is read into memory whole."""
    start = file.random_access()
    with _opened(file, start) as parquet:
        schema, about = parquet.schema_arrow, parquet.metadata
        counts = [about.row_group(place).num_rows for place in range(about.num_row_groups)]
    read = from_schema(schema, file.name, lambda text: _batches(file, start), rereadable=True)

    def pieces() -> list[Source]:
        return [_row_group(read, file, start, place, rows) for place, rows in enumerate(counts)]

    return replace(read, rows=sum(counts), pieces=pieces)


def _row_group(whole: Source, file: File, start: Start, place: int, rows: int) -> Source:
    """The rows of one row group as a source of its own."""
    return replace(whole, rows=rows, read=lambda text: _batches(file, start, [place]))


def _batches(file: File, start: Start, groups: list[int] | None = None) -> Iterator[pa.RecordBatch]:
    with _opened(file, start) as parquet:
        yield from parquet.iter_batches(batch_size=ROWS, row_groups=groups)


@contextlib.contextmanager
def _opened(file: File, start: Start) -> Iterator[pq.ParquetFile]:
    """The file, of which the parts that are being read are held and nothing else."""
    with reading(file.name, "Parquet"), start() as raw:
        # Arrow reads a file faster by itself than through Python.
        bytes_of = raw if file.path is None else pa.OSFile(str(file.path))
        parts = {"pre_buffer": False, "buffer_size": BUFFER}
        with bytes_of, pq.ParquetFile(bytes_of, **parts) as parquet:
            yield parquet
