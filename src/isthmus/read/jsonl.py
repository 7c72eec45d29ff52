"""JSON lines: one object a line, whose keys are the columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json as pj

from isthmus.errors import UnreadableDataError
from isthmus.options import ReadOptions
from isthmus.read.arrays import column
from isthmus.read.file import File
from isthmus.read.records import BLOCK, LONGEST, blocks
from isthmus.read.source import Source
from isthmus.read.stream import Stream
from isthmus.read.tables import in_pieces
from isthmus.read.text import BYTE_ORDER_MARK, refuse_not_text, refuse_utf16

DEEPEST = 64
ONE_OBJECT = 'Write one whole object a line: {"a": 1, "b": 2}'
"""What to do about a line that is none."""
OPENERS = np.frombuffer(b"{[", np.uint8)
CLOSERS = np.frombuffer(b"}]", np.uint8)


def open_jsonl(file: File, options: ReadOptions) -> Source:
    """The keys of the first block of lines, in the order in which they come, are the columns."""
    names = tuple(_first_table(file).column_names)
    return Source(
        name=file.name,
        columns=names,
        named=True,
        decisions=(),
        rereadable=file.rereadable,
        read=lambda text: _batches(file, names),
    )


def _first_table(file: File) -> pa.Table:
    size = BLOCK
    while True:
        head = file.head(size)
        refuse_utf16(head, file.name)
        whole = len(head) < size or len(head) > LONGEST
        text = head.removeprefix(BYTE_ORDER_MARK)
        lines = text if whole else text[: _last_line_end(text)]
        if lines.strip():
            refuse_not_text(lines, file.name, 1, len(head) - len(text))
            return _table(lines, file.name, 1)
        if whole:
            raise UnreadableDataError(f"{file.name}: is empty, rows were expected")
        size *= 4


def _last_line_end(text: bytes) -> int:
    return text.rfind(b"\n") + 1


def _batches(file: File, names: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    with file.open() as stream:
        offset = _skip_mark(stream)
        for block, line in blocks(stream, _last_line_end):
            refuse_not_text(block, stream.name, line, offset)
            offset += len(block)
            if block.strip():
                table = _aligned(_table(block, stream.name, line), names, stream.name, line)
                yield from in_pieces(table.to_batches())


def _skip_mark(stream: Stream) -> int:
    return len(stream.read(3)) if stream.peek(3) == BYTE_ORDER_MARK else 0


def _aligned(table: pa.Table, names: tuple[str, ...], name: str, line: int) -> pa.Table:
    extra = [key for key in table.column_names if key not in names]
    if extra:
        raise UnreadableDataError(
            *(
                f"{name}: from line {line} on there is a key {key!r} that the first lines lack"
                for key in extra
            ),
            advice="Give the first line every key, with null where there is no value.",
        )
    for key in names:
        if key not in table.column_names:
            table = table.append_column(key, pa.nulls(table.num_rows))
    return table.select(list(names)).combine_chunks()


def _table(block: bytes, name: str, first_line: int) -> pa.Table:
    """Lines as a table: fast where every column has one type, one by one where not."""
    if _may_be_deep(block):
        return _read_one_by_one(block, name, first_line)
    try:
        table = _read(block, {})
        dates = [field.name for field in table.schema if pa.types.is_temporal(field.type)]
        # A text that looks like a date stays the text that it is.
        return _read(block, dict.fromkeys(dates, pa.string())) if dates else table
    except pa.ArrowInvalid:
        return _read_one_by_one(block, name, first_line)


def _may_be_deep(block: bytes) -> bool:
    """Whether values may be nested so deep that pyarrow would run out of stack and crash."""
    if block.count(b"{") + block.count(b"[") <= block.count(b"\n") + DEEPEST:
        return False
    letters = np.frombuffer(block, np.uint8)
    steps = np.isin(letters, OPENERS).astype(np.int8) - np.isin(letters, CLOSERS).astype(np.int8)
    return int(np.cumsum(steps, dtype=np.int64).max()) > DEEPEST


def _read(block: bytes, types: dict[str, pa.DataType]) -> pa.Table:
    return pj.read_json(
        pa.BufferReader(block),
        pj.ReadOptions(block_size=len(block) + 1),
        pj.ParseOptions(explicit_schema=pa.schema(types)),
    )


def _read_one_by_one(block: bytes, name: str, first_line: int) -> pa.Table:
    rows = [
        _object(line, name, number)
        for number, line in enumerate(block.split(b"\n"), first_line)
        if line.strip()
    ]
    keys = dict.fromkeys(key for row in rows for key in row)
    return pa.table({key: column([row.get(key) for row in rows]) for key in keys})


def _object(line: bytes, name: str, number: int) -> dict[str, Any]:
    where = f"{name}: line {number}"
    try:
        pairs = json.loads(line, object_pairs_hook=_Pairs)
    except json.JSONDecodeError as error:
        raise UnreadableDataError(
            f"{where}, place {error.pos}: not JSON: {error.msg}", advice=ONE_OBJECT
        ) from None
    except (ValueError, RecursionError) as error:
        raise UnreadableDataError(
            f"{where}: JSON that cannot be read: {error}", advice=ONE_OBJECT
        ) from None
    if not isinstance(pairs, _Pairs):
        raise UnreadableDataError(
            f"{where}: one JSON object was expected, got {line[:40].decode(errors='replace')!r}",
            advice=ONE_OBJECT,
        )
    row = dict(pairs)
    if len(row) < len(pairs):
        raise UnreadableDataError(
            f"{where}: a key stands twice in one object", advice="Write each key once."
        )
    return row


class _Pairs(list[Any]):
    """The keys and values of one object, in their order."""
