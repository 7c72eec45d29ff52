"""Run one command and turn every failure into one clear message and its exit code."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import traceback
from collections.abc import Sequence

import typer
from typer.main import get_command

from isthmus.cli.app import app
from isthmus.errors import FileAccessError, IsthmusError

INTERRUPTED, CLOSED_PIPE, UNEXPECTED = 130, 141, 70
NAME = "isthmus"

_MISTYPED: type[Exception] = typer.BadParameter.__bases__[0]
"""What typer raises for words that it cannot make sense of."""


def run(arguments: Sequence[str]) -> int:
    """Run the command line; the exit code.

    0 success, 2 usage, 3 missing extra, 4 bad data, 5 bad model file, 6 input or output failed,
    70 a failure of isthmus itself, 130 interrupted, 141 the reader of the output went away.
    """
    words = [word for word in arguments if word != "--debug"]
    debug = len(words) < len(arguments)
    if sys.stderr is None:  # closed by the caller, as by 2>&-
        sys.stderr = io.StringIO()
    if sys.stdout is None:
        return _said("standard output is closed", FileAccessError.exit_code)
    try:
        code = _called(words)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return _said("interrupted; no file is left half-written", INTERRUPTED)
    except BrokenPipeError:
        _let_go_of_closed_pipes()
        return CLOSED_PIPE
    except Exception as failure:
        if debug:
            traceback.print_exc()
        return _reported(failure)


def _called(words: list[str]) -> int:
    """Call the command without the handlers of typer, which give other exit codes."""
    command = get_command(app)
    if f"_{NAME.upper()}_COMPLETE" in os.environ:  # a shell asks what could come next
        command.main(words, prog_name=NAME)
    try:
        with command.make_context(NAME, words) as context:
            command.invoke(context)
    except typer.Exit as leaving:
        return leaving.exit_code
    return 0


def _reported(failure: Exception) -> int:
    """Say what went wrong; the exit code."""
    from isthmus.cli.wording import mistyped, typed

    if isinstance(failure, IsthmusError):
        return _said(typed(failure), failure.exit_code)
    if isinstance(failure, _MISTYPED):
        return _said(mistyped(failure), 2)
    if isinstance(failure, OSError):
        reason = failure.strerror or str(failure)
        if failure.filename:
            said = f"{failure.filename}: reading or writing failed: {reason}"
        else:  # Files say their names; what has none is where the command prints.
            said = f"standard output: could not be written: {reason}"
        return _said(said, FileAccessError.exit_code)
    return _said(
        f"isthmus itself failed: {type(failure).__name__}: {failure}\n"
        "This is a defect; --debug shows where. Please report it.",
        UNEXPECTED,
    )


def _said(message: str, code: int) -> int:
    first, *rest = message.splitlines() or [""]
    lines = [f"{NAME}: {first}", *(f"  {line}".rstrip() for line in rest)]
    with contextlib.suppress(BrokenPipeError):
        sys.stderr.write("\n".join(lines) + "\n")
    return code


def _let_go_of_closed_pipes() -> None:
    """Python would complain once more when it flushes the standard streams at the end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
