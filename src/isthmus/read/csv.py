"""CSV: text whose lines are records and whose cells stand between delimiters."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pyarrow as pa

from isthmus.errors import UnreadableDataError
from isthmus.options import ReadOptions
from isthmus.read import dialect as dialects
from isthmus.read.dialect import Dialect
from isthmus.read.file import File
from isthmus.read.parse import Layout, parse
from isthmus.read.records import (
    LONGEST,
    blocks,
    filled_records,
    last_end,
    line_of,
    refuse_unclosed,
)
from isthmus.read.source import Source, made_up
from isthmus.read.text import BYTE_ORDER_MARK, refuse_not_text, refuse_utf16

HEAD = 1 << 16
"""Bytes that are looked at first; more where they hold no whole record."""
MOST_COLUMNS = 1 << 17


def open_csv(file: File, options: ReadOptions) -> Source:
    """Decide on delimiter and header from the first records."""
    head = _head(file)
    if options.delimiter is None:
        dialect = dialects.sniffed_dialect(head, options.decimal)
    else:
        dialect = dialects.given_dialect(options.delimiter, options.decimal)
    cells = dialects.first_cells(head, dialect)
    if len(cells) > MOST_COLUMNS:
        raise UnreadableDataError(
            f"{file.name}: the first line has {len(cells)} cells, at most {MOST_COLUMNS} are read"
        )
    header, reason = dialects.has_header(cells, options.decimal)
    decisions = _decisions(file.name, options, dialect, header, reason)
    if options.header is not None:
        header = options.header
    names = tuple(cell.strip(" \t") for cell in cells) if header else made_up(len(cells))
    layout = Layout(file.name, dialect, names)
    return Source(
        name=file.name,
        columns=names,
        named=header,
        decisions=decisions,
        rereadable=file.rereadable,
        read=lambda text: _batches(file, layout, header, text),
        decimal=options.decimal,
    )


def _head(file: File) -> bytes:
    """The first records, whole and without a byte order mark."""
    size = HEAD
    while True:
        head = file.head(size)
        refuse_utf16(head, file.name)
        whole = len(head) < size or len(head) > LONGEST
        text = head.removeprefix(BYTE_ORDER_MARK)
        cut = len(text) if whole else last_end(text, b",;|\t ")
        if text[:cut].strip():
            refuse_not_text(text[:cut], file.name, 1, len(head) - len(text))
            return text[:cut]
        if whole:
            raise UnreadableDataError(f"{file.name}: is empty, rows were expected")
        size *= 4


def _decisions(
    name: str, options: ReadOptions, dialect: Dialect, header: bool, reason: str
) -> tuple[str, ...]:
    decisions = []
    if options.delimiter is None and dialect.delimiter != ",":
        decisions.append(f"{name}: cells parted by {dialect.shown}; --delimiter to change")
    if options.header is None:
        found = f"a header ({reason}); --no-header" if header else f"no header ({reason}); --header"
        decisions.append(f"{name}: {found} to change")
    return tuple(decisions)


def _batches(
    file: File, layout: Layout, header_waits: bool, text: Collection[str]
) -> Iterator[pa.RecordBatch]:
    offset = 0
    separators = layout.dialect.separators
    with file.open() as stream:
        if stream.peek(3) == BYTE_ORDER_MARK:
            offset = len(stream.read(3))
        for block, line in blocks(stream, lambda block: last_end(block, separators)):
            refuse_unclosed(block, separators, stream.name, line)
            refuse_not_text(block, stream.name, line, offset)
            start = 0
            if header_waits:
                _, start = next(filled_records(block, separators))
                header_waits = False
            yield from parse(block[start:], layout, line_of(block, start, line), text)
            offset += len(block)
