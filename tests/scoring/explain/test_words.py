"""Every sentence word for word."""

from __future__ import annotations

import numpy as np
import pytest
from made import category, number, rows_of, scorer, usual

SERVICE = category("service", "http", "ftp", "gopher", counts=(90, 9, 1))
TEMPERATURE = number("temperature")
OTHERS = [number(f"other{place}") for place in range(4)]


def sentence(column, expected, value, *, text=None, cells=None, threshold="fixed:0"):
    """What is said of a row whose other cells are almost as expected."""
    columns = [column, *OTHERS]
    detector = scorer(columns, [expected, *[0.0] * 4], cells=cells)
    texts = {column.name: [text]} if column.kind == "category" else {}
    rows = rows_of(columns, [[value, 1.0, 0.0, 0.0, 0.0]], **texts)
    return said(detector, rows, threshold)


def said(detector, rows, threshold="fixed:0", top=3):
    from isthmus.scoring.explain.explainer import Explainer

    scores = detector.scored(rows, detector.decide(None, threshold))
    (entry,) = Explainer.of(detector, top).entries(rows, scores, {0})
    return entry.sentence


@pytest.mark.parametrize(
    ("column", "expected", "value", "text"),
    [
        (TEMPERATURE, 74.9, 69.7,
         "`temperature` is 69.7 where about 74.9 (+- 1.1) was expected (96 % of the error)"),
        (TEMPERATURE, 74.9, 81.2,
         "`temperature` is 81.2, above anything in training (max 80.1), where about 74.9 (+- 1.1) "
         "was expected (98 % of the error)"),
        (TEMPERATURE, 74.9, 80.12,
         "`temperature` is 80.12, above anything in training (max 80.1), where about 74.9 (+- 1.1) "
         "was expected (96 % of the error)"),
        (TEMPERATURE, 4.5, -1,
         "`temperature` is -1, below anything in training (min 0), where about 4.5 (+- 1.1) was "
         "expected (97 % of the error)"),
        (number("pump", minimum=2, maximum=2), 2, 5,
         "`pump` is 5, in training always 2 (90 % of the error)"),
        (number("pump", minimum=2, maximum=2, missing=0.1), 2, 5,
         "`pump` is 5, in training always 2 or missing (90 % of the error)"),
        (number("age"), 40, np.nan,
         "`age` is missing, which it never was in training (83 % of the error)"),
        (number("age", missing=0.034), 40, np.nan,
         "`age` is missing, as in 3 % of training (83 % of the error)"),
        (number("age", missing=1.0), 40, 45,
         "`age` is 45, in training always missing (96 % of the error)"),
        (number("time", minimum=1.7e9, maximum=1.8e9), 1719990000.4, 1720000000,
         "`time` is 1720000000 where about 1719990000 (+- 1.1) was expected (>99 % of the error)"),
        (number("count", minimum=0, maximum=9), 2.4, 7,
         "`count` is 7 where about 2.4 (+- 1.1) was expected (95 % of the error)"),
    ],
)  # fmt: skip
def test_a_number(column, expected, value, text):
    assert sentence(column, expected, value) == f"row 0: {text}"


@pytest.mark.parametrize(
    ("column", "expected", "value", "text", "words"),
    [
        (category("size", "s", "m", "l", "xl", "xxl"), 0, 4, "xxl",
         "`size` is 'xxl' where 's' was expected (94 % of the error)"),
        (SERVICE, -2.0, 2, "gopher",
         "`service` is 'gopher', which training had once (94 % of the error)"),
        (SERVICE, 2, -1, "xyz", "`service` is 'xyz', which training never had (90 % of the error)"),
        (SERVICE, 2, -1, None,
         "`service` is a value, which training never had (90 % of the error)"),
        (category("mode", "a"), 3, -1, "b",
         "`mode` is 'b', in training always 'a' (94 % of the error)"),
        (SERVICE, 0, np.nan, None,
         "`service` is missing, which it never was in training (83 % of the error)"),
    ],
)  # fmt: skip
def test_a_category(column, expected, value, text, words):
    assert sentence(column, expected, value, text=text) == f"row 0: {words}"


def test_a_level_that_is_most_likely_but_less_than_usual():
    cells = [usual(None, mean=0.001), *[usual()] * 4]
    words = sentence(SERVICE, 0.4, 0.0, text="http", cells=cells)
    assert words == (
        "row 0: `service` is 'http' as expected, but less surely than usual (14 % of the error)"
    )


COLUMNS = [number(name) for name in "abcde"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([5, 0, 6, 0, 0],
         "row 0: `c` is 6 where about 0 (+- 1.1) was expected (59 % of the error); also off: `a`"),
        ([1.1, 1.1, 1.2, 1.1, 1.1],
         "row 0: many cells are a little off, first of all `c`, which is 1.2 where about 0 "
         "(+- 1.1) was expected (23 % of the error)"),
        ([0.1, 0.1, 0.3, 0.1, 0.1],
         "row 0: no cell is off more than usual, first comes `c`, which is 0.3 where about 0 "
         "(+- 1.1) was expected (69 % of the error)"),
    ],
)  # fmt: skip
def test_how_clear_a_case_is(values, words):
    assert said(scorer(COLUMNS, [0.0] * 5), rows_of(COLUMNS, [values])) == words


def test_a_row_that_is_no_alarm_says_so():
    words = said(scorer(COLUMNS, [0.0] * 5), rows_of(COLUMNS, [[0, 3, 0, 0, 0]]), "fixed:50")
    assert words == (
        "row 0: no alarm; furthest off: `b`, which is 3 where about 0 (+- 1.1) was expected "
        "(100 % of the error)"
    )


def test_a_row_without_any_error():
    words = said(scorer(COLUMNS, [0.0] * 5), rows_of(COLUMNS, [[0] * 5]))
    assert words == "row 0: every cell is exactly as expected"


def test_a_row_without_a_score():
    words = said(scorer(COLUMNS, [0.0] * 5), rows_of(COLUMNS, [[0, np.inf, 0, 0, 0]]))
    assert words == "row 0: could not be scored: column 'b' is infinite"


SAMPLES = [number(f"t{place}", minimum=-9, maximum=9) for place in range(20)]


@pytest.mark.parametrize(
    ("off", "words"),
    [
        ({5: 3, 6: 4, 7: 3.5},
         "samples 5 to 7 are above what was expected (100 % of the error), most of all sample 6, "
         "which is 4 where about 0 (+- 1.1) was expected"),
        ({5: -3, 6: -4, 7: -3.5},
         "samples 5 to 7 are below what was expected (100 % of the error), most of all sample 6, "
         "which is -4 where about 0 (+- 1.1) was expected"),
        ({5: -3, 6: 4, 7: -3.5},
         "samples 5 to 7 are off, above and below (100 % of the error), most of all sample 6, "
         "which is 4 where about 0 (+- 1.1) was expected"),
        ({5: -3, 6: -3, 7: -3, 8: -3, 9: 3.5},
         "samples 5 to 9 are off, above and below (100 % of the error), most of all sample 9, "
         "which is 3.5 where about 0 (+- 1.1) was expected"),
        ({5: 4}, "sample 5 is 4 where about 0 (+- 1.1) was expected (100 % of the error)"),
        ({5: 12}, "sample 5 is 12, above anything in training (max 9), where about 0 (+- 1.1) was "
         "expected (100 % of the error)"),
        ({5: 4, 6: 4, 15: 3},
         "samples 5 to 6 are above what was expected (78 % of the error), most of all sample 5, "
         "which is 4 where about 0 (+- 1.1) was expected; also off: sample 15"),
        ({4: np.nan, 5: 4, 6: 4},
         "samples 4 to 6 are above what was expected (100 % of the error), most of all sample 5, "
         "which is 4 where about 0 (+- 1.1) was expected"),
        ({5: 1.2}, "many samples are a little off, first of all sample 5, which is 1.2 where about "
         "0 (+- 1.1) was expected (100 % of the error)"),
    ],
)  # fmt: skip
def test_a_signal(off, words):
    values = np.zeros(20)
    values[list(off)] = list(off.values())
    detector = scorer(SAMPLES, [0.0] * 20, kind="signal")
    assert said(detector, rows_of(SAMPLES, [values])) == f"row 0: {words}"


def test_a_sample_that_is_missing_where_none_ever_was():
    values = np.zeros(20)
    values[7] = np.nan
    words = said(scorer(SAMPLES, [0.0] * 20, kind="signal"), rows_of(SAMPLES, [values]))
    assert words == (
        "row 0: sample 7 is missing, which it never was in training (100 % of the error)"
    )


def test_an_expectation_that_is_no_number_is_left_out():
    detector = scorer([number("x")], [np.inf])
    assert said(detector, rows_of([number("x")], [[7.0]])) == "row 0: `x` is 7 (100 % of the error)"
