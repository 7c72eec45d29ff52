"""From options to command-line parameters: each field of an options class becomes `--its-name`."""

from __future__ import annotations

import functools
import inspect
import types
import typing
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, Literal, Optional, get_args, get_origin, get_type_hints

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from isthmus.errors import UsageError
from isthmus.options import FitOptions, Options, checked

Alpha = Annotated[
    Optional[float],  # noqa: UP045 (typer reads it)
    typer.Option(
        metavar="NUMBER", help="Stated false-alarm rate; by default that of the model file."
    ),
]
Threshold = Annotated[
    Optional[str],  # noqa: UP045 (typer reads it)
    typer.Option(
        metavar="RULE",
        help="conformal, confident:0.95, mean-std:3, percentile:99 or fixed:2.5; by default that "
        "of the model file.",
    ),
]
Fdr = Annotated[
    Optional[float],  # noqa: UP045
    typer.Option(
        metavar="NUMBER",
        help="Largest share of false ones among all alarms; reads the data twice.",
    ),
]
Threads = Annotated[int, typer.Option(min=1, metavar="INTEGER", help="Threads that work at once.")]
Output = Annotated[
    str, typer.Option("-o", "--output", metavar="FILE", help="Where to; - for stdout.")
]
TimeColumn = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--time", metavar="COLUMN", help="Show rows along this column, which is no feature."
    ),
]
OutputFormat = Annotated[
    Optional[Literal["csv", "jsonl", "parquet", "arrow"]],  # noqa: UP045 (typer)
    typer.Option(help="Format of the output; by default told from its name, or csv."),
]
ArrayFormat = Annotated[
    Optional[Literal["csv", "jsonl", "parquet", "arrow", "npy"]],  # noqa: UP045 (typer)
    typer.Option(
        help="Format of the output; by default told from its name, or csv. npy: numbers alone."
    ),
]
ModelPath = Annotated[str, typer.Argument(metavar="MODEL", help="A model file.")]
DataPath = Annotated[
    str,
    typer.Argument(
        metavar="DATA",
        help="CSV, Parquet, Arrow, JSON lines, npy, images, or a folder; - for stdin.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace the output if it exists.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but failures.")]


LEARNT = ("kind", "category", "target", "size", "colour", "crop")
"""Options that a detector has learnt from: nobody chooses them again."""

METAVARS = {
    "threshold": "RULE",
    "delimiter": "CHARACTER",
    "label": "COLUMN",
    "drop": "COLUMN",
    "id": "COLUMN",
    "category": "COLUMN",
    "target": "COLUMN",
    "normal": "VALUE",
    "size": "HxW",
    "max_megapixels": "NUMBER",
}
"""What stands for the value of an option in the help; for others their type says it."""
METAVARS_OF_TYPES: dict[Any, str] = {
    str: "TEXT",
    list[str]: "TEXT",
    int: "INTEGER",
    float: "NUMBER",
}


def takes_options(
    *, without: Collection[str] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Let a command take options classes, and give it the values that were typed.

    A parameter annotated with an options class (or `FitOptions`, all classes of one fit) stands
    for one command-line option for each field, but for those in `without`, which would change
    nothing; the command is called with the object.
    """
    return lambda command: _taking(command, frozenset(without))


def _taking(command: Callable[..., None], without: frozenset[str]) -> Callable[..., None]:
    hints = get_type_hints(command, include_extras=True)
    parameters: list[inspect.Parameter] = []
    groups: dict[str, tuple[type[BaseModel], Mapping[str, FieldInfo]]] = {}
    for name, parameter in inspect.signature(command).parameters.items():
        hint = hints[name]
        if isinstance(hint, type) and issubclass(hint, (Options, FitOptions)):
            fields = {n: field for n, field in _fields(hint).items() if n not in without}
            groups[name] = hint, fields
            parameters += [_parameter(n, field) for n, field in fields.items()]
        else:
            parameters.append(parameter.replace(annotation=hint))
    order = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in parameters]

    @functools.wraps(command)
    def called(**typed: Any) -> None:
        for name, (model, fields) in groups.items():
            typed[name] = _made(model, {field: typed.pop(field) for field in fields})
        command(**typed)

    called.__signature__ = inspect.Signature(order)  # type: ignore[attr-defined]
    called.__annotations__ = {p.name: p.annotation for p in order}
    return called


def _fields(model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    if model is not FitOptions:
        return model.model_fields
    groups = [type(group.default).model_fields for group in model.model_fields.values()]
    return {name: field for group in groups for name, field in group.items()}


def _parameter(name: str, field: FieldInfo) -> inspect.Parameter:
    """One option; left out it is None, and the options class has the default."""
    default = "" if field.default in (None, ()) else f" [default: {_shown(field.default)}]"
    kind = _typed(field)
    option = typer.Option(
        help=f"{field.description}{default}",
        show_default=False,
        metavar="N,N,..." if _is_widths(field) else _metavar(name, kind),
    )
    wanted: Any = Optional[kind]  # noqa: UP045 (typer reads it)
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[wanted, option]
    )


def _metavar(name: str, kind: Any) -> str | None:
    """What stands for the value in the help; None where the choices themselves do."""
    return METAVARS.get(name) or METAVARS_OF_TYPES.get(kind)


def _typed(field: FieldInfo) -> Any:
    """The type that typer should parse: the field's own, without None and constraints."""
    kinds = [kind for kind in _flat(field.annotation) if kind is not type(None)]
    choices = [choice for kind in kinds if get_origin(kind) is Literal for choice in get_args(kind)]
    if choices:
        return Literal[tuple(choices)]
    if any(get_origin(kind) is tuple for kind in kinds):
        return str if _is_widths(field) else list[str]
    return str if str in kinds else kinds[0]


def _flat(annotation: Any) -> list[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _flat(get_args(annotation)[0])
    if origin in (types.UnionType, typing.Union):
        return [kind for part in get_args(annotation) for kind in _flat(part)]
    return [annotation]


def _is_widths(field: FieldInfo) -> bool:
    """Whether the field is a tuple of whole numbers, written as 32,16."""
    for kind in _flat(field.annotation):
        if get_origin(kind) is tuple:
            return _flat(get_args(kind)[0]) == [int]
    return False


def _made(model: type[BaseModel], typed: Mapping[str, Any]) -> BaseModel:
    fields = _fields(model)
    given = {
        name: _widths(name, value) if _is_widths(fields[name]) else value
        for name, value in typed.items()
        if value is not None and value != []
    }
    if model is FitOptions:
        return FitOptions.from_flat(**given)
    return checked(model, given)


def _widths(name: str, text: str) -> tuple[int, ...]:
    try:
        return tuple(int(width) for width in text.split(",") if width.strip())
    except ValueError:
        raise UsageError(
            f"{name}: whole numbers such as 32,16 were expected, got {text!r}"
        ) from None


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
