"""Explanations in a terminal: the sentence and a table in colour; elsewhere they are plain text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from isthmus.scoring.explain import Explanation
from isthmus.scoring.explain.table import LEFT, facts_of, table_of
from isthmus.scoring.explain.words import HEADINGS

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from isthmus.scoring.explain import Entry

STYLES = {"cell": "bold", "observed": "bold", "share": "cyan"}


def terminal() -> Console | None:
    """Standard output where somebody looks at it."""
    if not sys.stdout.isatty():
        return None
    from rich.console import Console

    return Console(highlight=False)


def show(entry: Entry, console: Console) -> None:
    """Print an entry; names and values of the data are never read as markup."""
    from rich.padding import Padding
    from rich.text import Text

    console.print(Text(entry.sentence, style=_style(entry)))
    if facts := facts_of(entry):
        console.print(Padding(Text(facts, style="dim"), (0, 2)))
    if isinstance(entry, Explanation):
        console.print(Padding(_table(entry), (0, 1)))
    console.print()


def _style(entry: Entry) -> str:
    if not isinstance(entry, Explanation):
        return "yellow"
    return "bold red" if entry.is_anomaly else "bold"


def _table(entry: Explanation) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    columns, lines = table_of(entry)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for name in columns:
        table.add_column(
            HEADINGS[name],
            justify="left" if name in LEFT else "right",
            style=STYLES.get(name),
            overflow="fold",
        )
    for line in lines:
        table.add_row(*(Text(line[name]) for name in columns))
    return table
