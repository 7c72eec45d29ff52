"""Where records end, against a slow twin and at any size of block."""

from __future__ import annotations

import csv
import io
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import UnreadableDataError
from isthmus.read.records import (
    blocks,
    filled_records,
    last_end,
    line_of,
    record_ends,
    refuse_unclosed,
)
from isthmus.read.stream import Stream

CELLS = st.text(alphabet='ab",\n;" ', max_size=6)
WELL_FORMED = st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=8)
ANY = st.text(alphabet='a,"\n', max_size=30)


def written(table: list[list[str]], end: str) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows(table)
    return text.getvalue()


def slow_record_ends(text: str) -> list[int]:
    """One letter after another: a quote opens at a cell's beginning and closes when alone."""
    ends, inside, begins, place = [], False, True, 0
    while place < len(text):
        letter = text[place]
        if inside:
            if letter == '"' and text[place + 1 : place + 2] == '"':
                place += 1
            elif letter == '"':
                inside = False
        elif letter == '"' and begins:
            inside = True
        elif letter == "\n":
            ends.append(place + 1)
        begins = not inside and letter in ",\n"
        place += 1
    return ends


@settings(deadline=None)
@given(table=WELL_FORMED, end=st.sampled_from(["\n", "\r\n"]))
def test_every_record_that_was_written_is_found(table: list[list[str]], end: str) -> None:
    text = written(table, end)
    ends = [0, *record_ends(text.encode(), b",").tolist()]
    assert ends[-1] == len(text)
    found = [text[a:b] for a, b in pairwise(ends)]
    assert found == [written([row], end) for row in table]


@settings(deadline=None, max_examples=500)
@given(text=ANY)
def test_records_end_where_reading_letter_by_letter_says(text: str) -> None:
    assert record_ends(text.encode(), b",").tolist() == slow_record_ends(text)


@settings(deadline=None)
@given(text=ANY)
def test_the_last_end_is_the_end_of_the_last_record(text: str) -> None:
    assert last_end(text.encode(), b",") == max([0, *slow_record_ends(text)])


@settings(deadline=None)
@given(table=WELL_FORMED, size=st.integers(1, 40), last=st.booleans())
def test_blocks_of_any_size_hold_whole_records_and_lose_nothing(
    table: list[list[str]], size: int, last: bool
) -> None:
    text = written(table, "\n").encode()
    text = text if last else text[:-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("isthmus.read.records.BLOCK", size)
        stream = Stream(io.BytesIO(text), "file")
        found = list(blocks(stream, lambda block: last_end(block, b",")))
    assert b"".join(block for block, _ in found) == text
    ends = {0, *slow_record_ends(text.decode()), len(text)}
    place = 0
    for block, line in found:
        assert line == 1 + text.count(b"\n", 0, place)
        place += len(block)
        assert place in ends


def test_blank_lines_are_no_records() -> None:
    text = b"\n\r\na\n\n  \nb"
    assert [text[a:b] for a, b in filled_records(text, b",")] == [b"a\n", b"  \n", b"b"]


def test_a_line_is_counted_from_the_first_of_its_block() -> None:
    assert [line_of(b"a\nb\nc", place, 10) for place in (0, 2, 4)] == [10, 11, 12]
    assert line_of(b"a\rb\rc", 4) == 3


@pytest.mark.parametrize("text", ['"', 'a,"b', 'a\n"b""', '5" pipe,"x'])
def test_an_open_quote_is_refused(text: str) -> None:
    with pytest.raises(UnreadableDataError, match="opened and never closed"):
        refuse_unclosed(text.encode(), b",", "file", 1)


@pytest.mark.parametrize("text", ["", 'a,"b"', '5" pipe', 'a"b', '"a""b"'])
def test_closed_quotes_and_mere_letters_are_not(text: str) -> None:
    refuse_unclosed(text.encode(), b",", "file", 1)
