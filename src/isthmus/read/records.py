"""Where the records of a CSV text end, and the text in blocks of whole records."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from isthmus.errors import UnreadableDataError
from isthmus.read.stream import Stream

BLOCK = 4 << 20
"""Bytes in a block; enough to parse fast, little enough to stream."""
LONGEST = 64 << 20
"""Bytes in the longest record; a longer one is taken for a quote that is never closed."""

Places = npt.NDArray[np.int64]


def quotes(text: bytes, delimiters: bytes) -> Places:
    """The quotes that open and close cells, in turn; a quote inside a bare cell is just a letter.

    A quote opens where a cell begins. Inside, two quotes together are one letter: they close and
    open again at once.
    """
    places = np.flatnonzero(np.frombuffer(text, np.uint8) == ord('"'))
    openers = places[::2]
    before = np.frombuffer(b"\n" + text, np.uint8)[openers]
    allowed = np.frombuffer(delimiters + b'\r\n"', np.uint8)
    if np.isin(before, allowed).all():
        return places
    return _quotes_one_by_one(text, delimiters)


def _quotes_one_by_one(text: bytes, delimiters: bytes) -> Places:
    begins = re.compile(rb"(?:(?<=[\r\n" + re.escape(delimiters) + rb'])|\A)"(?:[^"]+|"")*+("?)')
    places: list[int] = []
    for cell in begins.finditer(text):
        places += [cell.start(), cell.end() - 1] if cell.group(1) else [cell.start()]
    return np.array(places, np.int64)


def record_ends(text: bytes, delimiters: bytes) -> Places:
    """One past the newline of every complete record, blank lines among them."""
    letters = np.frombuffer(text, np.uint8)
    if b"\n" in text:
        ends = np.flatnonzero(letters == ord("\n"))
    else:  # A carriage return that comes last may be half of a line end.
        ends = np.flatnonzero(letters[:-1] == ord("\r"))
    if b'"' in text:
        inside = np.searchsorted(quotes(text, delimiters), ends) % 2 == 1
        ends = ends[~inside]
    return ends + 1


def filled_records(text: bytes, delimiters: bytes) -> Iterator[tuple[int, int]]:
    """Where each record begins and ends that is not a blank line."""
    start = 0
    for end in [*record_ends(text, delimiters).tolist(), len(text)]:
        if text[start:end].strip(b"\r\n"):
            yield start, end
        start = end


def last_end(text: bytes, delimiters: bytes) -> int:
    """One past the newline of the last complete record, 0 where none is complete."""
    if b'"' not in text:
        newline = text.rfind(b"\n")
        return (newline if newline >= 0 else text.rfind(b"\r", 0, -1)) + 1
    ends = record_ends(text, delimiters)
    return int(ends[-1]) if len(ends) else 0


def line_of(text: bytes, place: int, first_line: int = 1) -> int:
    """The number of the line in which the byte at `place` stands."""
    mark = b"\n" if b"\n" in text else b"\r"
    return first_line + text.count(mark, 0, place)


def refuse_unclosed(text: bytes, delimiters: bytes, name: str, first_line: int) -> None:
    """Raise an `UnreadableDataError` where a quote is opened in `text` and never closed."""
    if b'"' not in text:
        return
    places = quotes(text, delimiters)
    if len(places) % 2:
        line = line_of(text, int(places[-1]), first_line)
        raise UnreadableDataError(
            f'{name}: line {line}: a quote (") is opened and never closed',
            advice="Close it, or double it where it is part of the text.",
        )


def blocks(stream: Stream, last_end: Callable[[bytes], int]) -> Iterator[tuple[bytes, int]]:
    """The text in blocks of whole records, each with the number of its first line.

    Parameters
    ----------
    stream : Stream
        The text, from its current place on.
    last_end : callable
        Where the last whole record of a text ends, 0 where there is none.

    Raises
    ------
    UnreadableDataError
        If a record is longer than `LONGEST`.
    """
    rest, line, wanted = b"", 1, BLOCK
    while True:
        piece = stream.read(wanted)
        text = rest + piece
        ended = len(piece) < wanted
        cut = len(text) if ended else last_end(text)
        wanted = BLOCK
        if cut:
            yield text[:cut], line
            line = line_of(text, cut, line)
        elif not ended:
            _refuse_endless(text, stream.name, line)
            wanted = len(text)
        rest = text[cut:]
        if ended:
            return


def _refuse_endless(text: bytes, name: str, line: int) -> None:
    if len(text) > LONGEST:
        raise UnreadableDataError(
            f"{name}: line {line}: more than {LONGEST >> 20} MiB without the end of a record",
            advice='Look there for a quote (") that is opened and never closed, or name the '
            "format with --format.",
        )
