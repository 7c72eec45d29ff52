"""The table of commands; each is loaded when it is called, so that help is quick."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS: dict[str, str] = {
    "fit": "Learn from normal rows, calibrate, and write one model file.",
    "score": "Say of every row how strange it is, with a p-value.",
    "explain": "Say of every alarm which cells carry it, in plain words.",
    "report": "Write a page: what was found, why, how far to trust it.",
    "plot": "Draw one figure, as PNG, SVG or Vega-Lite JSON.",
    "evaluate": "Compare alarms with labels.",
    "encode": "Write the code of every row.",
    "reconstruct": "Write every row as the network rebuilds it.",
    "sample": "Draw new rows from a variational model.",
    "similar": "Find the rows of an index that are most like others.",
    "inspect": "Show what a model file holds.",
    "verify": "Check that a model file is whole and scores the same here.",
    "calibrate": "Set new p-values from recent normal rows, same network.",
    "datasets": "Get public data sets, checked, and show which there are.",
    "recipes": "Run published systems again, beside isthmus's default.",
    "demo": "Train, calibrate, score and evaluate on real heartbeats.",
}
"""Every command and its one-line help; `load` says what its module holds."""

HELP = {"help_option_names": ["-h", "--help"]}


class Commands(TyperGroup):
    """A group whose commands live in modules of their own names."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        if ctx.resilient_parsing:  # a shell asks for completions
            return load(cmd_name)
        return TyperCommand(cmd_name, help=COMMANDS[cmd_name])  # the overview needs no more

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        _refuse_unknown(ctx, args, COMMANDS)
        if args[0] in COMMANDS:
            return args[0], load(args[0]), args[1:]
        return super().resolve_command(ctx, args)


class SubCommands(TyperGroup):
    """A group whose commands are in the table `SUB_COMMANDS` of one module."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        _refuse_unknown(ctx, args, self.commands)
        return super().resolve_command(ctx, args)


def _refuse_unknown(ctx: Any, args: list[str], known: Iterable[str]) -> None:
    """Say of a word that is no command which one may have been meant."""
    if args and args[0] not in known and not args[0].startswith("-"):
        close = get_close_matches(args[0], known, n=1)
        meant = f" Did you mean {close[0]!r}?" if close else ""
        ctx.fail(f"There is no command {args[0]!r}.{meant}")


def load(name: str) -> Any:
    """Import a command's module and make the command.

    The module `isthmus.cli.NAME` holds either

    - one function of the same name, whose help is the docstring of the module; or
    - a table ``SUB_COMMANDS`` from the words that are typed behind the name to functions, as
      ``{"list": show_all, "get": get}``. The help of each is its own docstring, and that of them
      together is the docstring of the module.
    """
    module = importlib.import_module(f"isthmus.cli.{name}")
    table: dict[str, Callable[..., None]] | None = getattr(module, "SUB_COMMANDS", None)
    made = typer.Typer(add_completion=False, rich_markup_mode=None)
    if table is None:
        made.command(name, help=module.__doc__, context_settings=HELP)(getattr(module, name))
        return typer.main.get_command(made)
    made.callback(cls=SubCommands, help=module.__doc__, no_args_is_help=True)(_nothing_before)
    for word, function in table.items():
        made.command(word, help=function.__doc__, context_settings=HELP)(function)
    group = typer.main.get_command(made)
    group.name = name
    return group


def _nothing_before() -> None:
    """What stands before a sub-command: no options."""


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    context_settings=HELP,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Autoencoder anomaly detection with a stated false-alarm rate.",
    epilog="Exit codes: 0 success, 2 usage, 3 missing extra, 4 bad data, 5 bad model file, "
    "6 input or output failed, 70 a defect of isthmus, 130 interrupted, 141 output closed.",
)


@app.callback(invoke_without_command=True)
def isthmus(
    version: bool = typer.Option(False, "--version", help="Show the version and leave."),
    debug: bool = typer.Option(False, "--debug", help="Show the traceback of a failure."),
) -> None:
    """What stands before the command; `--debug` is taken out by `isthmus.cli.run`."""
    if version:
        from isthmus.version import __version__

        typer.echo(f"isthmus {__version__}")
        raise typer.Exit
