"""One block of whole CSV records as a batch of columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from isthmus.errors import UnreadableDataError
from isthmus.read.dialect import Dialect
from isthmus.read.records import filled_records, line_of
from isthmus.read.words import MISSING, numbers_of

SHOWN = 3
"""Lines with a wrong number of cells that a message names."""

_BLANK_LINES = re.compile(rb"(?m)^[ \t]+(?=\r?$)")


@dataclass(frozen=True)
class Layout:
    """What was decided about a file before its rows are read."""

    name: str
    dialect: Dialect
    names: tuple[str, ...]


def parse(
    rows: bytes, layout: Layout, first_line: int, text: Collection[str]
) -> Iterator[pa.RecordBatch]:
    """The batch in a block: numbers where a column has nothing else, otherwise text.

    Parameters
    ----------
    rows : bytes
        Whole records, none of them the header.
    layout : Layout
        How they are to be read.
    first_line : int
        The number in the file of the block's first line, from 1.
    text : collection of str
        Columns that stay text, however they look.

    Raises
    ------
    UnreadableDataError
        Naming lines with too many or too few cells.
    """
    numeric = [name for name in layout.names if name not in text]
    try:
        table = _read(rows, layout, numeric)
    except pa.ArrowInvalid:
        rows = _without_blank_lines(rows, layout.dialect)
        _refuse_ragged(rows, layout, first_line)
        table = _read(rows, layout, [])
        for name in numeric:
            table = _with_numbers(table, name, layout.dialect.decimal)
    for name in set(text) & set(layout.names):
        table = _with_nothing(table, name)
    yield from table.combine_chunks().to_batches()


def _read(
    rows: bytes,
    layout: Layout,
    numeric: list[str],
    handler: Callable[[arrow_csv.InvalidRow], str] | None = None,
) -> pa.Table:
    plain = layout.dialect.plain(rows)
    names = list(layout.names)
    types = dict.fromkeys(names, pa.string()) | dict.fromkeys(numeric, pa.float64())
    if not plain.strip(b"\r\n"):
        return pa.schema(types).empty_table()
    # One thread: with more, pyarrow does not know the numbers of rows, is hardly faster on blocks
    # of this size, and beside PyTorch aborts an interpreter that ends soon after.
    return arrow_csv.read_csv(
        pa.BufferReader(plain),
        arrow_csv.ReadOptions(column_names=names, block_size=len(plain) + 1, use_threads=False),
        arrow_csv.ParseOptions(
            delimiter=layout.dialect.delimiter,
            newlines_in_values=True,
            invalid_row_handler=handler,
        ),
        arrow_csv.ConvertOptions(
            column_types=types,
            null_values=[*MISSING, *(f" {word}" for word in MISSING)],
            decimal_point=layout.dialect.decimal,
        ),
    )


def _without_blank_lines(rows: bytes, dialect: Dialect) -> bytes:
    """The same lines, those of blanks alone emptied: an empty line is skipped."""
    return rows if dialect.delimiter == "\t" or b'"' in rows else _BLANK_LINES.sub(b"", rows)


def _with_numbers(table: pa.Table, name: str, decimal: str) -> pa.Table:
    place = table.schema.get_field_index(name)
    # Truth values stay text: only a detector knows whether it takes them as numbers.
    numbers, bad = numbers_of(table.column(place).combine_chunks(), decimal, truths=False)
    return table if pc.any(bad).as_py() else table.set_column(place, name, numbers)


def _with_nothing(table: pa.Table, name: str) -> pa.Table:
    """The same table where an empty text of one column is a missing one."""
    place = table.schema.get_field_index(name)
    cells = table.column(place)
    filled = pc.if_else(pc.equal(cells, ""), pa.scalar(None, pa.string()), cells)
    return table.set_column(place, name, filled)


def _refuse_ragged(rows: bytes, layout: Layout, first_line: int) -> None:
    found: list[arrow_csv.InvalidRow] = []

    def note(row: arrow_csv.InvalidRow) -> str:
        found.append(row)
        return "skip"

    _read(rows, layout, [], note)
    if not found:
        return
    wanted = found[min(len(found), SHOWN) - 1].number
    records = list(islice(filled_records(rows, layout.dialect.separators), wanted))
    problems = [
        f"{layout.name}: line {line_of(rows, records[row.number - 1][0], first_line)} has "
        f"{_cells(row.actual_columns)}, {row.expected_columns} were expected"
        for row in found[:SHOWN]
    ]
    if len(found) > SHOWN:
        problems.append(f"{layout.name}: {len(found) - SHOWN} more lines there have that fault")
    raise UnreadableDataError(
        *problems,
        advice=f"The delimiter is taken to be {layout.dialect.shown}; --delimiter to change.",
    )


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
