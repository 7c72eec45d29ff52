"""Words and numbers in a figure."""

from __future__ import annotations

from isthmus.printable import clean, printable

__all__ = ["clean", "number", "printable"]


def number(value: float) -> str:
    """A figure in a title, to four digits: `3.142`, `0.0005`, `1.2e+09`."""
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")
