"""How a CSV file parts its cells, and whether its first record names the columns."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np
import pyarrow as pa

from isthmus.errors import UsageError
from isthmus.read.records import Places, filled_records, quotes
from isthmus.read.words import numbers_of

SPELLED = {"\\t": "\t", "tab": "\t", "space": " ", "blank": " ", "blanks": " "}
"""Names that delimiters have on a command line, where they are hard to type."""
SHOWN = {"\t": "tabs", " ": "runs of blanks"}
LOOKED_AT = 50
"""Records that decide on the delimiter."""

_BLANKS = re.compile(rb'("(?:[^"]|"")*+"?)|[ \t]+')


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
            return b"\n".join(map(b" ".join, map(bytes.split, text.splitlines())))
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
        share = _agreement(head, Dialect(mark, decimal))
        if share > most:
            best, most = mark, share
    return Dialect(best, decimal)


def first_cells(head: bytes, dialect: Dialect) -> list[str]:
    """The cells of the first record that is not blank."""
    start, end = next(filled_records(head, dialect.separators))
    record = dialect.plain(head[start:end]).strip(b"\r\n")
    places = [-1, *_delimiters(record, dialect).tolist(), len(record)]
    return [_bare(record[a + 1 : b]) for a, b in pairwise(places)]


def has_header(cells: list[str], decimal: str) -> tuple[bool, str]:
    """Whether these cells name columns, with the reason in words."""
    _, bad = numbers_of(pa.array(cells, pa.string()), decimal)
    words = [cell for cell, is_bad in zip(cells, bad.to_pylist(), strict=True) if is_bad]
    if words:
        return True, f"{_short(words[0])} in the first line is not a number"
    return False, "every cell of the first line is a number"


def _agreement(head: bytes, dialect: Dialect) -> float:
    """The share of records that have the commonest number of cells; 0 where that is 1."""
    records = list(islice(filled_records(head, dialect.separators), LOOKED_AT))
    plain = dialect.plain(head[: records[-1][1]])
    counts = Counter(
        len(_delimiters(plain[start:end].rstrip(b"\r\n"), dialect))
        for start, end in filled_records(plain, dialect.separators)
    )
    delimiters, agreeing = counts.most_common(1)[0]
    return agreeing / counts.total() if delimiters else 0.0


def _delimiters(record: bytes, dialect: Dialect) -> Places:
    """Where the delimiters of one record stand that are not inside quotes."""
    places: Places = np.flatnonzero(np.frombuffer(record, np.uint8) == ord(dialect.delimiter))
    if b'"' not in record:
        return places
    inside = np.searchsorted(quotes(record, dialect.separators), places) % 2 == 1
    outside: Places = places[~inside]
    return outside


def _bare(cell: bytes) -> str:
    if cell.startswith(b'"'):
        cell = cell[1:].removesuffix(b'"').replace(b'""', b'"')
    return cell.decode()


def _short(cell: str, most: int = 40) -> str:
    return repr(cell if len(cell) <= most else f"{cell[:most]}...")
