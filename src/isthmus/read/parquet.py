"""Parquet, a part of a row group at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from isthmus.options import ReadOptions
from isthmus.read.file import File
from isthmus.read.source import Source
from isthmus.read.tables import ROWS, from_schema, reading


def open_parquet(file: File, options: ReadOptions) -> Source:
    """The columns of a Parquet file; from a pipe it is read into memory whole."""
    start = file.random_access()
    with reading(file.name, "Parquet"), start() as raw, pq.ParquetFile(raw) as parquet:
        schema = parquet.schema_arrow
    return from_schema(schema, file.name, lambda text: _batches(file.name, start), rereadable=True)


def _batches(name: str, start: Callable[[], IO[bytes]]) -> Iterator[pa.RecordBatch]:
    with reading(name, "Parquet"), start() as raw, pq.ParquetFile(raw) as parquet:
        yield from parquet.iter_batches(batch_size=ROWS)
