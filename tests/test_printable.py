"""A user's words become one short printable line, whatever they were."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.printable import clean, printable

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)


@given(ANY_TEXT, st.integers(5, 80))
def test_clean_text_is_printable_short_and_not_empty(text: str, most: int) -> None:
    cleaned = clean(text, most)
    assert cleaned.isprintable()
    assert cleaned == cleaned.strip() != ""
    assert len(cleaned) <= max(most, len("(empty)"))


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANY_TEXT)
def test_printable_text_keeps_its_length_and_its_printable_letters(text: str) -> None:
    for before, after in zip(text, printable(text), strict=True):
        assert after == (before if before.isprintable() else "□")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Air temperature [K]", "Air temperature [K]"),
        ("two\nlines\tand\u2028more", "two lines and more"),
        ("nul\x00", "nul□"),
        ("\u202egnp.exe", "□gnp.exe"),
        ("lone \ud800 surrogate", "lone □ surrogate"),
        ("", "(empty)"),
        (" \n ", "(empty)"),
        ("x" * 61, "x" * 59 + "…"),
        ("x" * 60, "x" * 60),
        ("Größe 漢字", "Größe 漢字"),
    ],
)
def test_examples(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned
