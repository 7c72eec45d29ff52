"""From the words of the library to those of the command line: `dropout` is typed `--dropout`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic import ValidationError

from isthmus.errors import IsthmusError, UsageError
from isthmus.options import FLAT_NAMES, ReadOptions, RowOptions

Words = str | Callable[[re.Match[str]], str]

_SAYS = "draws|gives|hides|is for|names|rebuilds|says"
"""What the library's messages say of an option that they begin with."""


def typed(failure: IsthmusError) -> str:
    """The message of a failure; where it is about usage, in the words that were typed."""
    if not isinstance(failure, UsageError):
        return str(failure)
    problems = [_typed(problem) for problem in failure.problems]
    return "\n".join([*problems, failure.advice] if failure.advice else problems)


def mistyped(failure: Any) -> str:
    """The message of words that typer cannot make sense of, and where help is."""
    context = getattr(failure, "ctx", None)
    if context is not None and failure.format_message() == context.get_help():
        return f"a command was expected\n{context.get_help()}"
    command: str = "isthmus" if context is None else context.command_path
    return f"{_complaint(failure)}\nSee: {command} --help"


def _typed(problem: str) -> str:
    for pattern, words in _patterns():
        problem = pattern.sub(words, problem)
    return problem


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Words], ...]:
    """Where the library's messages name an option, and how it is typed."""
    names = {*FLAT_NAMES, *ReadOptions.model_fields, *RowOptions.model_fields, "fdr"}
    name = f"({'|'.join(sorted(names, key=len, reverse=True))})"
    return (
        (re.compile(rf"^{name}: (Input )?"), lambda found: f"{option(found[1])}: "),
        (re.compile(rf"^{name}(?= (?:{_SAYS}) )"), lambda found: option(found[1])),
        (re.compile(rf"(?<= and ){name}(?= gives )"), lambda found: option(found[1])),
        (re.compile(rf"\b{name}=True\b"), lambda found: option(found[1])),
        (re.compile(rf"\b{name}=False\b"), lambda found: option(f"no_{found[1]}")),
        (re.compile(rf"\b{name}=('?)([^\s',;]+)\2"), lambda f: f"{option(f[1])} {f[3]}"),
        (re.compile(r"^threshold (?=')"), "--threshold "),
        (re.compile(r"^normal was given without label"), "--normal was given without --label"),
        (re.compile(r"^fdr (?=reads |chooses )"), "--fdr "),
        (re.compile(r"leave out alpha and threshold$"), "leave out --alpha and --threshold"),
        (re.compile(r"^patience and (--keep best .* rows): "), r"--patience and \1: --"),
    )


def option(name: str) -> str:
    """How an option is typed."""
    return "--" + name.replace("_", "-")


def _complaint(failure: Any) -> str:
    """One sentence: where, what came, what was expected."""
    parameter = getattr(failure, "param", None)
    if parameter is None:
        return _plain(failure.format_message())
    where = parameter.opts[-1] if parameter.param_type_name == "option" else parameter.metavar
    if not failure.message:
        return f"{where} is missing: {parameter.help}"
    cause, message = failure.__cause__, _plain(failure.message)
    came = repr(cause.errors()[0]["input"]) if isinstance(cause, ValidationError) else ""
    return f"{where}: {message}" + ("" if came in message else f", got {came}")


def _plain(message: str) -> str:
    """Without what only the validator understands."""
    message = message.removeprefix("Value error, ").removeprefix("Input ").rstrip(".")
    message = re.sub(r", unable to parse string as (a|an) [a-z]+", "", message)
    return message[:1].lower() + message[1:]
