"""How a CSV file parts its cells, and whether its first record names the columns."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa
import pyarrow.csv as pc

from isthmus.errors import UsageError
from isthmus.read.records import filled_records
from isthmus.read.words import numbers_of

SPELLED = {"\\t": "\t", "tab": "\t", "space": " ", "blank": " ", "blanks": " "}
"""Names that delimiters have on a command line, where they are hard to type."""
SHOWN = {"\t": "tabs", " ": "runs of blanks"}
LOOKED_AT = 50
"""Records that decide on the delimiter."""

_BLANKS = re.compile(rb'("(?:[^"]|"")*+"?)|[ \t]+')
_EDGES = re.compile(rb"(?m)^[ \t]+|[ \t]+(?=\r?$)")
_RUNS = re.compile(rb"[ \t]+")


@dataclass(frozen=True)
class Dialect:
    """What stands between two cells; a blank stands for any run of blanks and tabs."""

    delimiter: str
    decimal: str = "."

    @property
    def separators(self) -> bytes:
        """Every byte after which a cell may begin."""
        return b" \t" if self.delimiter == " " else self.delimiter.encode()

    @property
    def shown(self) -> str:
        return SHOWN.get(self.delimiter, repr(self.delimiter))

    def plain(self, text: bytes) -> bytes:
        """The text with one delimiter between two cells, as a CSV parser wants it."""
        if self.delimiter != " ":
            return text
        if b'"' not in text:
            return _RUNS.sub(b" ", _EDGES.sub(b"", text))
        return _BLANKS.sub(_one_blank, text)


def _one_blank(match: re.Match[bytes]) -> bytes:
    if match.group(1):
        return match.group(1)
    text, start, end = match.string, match.start(), match.end()
    at_edge = not start or end == len(text) or text[start - 1] in b"\r\n" or text[end] in b"\r\n"
    return b"" if at_edge else b" "


def candidates(decimal: str) -> list[str]:
    """Delimiters in the order of trust: a comma may be a decimal mark, a blank part of a text."""
    return ["\t", ";", "|", *([] if decimal == "," else [","]), " "]


def given_dialect(delimiter: str, decimal: str) -> Dialect:
    """The dialect with a delimiter that the user chose.

    Raises
    ------
    UsageError
        If cells cannot be told apart with it.
    """
    mark = SPELLED.get(delimiter, delimiter)
    if len(mark) != 1 or not mark.isascii() or mark.isalnum() or mark in '"\r\n\0.+-_':
        raise UsageError(
            f"delimiter: one character such as ';', or tab or space, was expected, got "
            f"{delimiter!r}"
        )
    if mark == decimal:
        raise UsageError(f"delimiter and decimal mark are both {mark!r}")
    return Dialect(mark, decimal)


def sniffed_dialect(head: bytes, decimal: str) -> Dialect:
    """The dialect under which most of the first records have one same number of cells above 1.

    Parameters
    ----------
    head : bytes
        The first records, whole.
    decimal : {".", ","}
        The decimal mark, which is no delimiter.
    """
    best, most = candidates(decimal)[-2], 0.5
    for mark in candidates(decimal):
        share = _agreement(_first_records(head, Dialect(mark, decimal)), Dialect(mark, decimal))
        if share > most:
            best, most = mark, share
    return Dialect(best, decimal)


def first_cells(head: bytes, dialect: Dialect) -> list[str]:
    """The cells of the first record that is not blank."""
    table = parsed(_first_records(head, dialect), dialect)
    return [column[0].as_py() for column in table.columns]


def has_header(cells: list[str], decimal: str) -> tuple[bool, str]:
    """Whether these cells name columns, with the reason in words."""
    _, bad = numbers_of(pa.array(cells, pa.string()), decimal)
    words = [cell for cell, is_bad in zip(cells, bad.to_pylist(), strict=True) if is_bad]
    if words:
        return True, f"{_short(words[0])} in the first line is not a number"
    return False, "every cell of the first line is a number"


def parsed(text: bytes, dialect: Dialect, ragged: list[int] | None = None) -> pa.Table:
    """All cells of some records as text, under made-up names.

    Records with another number of cells than the first are left out; their numbers of cells go
    to `ragged`.
    """

    def note(row: pc.InvalidRow) -> str:
        if ragged is not None:
            ragged.append(row.actual_columns)
        return "skip"

    plain = dialect.plain(text)
    options = pc.ReadOptions(
        autogenerate_column_names=True, use_threads=False, block_size=len(plain) + 1
    )
    layout = pc.ParseOptions(
        delimiter=dialect.delimiter, newlines_in_values=True, invalid_row_handler=note
    )
    names = [f"f{index}" for index in range(plain.count(dialect.delimiter.encode()) + 1)]
    convert = pc.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
    return pc.read_csv(pa.BufferReader(plain), options, layout, convert)


def _agreement(text: bytes, dialect: Dialect) -> float:
    """The share of records that have the commonest number of cells; 0 where that is 1."""
    ragged: list[int] = []
    table = parsed(text, dialect, ragged)
    counts = Counter({table.num_columns: table.num_rows})
    counts.update(ragged)
    cells, records = counts.most_common(1)[0]
    return records / counts.total() if cells > 1 else 0.0


def _first_records(head: bytes, dialect: Dialect) -> bytes:
    records = list(islice(filled_records(head, dialect.separators), LOOKED_AT))
    return head[: records[-1][1]]


def _short(cell: str, most: int = 40) -> str:
    return repr(cell if len(cell) <= most else f"{cell[:most]}...")
