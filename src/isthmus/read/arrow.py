"""Arrow IPC: the file format, Feather among it, and the stream format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

import pyarrow as pa

from isthmus.errors import UsageError
from isthmus.options import ReadOptions
from isthmus.read.file import File
from isthmus.read.source import Source
from isthmus.read.tables import from_schema, in_pieces, reading

FILE_MAGIC = b"ARROW1"


def open_arrow(file: File, options: ReadOptions) -> Source:
    """The columns of an Arrow file; the stream format stays a stream, also from a pipe."""
    return _open_file(file) if file.head(6) == FILE_MAGIC else _open_stream(file)


def _open_file(file: File) -> Source:
    start = file.random_access()
    with reading(file.name, "Arrow"), start() as raw, pa.ipc.open_file(raw) as reader:
        schema = reader.schema
    return from_schema(
        schema, file.name, lambda text: _from_file(file.name, start), rereadable=True
    )


def _from_file(name: str, start: Callable[[], IO[bytes]]) -> Iterator[pa.RecordBatch]:
    with reading(name, "Arrow"), start() as raw, pa.ipc.open_file(raw) as reader:
        for place in range(reader.num_record_batches):
            yield from in_pieces([_checked(reader.get_batch(place))])


def _open_stream(file: File) -> Source:
    if not file.rereadable:
        with reading(file.name, "Arrow"):
            reader = pa.ipc.open_stream(file.open())
        return from_schema(reader.schema, file.name, once(reader, file.name), rereadable=False)
    with reading(file.name, "Arrow"), file.open() as stream, pa.ipc.open_stream(stream) as reader:
        schema = reader.schema
    return from_schema(schema, file.name, lambda text: _from_stream(file), rereadable=True)


def _from_stream(file: File) -> Iterator[pa.RecordBatch]:
    with reading(file.name, "Arrow"), file.open() as stream, pa.ipc.open_stream(stream) as reader:
        yield from in_pieces(map(_checked, reader))


def once(reader: pa.RecordBatchReader, name: str) -> Callable[..., Iterator[pa.RecordBatch]]:
    """What reads the batches of a reader, and refuses to do so twice."""
    begun = False

    def read(text: object) -> Iterator[pa.RecordBatch]:
        nonlocal begun
        if begun:
            raise UsageError(
                f"{name}: can be read only once, and has been",
                advice="Read it into a table first: reader.read_all().",
            )
        begun = True
        return _guarded(reader, name)

    return read


def _guarded(reader: pa.RecordBatchReader, name: str) -> Iterator[pa.RecordBatch]:
    with reading(name, "Arrow"):
        yield from in_pieces(map(_checked, reader))


def _checked(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same batch: offsets in broken bytes may point anywhere, and must not be followed."""
    batch.validate(full=True)
    return batch
