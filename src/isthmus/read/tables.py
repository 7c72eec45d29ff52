"""Arrow tables as sources: what Parquet, Arrow files and frames have in common."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

import pyarrow as pa

from isthmus.errors import IsthmusError, UnreadableDataError
from isthmus.read.source import Batches, Source
from isthmus.read.stream import access_failure

ROWS = 1 << 14
"""Rows in a batch of a table."""


def from_schema(
    schema: pa.Schema, name: str, read: Batches, *, rereadable: bool, named: bool = True
) -> Source:
    """A source with the columns of an Arrow schema."""
    with reading(name, "Arrow"):
        names = tuple(schema.names)
        types = dict(zip(names, schema.types, strict=True))
    return Source(
        name=name,
        columns=names,
        named=named,
        decisions=(),
        rereadable=rereadable,
        read=read,
        types=types,
    )


def in_pieces(batches: Iterable[pa.RecordBatch], rows: int = ROWS) -> Iterator[pa.RecordBatch]:
    """The same rows in batches of at most `rows`; empty ones are left out."""
    for batch in batches:
        for start in range(0, batch.num_rows, rows):
            yield batch.slice(start, rows)


def let_go() -> None:
    """Give back the memory that Arrow keeps of what reading took, for the next reading."""
    pa.default_memory_pool().release_unused()


@contextlib.contextmanager
def reading(name: str, kind: str) -> Iterator[None]:
    """Turn what pyarrow says of broken bytes into one short sentence with the file's name."""
    try:
        yield
    except IsthmusError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, MemoryError) as error:
        # Arrow's own failures are OSErrors too, but have no number of the system.
        if isinstance(error, OSError) and error.errno:
            raise access_failure(name, error) from error
        said = str(error).strip().split("\n")[0][:200].rstrip(".")
        raise UnreadableDataError(
            f"{name}: cannot be read as {kind}: {said}",
            advice="It may be cut off, damaged or of another format (--format).",
        ) from error
