"""Numbers in a figure are short."""

from __future__ import annotations

import pytest

from isthmus.report.figures.text import number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.14159, "3.142"),
        (-0.5, "\u22120.5"),
        (0.00042, "0.00042"),
        (1.0, "1"),
        (12345.6, "1.235e+04"),
    ],
)
def test_numbers_have_four_digits_and_a_true_minus(value: float, text: str) -> None:
    assert number(value) == text
