"""Numbers have as many digits as tell observed from expected, and no more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.scoring.explain.amounts import (
    amount,
    chance,
    decimals_apart,
    percent,
    spread,
    times,
)

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@pytest.mark.parametrize(
    ("observed", "expected", "shown"),
    [
        (81.2, 74.9, ("81.2", "74.9")),
        (81.23456, 74.9, ("81.2", "74.9")),
        (3.0, 2.4, ("3", "2.4")),
        (138.0, 75.3, ("138", "75")),
        (1720000000.0, 1719990000.4, ("1720000000", "1719990000")),
        (1720000000.25, 1720000000.0, ("1720000000.25", "1720000000")),
        (0.063, 0.0, ("0.063", "0")),
        (0.000123, 0.0004, ("0.00012", "0.0004")),
        (-0.0001, 5.0, ("0", "5")),
        (1.0, 1.0000001, ("1", "1.0000001")),
        (5.0, 5.0, ("5", "5")),
        (0.0, 0.0, ("0", "0")),
        (1e300, 2.0, ("1e+300", "2")),
        (-1.7e308, 1.7e308, ("-1.7e+308", "1.7e+308")),
        (9007199254740993.0, 9007199254740000.0, ("9007199254740992", "9007199254740000")),
        (1e-300, 2e-300, ("1e-300", "2e-300")),
    ],
)
def test_examples(observed, expected, shown):
    decimals = decimals_apart(observed, (expected,))
    assert (amount(observed, decimals), amount(expected, decimals)) == shown


@given(NUMBERS, NUMBERS)
def test_two_different_numbers_never_look_alike(one, other):
    decimals = decimals_apart(one, (other,))
    shown = amount(one, decimals), amount(other, decimals)
    assert (shown[0] == shown[1]) == (one == other)


@given(NUMBERS, NUMBERS)
def test_what_is_shown_is_near_the_number(one, other):
    decimals = decimals_apart(one, (other,))
    gap = abs(one - other)
    if one != other and gap < 1e300:
        assert abs(float(amount(one, decimals)) - one) <= 0.06 * gap + abs(one) * 1e-15


@given(st.integers(-(10**15), 10**15), NUMBERS)
def test_a_whole_number_stays_whole_unless_it_is_huge(whole, other):
    text = amount(float(whole), decimals_apart(float(whole), (other,)))
    assert "." not in text or "e" in text


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_percentage_never_says_none_or_all_of_something_else(part, whole):
    text = percent(min(part, whole) / whole)
    assert (text == "0 %") == (part == 0)
    assert (text == "100 %") == (part >= whole)


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        (spread(1.13), "1.1"),
        (spread(0.0341), "0.034"),
        (spread(1234.5), "1234"),
        (spread(0.0), "0"),
        (percent(0.62), "62 %"),
        (percent(0.001), "<1 %"),
        (percent(0.999), ">99 %"),
        (times(3.44), "3.4"),
        (times(33.3), "33"),
        (times(2e6), "2e+06"),
        (times(float("inf")), "beyond measure"),
        (chance(0.00421), "0.0042"),
    ],
)
def test_other_figures(shown, text):
    assert shown == text


@pytest.mark.parametrize(
    ("observed", "expected", "deviation", "shown"),
    [
        (-3.612, 0.0421, 0.096, ("-3.61", "0.04")),
        (75.4, 67.23, 1.7, ("75.4", "67.2")),
        (2861.0, 2456.4, 33.0, ("2861", "2456")),
        (1.0, 0.5731, 0.0006, ("1", "0.573")),
        (1.0, 0.5731, None, ("1", "0.57")),
        (1.0, 0.5731, 0.0, ("1", "0.57")),
    ],
)
def test_what_usually_varies_little_has_a_digit_more(observed, expected, deviation, shown):
    decimals = decimals_apart(observed, (expected,), deviation)
    assert (amount(observed, decimals), amount(expected, decimals)) == shown
