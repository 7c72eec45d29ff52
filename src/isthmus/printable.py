"""The one way for a user's words into text that is shown: names, titles, values."""

from __future__ import annotations

REPLACEMENT = "\N{WHITE SQUARE}"  # the usual replacement character is not in the figures' font


def clean(text: str, most: int = 60) -> str:
    """Make a title, name or value safe to show: one line, printable, of bounded length, not empty.

    Control characters end the process that draws or take over a terminal, direction overrides turn
    neighbouring text around, and a very long name pushes everything else off the page.
    """
    line = printable(" ".join(text.split()))
    if len(line) > most:
        line = line[: most - 1].rstrip() + "…"
    return line or "(empty)"


def printable(text: str) -> str:
    """Replace every character that has no shape: controls, surrogates, direction overrides."""
    return "".join(letter if letter.isprintable() else REPLACEMENT for letter in text)
