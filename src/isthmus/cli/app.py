"""The table of commands; each is loaded when it is called, so that help is quick."""

from __future__ import annotations

import importlib
from difflib import get_close_matches
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS: dict[str, str] = {
    "fit": "Learn from normal rows, calibrate, and write one model file.",
    "score": "Say of every row how strange it is, with a p-value.",
    "explain": "Say of every alarm which cells carry it, in plain words.",
    "evaluate": "Compare alarms with labels.",
    "inspect": "Show what a model file holds.",
    "verify": "Check that a model file is whole and scores the same here.",
    "calibrate": "Set new p-values from recent normal rows, for the same network.",
    "demo": "Train, calibrate, score and evaluate on real heartbeats.",
}
"""Every command and its one-line help; the command is the function of the same name."""

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
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            close = get_close_matches(args[0], COMMANDS, n=1)
            meant = f" Did you mean {close[0]!r}?" if close else ""
            ctx.fail(f"There is no command {args[0]!r}.{meant}")
        if args[0] in COMMANDS:
            return args[0], load(args[0]), args[1:]
        return super().resolve_command(ctx, args)


def load(name: str) -> Any:
    """Import a command's module and make the command."""
    module = importlib.import_module(f"isthmus.cli.{name}")
    single = typer.Typer(add_completion=False, rich_markup_mode=None)
    single.command(name, help=module.__doc__, context_settings=HELP)(getattr(module, name))
    return typer.main.get_command(single)


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
