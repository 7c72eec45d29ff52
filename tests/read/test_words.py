"""What a text means, against Python's own reading of it."""

from __future__ import annotations

import math
import struct

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from isthmus.read.words import MISSING, TRUTHS, numbers_of


def same(a: float | None, b: float) -> bool:
    return a is not None and struct.pack("<d", a) == struct.pack("<d", b)


@settings(deadline=None, max_examples=300)
@given(st.floats(allow_nan=False))
@example(5e-324)
@example(-0.0)
def test_numbers_are_read_as_float_reads_them(number: float) -> None:
    texts = [repr(number), f"{number:.17e}", f"{number:.20g}", f" {number!r}\t", f"+{number!r}"]
    texts = [text.replace("+-", "-") for text in texts]
    numbers, bad = numbers_of(pa.array(texts))
    assert not any(bad.to_pylist())
    assert all(
        same(cell, float(text)) for cell, text in zip(numbers.to_pylist(), texts, strict=True)
    )


@settings(deadline=None, max_examples=300)
@given(st.text(alphabet="0123456789.eE+-infa_x ,", max_size=8))
def test_what_is_read_as_a_number_is_one_for_float_too(text: str) -> None:
    numbers, bad = numbers_of(pa.array([text], pa.string()))
    cell = numbers[0].as_py()
    if cell is not None and not math.isnan(cell):
        assert same(cell, float(text))
    if bad[0].as_py() and "_" not in text:
        with pytest.raises(ValueError, match="could not convert"):
            float(text)


def test_every_word_for_nothing_is_missing_and_not_bad() -> None:
    words = [*MISSING, *(f" {word} " for word in MISSING), None]
    numbers, bad = numbers_of(pa.array(words, pa.string()))
    assert set(numbers.to_pylist()) == {None}
    assert not any(bad.to_pylist())


def test_truth_values_are_numbers_in_any_case() -> None:
    words = ["true", "True", "TRUE", "false", "False"]
    numbers, bad = numbers_of(pa.array(words))
    assert numbers.to_pylist() == [1, 1, 1, 0, 0]
    assert not any(bad.to_pylist())
    assert set(TRUTHS) == {"true", "false"}


def test_truth_values_are_no_numbers_where_nothing_is_known_of_the_column() -> None:
    numbers, bad = numbers_of(pa.array(["true", " False", "1", None, "NA"]), truths=False)
    assert numbers.to_pylist() == [None, None, 1, None, None]
    assert bad.to_pylist() == [True, True, False, False, False]


@pytest.mark.parametrize(
    "text", ["abc", "1,5", "1_0", "0x1", "1e", "e5", ".", "-", "1 2", "٣", "+-1"]
)
def test_anything_else_is_bad(text: str) -> None:
    numbers, bad = numbers_of(pa.array(["1", text, "2"]))
    assert numbers.to_pylist() == [1, None, 2]
    assert bad.to_pylist() == [False, True, False]


def test_infinity_and_nan_are_read_in_any_case() -> None:
    numbers, bad = numbers_of(pa.array(["inf", "-Infinity", "+INF", "-nan", "NAN"]))
    assert not any(bad.to_pylist())
    assert numbers.to_pylist()[:3] == [math.inf, -math.inf, math.inf]
    assert all(math.isnan(cell) for cell in numbers.to_pylist()[3:])


def test_with_decimal_commas_the_point_is_no_mark() -> None:
    numbers, bad = numbers_of(pa.array(["1,5", "-,25e1", "1.5", "1,2,3", "7", "NA"]), ",")
    assert numbers.to_pylist() == [1.5, -2.5, None, None, 7, None]
    assert bad.to_pylist() == [False, False, True, True, False, False]
