"""A schema to read: what `isthmus fit --dry-run` and `isthmus inspect` say of columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest

from isthmus.printable import clean
from isthmus.read.counting import counted
from isthmus.schema import Column, Schema

_MOST_LEVELS = 4
_LONGEST_NAME = 40


def schema_table(schema: Schema, decisions: Sequence[str], notes: Mapping[str, str]) -> list[str]:
    """Lines with one column of the rows each, then what was set aside and decided.

    Parameters
    ----------
    schema : Schema
        What would be used.
    decisions : sequence of str
        Of the rows as a whole.
    notes : mapping of str to str
        A word or two about columns that may be a mistake.
    """
    header = ("column", "kind", "values", "missing", "note")
    rows = [_row(column, notes.get(column.name, "")) for column in schema.columns]
    aside = set_aside(schema)
    return [*_laid_out([header, *rows]), *(["", *aside] if aside else []), "", *decisions]


def size_of(schema: Schema) -> str:
    """What a row is, in a few words: table of 7 columns, image of 28 x 28, grey."""
    if schema.image is not None:
        form = schema.image
        return f"image of {form.height} x {form.width}, {', '.join(schema.names)}"
    return f"{schema.kind} of {counted(len(schema.columns), 'column')}"


def about(column: Column) -> str:
    """One line about a column: its range or its levels, and what is missing."""
    said = [_values(column), f"{_missing(column)} missing" if column.missing else ""]
    return f"{clean(column.name, _LONGEST_NAME)}: {', '.join(filter(None, said))}"


def set_aside(schema: Schema) -> list[str]:
    """A line for each column that is no feature."""
    return [f"set aside: {clean(name)} ({why})" for name, why in schema.set_aside.items()]


def _row(column: Column, note: str) -> tuple[str, ...]:
    name = clean(column.name, _LONGEST_NAME)
    return name, column.kind, _values(column), _missing(column), note


def _missing(column: Column) -> str:
    return f"{100 * column.missing:.3g} %" if column.missing else ""


def _values(column: Column) -> str:
    if column.missing == 1:
        return ""
    if column.kind == "numeric":
        return f"{_plain(column.minimum)} to {_plain(column.maximum)}"
    pairs = sorted(zip(column.levels, column.counts, strict=True), key=lambda pair: -pair[1])
    shown = ", ".join(f"{clean(level, 20)} {count}" for level, count in pairs[:_MOST_LEVELS])
    more = len(pairs) - _MOST_LEVELS
    return shown + (f", and {more} more" if more > 0 else "")


def _plain(number: float) -> str:
    """A number as people write it: whole ones whole, others with six digits."""
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return f"{number:.6g}"


def _laid_out(rows: Iterable[Sequence[str]]) -> list[str]:
    rows = list(rows)
    widths = [max(map(len, cells)) for cells in zip_longest(*rows, fillvalue="")]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
