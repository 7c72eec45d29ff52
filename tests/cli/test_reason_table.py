"""Reasons in a terminal: the words of the plain text, in a table of rich, and nothing as markup."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from made import category, model, number, scorer
from rich.console import Console

from isthmus.cli.reason_table import show
from isthmus.scoring.explain import as_text

pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")

HOSTILE = ("[bold]t[/bold]", "[link=http://x]a", ":smile:", "[/]", "温度")
DETECTOR = scorer([number(name, missing=0.1) for name in HOSTILE], [0.0, 1.0, 2.0, 3.0, 4.0])
SIGNAL = scorer([number(f"t{n}") for n in range(6)], [0.5] * 6, kind="signal", named=False)
ROWS = [[9.0, 1, 2, 3, 30], [0.0, 1, 2, 3, 4], ["nan"] * 5]


def words(text: str) -> list[str]:
    return text.replace("─", " ").split()


def shown(entries, width: int = 200) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False, highlight=False)
    for entry in entries:
        show(entry, console)
    return console.file.getvalue()


@pytest.mark.parametrize(
    ("detector", "rows"),
    [(DETECTOR, ROWS), (SIGNAL, [[0.5] * 6, [0.5, 9, 9, 0.5, 0.5, 0.5]])],
    ids=["table", "signal"],
)
def test_a_terminal_shows_the_words_of_the_text(detector, rows):
    entries = list(detector.explain(rows, threshold="fixed:4", rows=range(len(rows))))
    assert words(shown(entries)) == words("".join(map(as_text, entries)))


def test_a_narrow_terminal_folds_and_loses_nothing():
    entries = list(DETECTOR.explain(ROWS, threshold="fixed:4"))
    wide, narrow = shown(entries), shown(entries, width=40)
    assert sorted("".join(words(narrow))) == sorted("".join(words(wide)))
    assert max(map(len, narrow.splitlines())) <= 40


def test_the_command_draws_a_table_where_it_is_looked_at_and_text_in_a_pipe(here):
    Path("table.onnx").write_bytes(model([number("a"), category("b", "x", "y")], [74.9, 0]))
    Path("rows.csv").write_text("a,b\n75,x\n81.2,x\n,\n")
    command = [sys.executable, "-m", "isthmus", "explain", "table.onnx", "rows.csv", "--threshold",
               "fixed:4", "-q"]  # fmt: skip
    piped = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    ours, theirs = pty.openpty()
    subprocess.run(
        command,
        stdout=theirs,
        check=True,
        env={**os.environ, "COLUMNS": "150", "TERM": "xterm-256color"},
    )
    os.close(theirs)
    seen = os.read(ours, 1 << 16).decode()
    os.close(ours)
    assert "\x1b[" in seen
    assert "\x1b[" not in piped
    assert "row 1: `a` is 81.2" in seen
    assert "row 1: `a` is 81.2" in piped
    assert "───" in seen
    assert "───" not in piped
