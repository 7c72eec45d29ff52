"""A command's module may hold one command, or several of them."""

from __future__ import annotations

import sys
import types
from typing import Annotated

import pytest
import typer

from isthmus.cli import app
from isthmus.cli.run import run


@pytest.fixture
def pair(monkeypatch):
    """A module `isthmus.cli.pair` with two commands."""
    module = types.ModuleType("isthmus.cli.pair", "Two commands.\n\nExample:\n\n  isthmus pair one")

    def first(
        name: Annotated[str, typer.Argument(metavar="NAME", help="Any.")], loud: bool = False
    ) -> None:
        """The first of both."""
        typer.echo(f"{name}{'!' * loud}")

    def second() -> None:
        """The second of both."""
        raise typer.Exit(7)

    module.SUB_COMMANDS = {"one": first, "two": second}
    monkeypatch.setitem(sys.modules, "isthmus.cli.pair", module)
    monkeypatch.setitem(app.COMMANDS, "pair", "Two commands.")


@pytest.mark.usefixtures("pair")
def test_each_is_called_by_its_word(capsys):
    assert run(["pair", "one", "x", "--loud"]) == 0
    assert capsys.readouterr().out == "x!\n"
    assert run(["pair", "two"]) == 7


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize("flag", ["-h", "--help"])
def test_help_is_there_for_all_of_them_and_for_each(capsys, flag):
    assert run(["pair", flag]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Usage: isthmus pair ") and "isthmus pair one" in out
    assert "one  The first of both." in out and "two  The second of both." in out
    assert run(["pair", "one", flag]) == 0
    out = capsys.readouterr().out
    assert out.startswith("Usage: isthmus pair one ") and "The first of both." in out


@pytest.mark.usefixtures("pair")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "isthmus: a command was expected\n"),
        (["on"], "isthmus: there is no command 'on'. Did you mean 'one'?\n  See: isthmus pair -"),
        (["one"], "NAME is missing"),
        (["one", "x", "--lout"], "no such option: --lout"),
    ],
)
def test_a_mistake_is_answered_as_it_is_elsewhere(capsys, words, said):
    assert run(["pair", *words]) == 2
    assert said in capsys.readouterr().err


def test_every_command_of_the_table_can_be_loaded_under_its_name():
    for name in app.COMMANDS:
        assert app.load(name).name == name
