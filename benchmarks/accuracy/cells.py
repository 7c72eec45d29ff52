"""Figures as the cells of a table in Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table with a head."""
    ruled = [list(head), ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in ruled)


def percent(share: float, *, digits: int = 0) -> str:
    """A share, such as 5 %."""
    return f"{100 * share:.{digits}f} %"


def three(figure: float | None) -> str:
    """A figure between 0 and 1, or a dash for none."""
    return "-" if figure is None else f"{figure:.3f}"


def bold(cell: str, best: str) -> str:
    """The best of its column stands out."""
    return f"**{cell}**" if cell == best != "-" else cell


def p_value(figure: float) -> str:
    """A p-value; very small ones as a bound."""
    return "< 0.001" if figure < 0.001 else f"{figure:.3f}"


def short(seconds: float) -> str:
    """Seconds, to about three digits."""
    return f"{seconds:.3f}" if seconds < 1 else f"{seconds:.1f}"


def two_digits(figure: float) -> str:
    """A large figure, which is known no better than so."""
    return f"{float(f'{figure:.2g}'):,.0f}"
