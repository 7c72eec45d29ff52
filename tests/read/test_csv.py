"""CSV as people write it."""

from __future__ import annotations

import gzip
import io
from typing import Any

import numpy as np
import pytest

from isthmus.errors import DataError, SchemaError, UnreadableDataError, UsageError
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import Rows, Source, open_source, read_rows, stream_rows
from isthmus.schema import Column, Schema

NAN = np.nan


def source(text: str | bytes, **options: Any) -> Source:
    data = text.encode() if isinstance(text, str) else text
    return open_source(io.BytesIO(data), ReadOptions(format="csv", **options))


def rows(text: str | bytes, choices: RowOptions | None = None, **options: Any) -> Rows:
    return read_rows(source(text, **options), choices or RowOptions())


def values(text: str | bytes, **options: Any) -> list[list[float]]:
    found: list[list[float]] = rows(text, **options).values.tolist()
    return found


def known(*names: str) -> Schema:
    return Schema(
        kind="table", columns=tuple(Column(name=name, minimum=0, maximum=1) for name in names)
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", None),
        ("a;b\n1;2\n", "';'"),
        ("a\tb\n1\t2\n", "tabs"),
        ("a|b\n1|2\n", "'|'"),
        ("a b\n1 2\n", "runs of blanks"),
        (" a   b\n  1 2 \n", "runs of blanks"),
    ],
)
def test_the_delimiter_is_found_and_named_unless_it_is_the_comma(
    text: str, words: str | None
) -> None:
    found = source(text)
    assert found.columns == ("a", "b")
    assert values(text) == [[1, 2]]
    said = [sentence for sentence in found.decisions if "--delimiter" in sentence]
    assert said == (
        [f"file object: cells parted by {words}; --delimiter to change"] if words else []
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_inside_quotes_do_not_part_cells(delimiter: str) -> None:
    text = f'name{delimiter}x\n"a,b;c|d\te"{delimiter}1\n"f;;,,||g"{delimiter}2\n'
    found = rows(text, RowOptions(id=("name",)))
    assert found.ids["name"].to_pylist() == ["a,b;c|d\te", "f;;,,||g"]
    assert found.values.tolist() == [[1], [2]]


def test_a_delimiter_that_is_given_is_not_guessed() -> None:
    found = source("a;b,c\n1;2,3\n", delimiter=",")
    assert found.columns == ("a;b", "c")
    assert not any("--delimiter" in sentence for sentence in found.decisions)


@pytest.mark.parametrize(("spelled", "mark"), [("\\t", "\t"), ("tab", "\t"), ("space", " ")])
def test_delimiters_that_are_hard_to_type_have_names(spelled: str, mark: str) -> None:
    assert values(f"1{mark}2\n", delimiter=spelled) == [[1, 2]]


@pytest.mark.parametrize("delimiter", [";;", "", "a", '"', "\n", "é", "."])
def test_a_delimiter_that_cannot_part_cells_is_refused(delimiter: str) -> None:
    with pytest.raises(UsageError, match="delimiter"):
        source("1,2\n", delimiter=delimiter)


def test_delimiter_and_decimal_mark_must_differ() -> None:
    with pytest.raises(UsageError, match="both ','"):
        source("1,5\n", delimiter=",", decimal=",")


def test_decimal_commas_are_read_where_they_are_asked_for() -> None:
    assert values("a;b\n1,5;-2,5e3\n,5;7\n", decimal=",") == [[1.5, -2500], [0.5, 7]]


def test_decimal_commas_that_nobody_asked_for_are_recognised_in_the_advice() -> None:
    with pytest.raises(SchemaError, match="--decimal ,"):
        rows("a;b\n1,5;2,5\n")


def test_a_point_is_no_number_where_commas_are_decimal() -> None:
    found = read_rows(source("a;b\n1,5;2\n1.5;3\n", decimal=","), RowOptions(), known("a", "b"))
    np.testing.assert_array_equal(found.values, [[1.5, 2], [NAN, 3]])
    assert found.unusable == {1: "column 'a': '1.5' is not a number"}


@pytest.mark.parametrize(
    ("first", "header"),
    [
        ("a,b", True),
        ("1,b", True),
        ("1,2", False),
        ("NA,2", False),
        (",2", False),
        ("1e5,-inf", False),
        ('"1","2"', False),
        ("2020-01-01,2", True),
    ],
)
def test_a_first_line_is_a_header_if_any_cell_is_neither_a_number_nor_missing(
    first: str, header: bool
) -> None:
    found = source(f"{first}\n3,4\n")
    assert found.named is header
    assert found.columns == (tuple(first.split(",")) if header else ("c0", "c1"))
    change = "--no-header" if header else "--header"
    assert [change in sentence for sentence in found.decisions] == [True]


def test_the_header_decision_can_be_overruled_both_ways_and_is_then_not_announced() -> None:
    forced = source("1,2\n3,4\n", header=True)
    assert (forced.columns, forced.decisions) == (("1", "2"), ())
    assert source("a,b\n3,4\n", header=False).columns == ("c0", "c1")


def test_the_header_sentence_says_which_cell_decided() -> None:
    assert source("1,age\n3,4\n").decisions == (
        "file object: a header ('age' in the first line is not a number); --no-header to change",
    )
    assert source("1,2\n3,4\n").decisions == (
        "file object: no header (every cell of the first line is a number); --header to change",
    )


def test_a_byte_order_mark_is_not_part_of_the_first_name() -> None:
    text = b"\xef\xbb\xbfa,b\n1,2\n"
    assert source(text).columns == ("a", "b")
    assert values(text) == [[1, 2]]
    assert values(b"\xef\xbb\xbf1,2\n") == [[1, 2]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
def test_lines_may_end_in_any_way_and_the_last_in_none(end: str, last: bool) -> None:
    text = end.join(["a,b", "1,2", "3,4"]) + (end if last else "")
    assert source(text).columns == ("a", "b")
    assert values(text) == [[1, 2], [3, 4]]


def test_blank_lines_are_skipped_wherever_they_stand() -> None:
    assert values("\n\na,b\n\n1,2\n  \n\n3,4\n\n") == [[1, 2], [3, 4]]
    assert values("\r\na,b\r\n\r\n1,2\r\n") == [[1, 2]]


def test_names_may_hold_newlines_quotes_and_commas() -> None:
    text = '"a\nb","c""d","e,f", g \n1,2,3,4\n'
    assert source(text).columns == ("a\nb", 'c"d', "e,f", "g")
    assert values(text) == [[1, 2, 3, 4]]


def test_quoted_cells_may_span_lines() -> None:
    found = rows('id,x\n"one\ntwo",1\n"three ""3""",2\n', RowOptions(id=("id",)))
    assert found.ids["id"].to_pylist() == ["one\ntwo", 'three "3"']
    assert found.values.tolist() == [[1], [2]]


def test_quoted_numbers_are_numbers() -> None:
    assert values('a,b\n"1","2.5"\n') == [[1, 2.5]]


def test_a_quote_inside_a_bare_cell_is_just_a_letter() -> None:
    found = rows('x,size\n1,5" pipe\n2,6"\n3,"a ""b"""\n', RowOptions(id=("size",)))
    assert found.ids["size"].to_pylist() == ['5" pipe', '6"', 'a "b"']


@pytest.mark.parametrize(
    "word", ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?", " NA", " ", "  ?  "]
)
def test_every_word_for_nothing_is_missing(word: str) -> None:
    np.testing.assert_array_equal(rows(f"a,b\n{word},1\n2,3\n").values, [[NAN, 1], [2, 3]])


def test_words_for_nothing_stay_text_in_an_id() -> None:
    found = rows("id,x\nNA,1\nnull,2\n007,3\n1.0,4\n,5\n", RowOptions(id=("id",)))
    assert found.ids["id"].to_pylist() == ["NA", "null", "007", "1.0", None]


@pytest.mark.parametrize("cell", ["true", "True", "FALSE", "false"])
def test_truth_values_are_one_and_nought_where_the_detector_knows_numbers(cell: str) -> None:
    found = read_rows(source(f"a,b\n{cell},7\n1,8\n"), RowOptions(), known("a", "b"))
    assert found.values.tolist() == [[float(cell.lower() == "true"), 7], [1, 8]]
    assert not found.unusable


def test_infinities_are_numbers_here() -> None:
    assert values("a,b\ninf,-Infinity\n1e999,-1e999\n") == [[np.inf, -np.inf]] * 2


@pytest.mark.parametrize("cell", ["0x10", "1_000", "1 2", "1e", "--1", "1,5", "٣", "12abc"])
def test_what_only_looks_like_a_number_is_marked_and_the_other_rows_are_scored(cell: str) -> None:
    found = read_rows(source(f'a;b\n1;2\n"{cell}";3\n4;5\n'), RowOptions(), known("a", "b"))
    np.testing.assert_array_equal(found.values, [[1, 2], [NAN, 3], [4, 5]])
    assert found.unusable == {1: f"column 'a': {cell!r} is not a number"}


def test_one_bad_cell_spoils_its_row_alone_also_in_a_later_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("isthmus.read.records.BLOCK", 64)
    lines = [f"{number},{number / 7!r}" for number in range(500)]
    lines[321] = "oops,1"
    parts = list(stream_rows(source("a,b\n" + "\n".join(lines)), RowOptions(), known("a", "b")))
    assert len(parts) > 50
    bad = {part.first + row: why for part in parts for row, why in part.unusable.items()}
    assert bad == {321: "column 'a': 'oops' is not a number"}
    joined = np.concatenate([part.values for part in parts])
    expected = np.array([[number, number / 7] for number in range(500)])
    expected[321] = [NAN, 1]
    np.testing.assert_array_equal(joined, expected)


def test_a_column_may_change_its_looks_from_block_to_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("isthmus.read.records.BLOCK", 16)
    cells = ["1"] * 20 + ["2.5"] * 20 + [""] * 20 + ["9007199254740993"] * 20
    found = rows("a,b\n" + "".join(f"{cell},0\n" for cell in cells)).values[:, 0]
    np.testing.assert_array_equal(found, [float(cell or "nan") for cell in cells])


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a,b\n1,2\n\n3\n4,5\n", "line 4 has 1 cell, 2 were expected"),
        ("a,b\n1,2\n3,4,5\n", "line 3 has 3 cells, 2 were expected"),
        ('a,b\n"x\ny",2\n3,4,5\n', "line 4 has 3 cells, 2 were expected"),
        ("a,b\r\n1,2\r\n3,4,5\r\n", "line 3 has 3 cells, 2 were expected"),
        ("\n\n1,2\n1,2\n3,4,5\n", "line 5 has 3 cells, 2 were expected"),
    ],
)
def test_a_ragged_line_is_named_with_what_came_and_what_was_expected(
    text: str, problem: str
) -> None:
    with pytest.raises(UnreadableDataError, match=f"file object: {problem}\n.*--delimiter"):
        rows(text, RowOptions(id=(0,)))


def test_many_ragged_lines_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnreadableDataError) as caught:
        rows("a,b\n" + "1,2\n" * 10 + "1\n" * 5)
    assert caught.value.problems == (
        "file object: line 12 has 1 cell, 2 were expected",
        "file object: line 13 has 1 cell, 2 were expected",
        "file object: line 14 has 1 cell, 2 were expected",
        "file object: 2 more lines there have that fault",
    )


def test_lines_are_counted_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.read.records.BLOCK", 32)
    with pytest.raises(UnreadableDataError, match="line 402 has 3 cells"):
        rows("a,b\n" + "1,2\n" * 400 + "1,2,3\n" + "1,2\n" * 10)


@pytest.mark.parametrize("text", ["", "\n\n", "  \n", "\ufeff", "\ufeff\r\n"])
def test_an_empty_file_is_refused(text: str) -> None:
    with pytest.raises(UnreadableDataError, match="file object: is empty"):
        source(text)


@pytest.mark.parametrize("text", ["a,b\n", "a,b", "\n a,b \n\n"])
def test_a_header_without_rows_is_refused_when_rows_are_needed(text: str) -> None:
    assert source(text).columns == ("a", "b")
    assert list(stream_rows(source(text), RowOptions(), known("a", "b"))) == []
    with pytest.raises(DataError, match="file object: has columns but no rows"):
        rows(text)


def test_bytes_that_are_not_utf8_are_named_with_line_and_offset() -> None:
    with pytest.raises(
        UnreadableDataError, match=r"line 3, byte offset 10: the byte 0xe9.*\n.*iconv"
    ):
        rows(b"a,b\n1,2\n3,\xe9\n")


def test_bytes_that_are_not_utf8_are_found_in_later_blocks_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("isthmus.read.records.BLOCK", 64)
    monkeypatch.setattr("isthmus.read.csv.HEAD", 16)
    text = b"\xef\xbb\xbfa,b\n" + b"1,2\n" * 100 + b"3,\xff\n"
    with pytest.raises(UnreadableDataError, match=f"line 102, byte offset {text.index(0xFF)}"):
        rows(text)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_refused_with_what_to_do(encoding: str) -> None:
    with pytest.raises(UnreadableDataError, match="UTF-16"):
        source("a,b\n1,2\n".encode(encoding))


def test_a_nul_byte_is_refused_where_it_stands() -> None:
    with pytest.raises(UnreadableDataError, match="line 2, byte offset 6: a NUL byte"):
        rows(b"a,b\n1,\x002\n")


@pytest.mark.parametrize("text", ['a,b\n1,2\n"3,4\n5,6\n', 'a,b\n1,2\n3,"4\n5,6'])
def test_a_quote_that_is_never_closed_is_named_by_its_line(text: str) -> None:
    with pytest.raises(UnreadableDataError, match=r"line 3: a quote .* is opened and never closed"):
        rows(text)


def test_a_quote_that_is_never_closed_does_not_swallow_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("isthmus.read.records.LONGEST", 1 << 16)
    monkeypatch.setattr("isthmus.read.records.BLOCK", 1 << 12)
    with pytest.raises(UnreadableDataError, match=r"line 2: more than .* without the end"):
        rows('a,b\n"1,2\n' + "3,4\n" * 100_000)


def test_one_very_long_line_is_read() -> None:
    assert values("1" * 300 + "." + "0" * 3_000_000 + ",2\n") == [[float("1" * 300), 2]]


def test_one_column_is_read() -> None:
    assert values("x\n1\n\n2\n") == [[1], [2]]


def test_ten_thousand_columns_are_read() -> None:
    names = ",".join(f"n{place}" for place in range(10_000))
    found = rows(names + "\n" + (",".join(["1.5"] * 10_000) + "\n") * 3)
    assert found.values.shape == (3, 10_000)
    assert (found.values == 1.5).all()


def test_a_million_columns_are_refused() -> None:
    with pytest.raises(UnreadableDataError, match="has 1000000 cells, at most"):
        source("1," * 999_999 + "1\n")


def test_names_that_stand_twice_are_refused_all_at_once() -> None:
    with pytest.raises(SchemaError) as caught:
        rows("a,b,a,b,b\n1,2,3,4,5\n")
    assert caught.value.problems == (
        "file object: column 'a' stands 2 times",
        "file object: column 'b' stands 3 times",
    )


def test_empty_cells_at_the_edges_of_a_line_of_tabs_are_missing_cells() -> None:
    np.testing.assert_array_equal(
        rows("\ta\tb\n\t1\t\n\t\t\n7\t\t3\n").values, [[NAN, 1, NAN], [NAN] * 3, [7, NAN, 3]]
    )


def test_blanks_part_cells_as_in_ucr_files() -> None:
    text = "  1.0000000e+00  -1.1252183e-01\t-2.8272038e+00  \r\n   2 3   4\n\n"
    assert values(text) == [[1, -0.11252183, -2.8272038], [2, 3, 4]]


def test_quoted_cells_keep_their_blanks_where_blanks_part_cells() -> None:
    found = rows('id   x\n"a  b\n c"  1\n  d 2\n', RowOptions(id=("id",)))
    assert found.ids["id"].to_pylist() == ["a  b\n c", "d"]
    assert found.values.tolist() == [[1], [2]]


def test_gz_is_known_by_its_bytes_and_not_by_its_name() -> None:
    packed = gzip.compress(b"a,b\n1,2\n") + gzip.compress(b"3,4\n")
    assert values(packed) == [[1, 2], [3, 4]]


@pytest.mark.parametrize("damage", [slice(None, -9), slice(None, 12)])
def test_a_damaged_gz_is_refused(damage: slice) -> None:
    with pytest.raises(UnreadableDataError, match="gz file is damaged or cut off"):
        rows(gzip.compress(b"a,b\n" + b"1,2\n" * 100)[damage])


def test_memory_stays_constant_while_a_long_file_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc

    import pyarrow as pa

    monkeypatch.setattr("isthmus.read.records.BLOCK", 1 << 18)
    line = ",".join(["0.123456789"] * 20).encode() + b"\n"
    packed = io.BytesIO(
        gzip.compress(b"x" + b",x".join(b"%d" % i for i in range(20)) + b"\n" + line * 100_000, 1)
    )
    arrow = pa.default_memory_pool()
    before, highest, count = arrow.bytes_allocated(), 0, 0
    tracemalloc.start()
    schema = known(*(f"x{place}" for place in range(20)))
    for part in stream_rows(open_source(packed, ReadOptions(format="csv")), RowOptions(), schema):
        count += len(part.values)
        highest = max(highest, arrow.bytes_allocated() - before)
    _, python = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 100_000  # 24 MB of text, 16 MB of numbers
    assert highest + python < 6_000_000
