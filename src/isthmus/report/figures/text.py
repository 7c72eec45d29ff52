"""The one way for a user's words into a figure."""

from __future__ import annotations

REPLACEMENT = "\N{WHITE SQUARE}"  # the usual replacement character is not in the font


def clean(text: str, most: int = 60) -> str:
    """Make a title or name safe to draw: one line, printable, of bounded length, never empty.

    Control characters end the process that draws, direction overrides turn neighbouring text
    around, and a very long name pushes the figure off the page.
    """
    line = printable(" ".join(text.split()))
    if len(line) > most:
        line = line[: most - 1].rstrip() + "…"
    return line or "(empty)"


def printable(text: str) -> str:
    """Replace every character that has no shape: controls, surrogates, direction overrides."""
    return "".join(letter if letter.isprintable() else REPLACEMENT for letter in text)


def number(value: float) -> str:
    """A figure in a title, to four digits: `3.142`, `0.0005`, `1.2e+09`."""
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")
