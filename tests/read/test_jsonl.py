"""JSON lines, tidy and not."""

from __future__ import annotations

import io

import numpy as np
import pytest

from isthmus.errors import SchemaError, UnreadableDataError
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import Rows, Source, open_source, read_rows, stream_rows
from isthmus.schema import Column, Schema

NAN = np.nan
BOTH = Schema(
    kind="table", columns=tuple(Column(name=name, minimum=0, maximum=1) for name in ("a", "b"))
)


def source(text: str | bytes) -> Source:
    data = text.encode() if isinstance(text, str) else text
    return open_source(io.BytesIO(data), ReadOptions(format="jsonl"))


def rows(text: str | bytes, options: RowOptions | None = None) -> Rows:
    return read_rows(source(text), options or RowOptions())


def test_keys_are_columns_in_the_order_in_which_they_first_come() -> None:
    found = rows('{"b": 1}\n{"a": 2, "b": 3}\n\n{"c": 4}\n')
    assert found.names == ("b", "a", "c")
    np.testing.assert_array_equal(found.values, [[1, NAN, NAN], [3, 2, NAN], [NAN, NAN, 4]])


def test_the_last_line_needs_no_end_and_a_byte_order_mark_is_skipped() -> None:
    assert rows(b'\xef\xbb\xbf{"a": 1}\r\n{"a": 2}').values.tolist() == [[1], [2]]


def test_null_and_nan_are_missing_and_infinity_is_a_number() -> None:
    text = '{"a": null}\n{"a": NaN}\n{"a": Infinity}\n{"a": -Infinity}\n{"a": 1e400}\n'
    np.testing.assert_array_equal(rows(text).values, [[NAN], [NAN], [np.inf], [-np.inf], [np.inf]])


def test_truth_values_and_numbers_of_any_size_are_numbers_for_a_detector() -> None:
    text = '{"a": true}\n{"a": 1}\n{"a": 123456789012345678901234567890}\n{"a": 0.5}\n'
    schema = BOTH.model_copy(update={"columns": BOTH.columns[:1]})
    found = read_rows(source(text), RowOptions(), schema).values
    assert found.tolist() == [[1], [1], [123456789012345678901234567890.0], [0.5]]
    with pytest.raises(SchemaError, match="'true' in row 0 is not a number, 3 of 4 cells are"):
        rows(text)


def test_a_text_where_a_number_belongs_spoils_its_row_alone() -> None:
    text = '{"a": 1, "b": 2}\n{"a": "x", "b": 3}\n{"a": "4.5", "b": 5}\n'
    found = read_rows(source(text), RowOptions(), BOTH)
    np.testing.assert_array_equal(found.values, [[1, 2], [NAN, 3], [4.5, 5]])
    assert found.unusable == {1: "column 'a': 'x' is not a number"}


def test_types_may_differ_from_block_to_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.read.records.BLOCK", 64)
    text = (
        '{"a": 1}\n' * 20
        + '{"a": "x"}\n'
        + '{"a": 2.5}\n' * 20
        + '{"a": null}\n' * 20
        + "{}\n" * 20
    )
    schema = BOTH.model_copy(update={"columns": BOTH.columns[:1]})
    found = read_rows(source(text), RowOptions(), schema)
    np.testing.assert_array_equal(found.values[:, 0], [1] * 20 + [NAN] + [2.5] * 20 + [NAN] * 40)
    assert found.unusable == {20: "column 'a': 'x' is not a number"}


def test_a_key_that_comes_too_late_is_refused_and_not_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("isthmus.read.jsonl.BLOCK", 64)
    monkeypatch.setattr("isthmus.read.records.BLOCK", 64)
    with pytest.raises(UnreadableDataError, match=r"from line \d+ on there is a key 'late'"):
        rows('{"a": 1}\n' * 50 + '{"a": 1, "late": 2}\n')


def test_texts_that_look_like_dates_stay_texts() -> None:
    found = rows('{"when": "2020-01-01", "a": 1}\n', RowOptions(id=("when",)))
    assert found.ids["when"].to_pylist() == ["2020-01-01"]


def test_lists_and_objects_are_not_learnt_from() -> None:
    with pytest.raises(SchemaError, match=r"column 'a' holds lists or structures(.|\n)*column 'b'"):
        rows('{"a": [1], "b": {"c": 1}}\n')


@pytest.mark.parametrize("beside", ["", '{"a": 3, "b": 4}\n', '{"a": "x", "b": 4}\n'])
def test_lists_and_objects_spoil_their_row_alone_whatever_stands_beside_it(beside: str) -> None:
    found = read_rows(source('{"a": [1], "b": {"c": 1}}\n' + beside), RowOptions(), BOTH)
    assert "column 'a': " in found.unusable[0]
    assert "column 'b': " in found.unusable[0]
    assert 1 not in found.unusable or "'x'" in found.unusable[1]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a": 1}\n{"a": }\n', "line 2, place 6: not JSON"),
        ('{"a": 1}\n\n{"a": 1\n', "line 3, place 7: not JSON"),
        ("[1, 2]\n", r"line 1: one JSON object was expected, got '\[1, 2\]'"),
        ("5\n", "line 1: one JSON object was expected, got '5'"),
        ('{"a": 1, "a": 2}\n', "line 1: a key stands twice"),
        ("", "is empty"),
        ("\n \n", "is empty"),
    ],
)
def test_what_is_not_json_lines_is_refused_by_line(text: str, problem: str | None) -> None:
    if problem is None:
        with pytest.raises(UnreadableDataError, match="0xe9 is not UTF-8"):
            rows(text.encode("latin-1"))
        return
    with pytest.raises(UnreadableDataError, match=f"^file object: {problem}"):
        rows(text)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ("[", "")])
def test_values_nested_without_end_are_refused_and_crash_nothing(
    opening: str, closing: str
) -> None:
    with pytest.raises(UnreadableDataError, match="line 1"):
        rows('{"a": ' + opening * 200_000 + "1" + closing * 200_000 + "}\n")


def test_brackets_in_texts_are_no_nesting() -> None:
    found = rows('{"a": 1, "t": "' + "[" * 500 + '"}\n', RowOptions(id=("t",)))
    assert found.ids["t"].to_pylist() == ["[" * 500]


def test_blocks_of_lines_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isthmus.read.records.BLOCK", 256)
    schema = BOTH.model_copy(update={"columns": BOTH.columns[:1]})
    parts = list(stream_rows(source('{"a": 1}\n' * 1000), RowOptions(), schema))
    assert len(parts) > 30
    assert sum(len(part.values) for part in parts) == 1000
