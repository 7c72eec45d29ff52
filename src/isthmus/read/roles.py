"""What each column is for: a feature, the label, an id, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from isthmus.errors import SchemaError, UsageError
from isthmus.options import RowOptions
from isthmus.read.fits import misfit
from isthmus.read.source import Source
from isthmus.schema import Column, Schema, closest, refuse_duplicates

Role = Literal["label", "id", "drop"]
Wish = Role | Literal["category"]


@dataclass(frozen=True)
class Roles:
    """The columns of a source by what they are for.

    Attributes
    ----------
    features : tuple of int
        Where each feature stands among the source's columns, in the order of the schema; length D.
    names : tuple of str
        The features' names, in the detector's words where there is a detector; length D.
    label : int or None
        Where the label stands.
    ids : tuple of int
        Where the ids stand.
    set_aside : dict of str to {"label", "id", "drop"}
        Every column that is no feature.
    categories : tuple of int
        Which of the features are known to be categories, by the user's word or the detector's.
    text : tuple of str
        Columns that must keep their exact text.
    targets : tuple of int
        Which of the features the user wants to be rebuilt from the others.
    decisions : tuple of str
        What was set aside though nobody asked, with how to change it.
    """

    features: tuple[int, ...]
    names: tuple[str, ...]
    label: int | None
    ids: tuple[int, ...]
    set_aside: dict[str, Role]
    categories: tuple[int, ...]
    targets: tuple[int, ...]
    text: tuple[str, ...]
    decisions: tuple[str, ...]


def roles_of(source: Source, options: RowOptions, schema: Schema | None = None) -> Roles:
    """Sort the columns of a source.

    Parameters
    ----------
    source : Source
        Where the columns come from.
    options : RowOptions
        What the user said of them.
    schema : Schema, optional
        What a detector knows: its features are then taken in its order, and what it set aside by
        name is set aside again.

    Raises
    ------
    SchemaError
        If a column does not exist, stands twice, none is left, or the rest are not those of the
        schema.
    UsageError
        If one column is given two roles, or as a category where the schema has numbers.
    """
    if source.images is not None and schema is not None:
        _refuse_images(source, schema)
        source = with_channels(source, schema.names)
    wishes = _chosen(source, options)
    asked = [name for name, wish in wishes.items() if wish == "category"]
    chosen: dict[str, Role] = {n: wish for n, wish in wishes.items() if wish != "category"}
    quiet = _by_itself(source, schema, chosen)
    aside = chosen | quiet
    _refuse_set_aside(asked, quiet)
    rest = [place for place, name in enumerate(source.columns) if name not in aside]
    _refuse_needed(source, chosen, schema)
    places, names = _aligned(source, rest, schema)
    refuse_duplicates(source.columns, source.name)
    categories = _categories(source, places, asked, schema)
    label = [name for name, role in aside.items() if role == "label"]
    if options.label is None and schema is None:
        label = []
    return Roles(
        features=tuple(places),
        names=names,
        label=source.columns.index(label[0]) if label else None,
        ids=tuple(i for i, name in enumerate(source.columns) if aside.get(name) == "id"),
        set_aside=aside,
        categories=categories,
        targets=_targets(source, places, options),
        text=(*aside, *(source.columns[places[i]] for i in categories)),
        decisions=_decisions(source, quiet),
    )


def with_channels(source: Source, names: tuple[str, ...]) -> Source:
    """Images with their channels as columns, behind those that come beside them."""
    return replace(source, columns=(*source.columns, *names))


def _refuse_images(source: Source, schema: Schema) -> None:
    if schema.image is None:
        raise SchemaError(
            f"{source.name}: images came, the detector was trained on a {schema.kind} of "
            f"{len(schema.columns)} columns",
            advice="Give rows of these: an array of shape (N, D), or a file with columns.",
        )


def _chosen(source: Source, options: RowOptions) -> dict[str, Wish]:
    """The columns that the user named or numbered, and what as."""
    wishes: dict[str, Wish] = {}
    problems: list[str] = []
    for wanted, role in _wishes(options):
        name = _found(source.columns, wanted)
        if name is None:
            problems.append(f"{source.name}: --{role}: {_unknown(source.columns, wanted)}")
        elif wishes.setdefault(name, role) != role:
            raise UsageError(f"column {name!r} is given as --{wishes[name]} and as --{role}")
    if problems:
        raise SchemaError(*problems, advice=f"It has: {_listed(source.columns)}.")
    return wishes


def _refuse_set_aside(asked: Sequence[str], quiet: dict[str, Role]) -> None:
    """Raise a `UsageError` that names every category that is no feature by itself."""
    problems = [
        f"column {name!r} is given as --category, but is set aside by itself ({quiet[name]})"
        for name in asked
        if name in quiet
    ]
    if problems:
        raise UsageError(*problems)


def _categories(
    source: Source, places: Sequence[int], asked: Sequence[str], schema: Schema | None
) -> tuple[int, ...]:
    names = [source.columns[place] for place in places]
    if schema is None:
        return tuple(place for place, name in enumerate(names) if name in asked)
    known = {*schema.categories}
    numeric = [name for place, name in enumerate(names) if place not in known]
    problems = [
        f"column {name!r} is given as --category, but the detector learnt it as numbers"
        for name in numeric
        if name in asked
    ]
    if problems:
        raise UsageError(*problems, advice="What is a category is decided when fitting.")
    return schema.categories


def _targets(source: Source, places: Sequence[int], options: RowOptions) -> tuple[int, ...]:
    """Which features are targets; refuses what is no feature, and targets without any input."""
    names = [source.columns[place] for place in places]
    problems, found = [], set()
    for wanted in options.target:
        name = _found(source.columns, wanted)
        if name is None:
            problems.append(f"{source.name}: --target: {_unknown(source.columns, wanted)}")
        elif name not in names:
            problems.append(
                f"{source.name}: column {name!r} is given as --target, but is set aside"
            )
        else:
            found.add(names.index(name))
    if problems:
        raise SchemaError(*problems, advice=f"It has: {_listed(source.columns)}.")
    if found and len(found) == len(names):
        raise SchemaError(
            f"{source.name}: every feature is given as --target, and none is left to rebuild from",
            advice="Without --target all columns are rebuilt from all.",
        )
    return tuple(sorted(found))


def _wishes(options: RowOptions) -> Iterator[tuple[str | int, Wish]]:
    if options.label is not None:
        yield options.label, "label"
    for wanted in options.id:
        yield wanted, "id"
    for wanted in options.drop:
        yield wanted, "drop"
    for wanted in options.category:
        yield wanted, "category"


def _found(columns: Sequence[str], wanted: str | int) -> str | None:
    """The column of that name, else of that number from 0 (or from the end, below 0)."""
    if str(wanted) in columns:
        return str(wanted)
    try:
        return columns[int(wanted)]
    except (ValueError, IndexError):
        return None


def _unknown(columns: Sequence[str], wanted: str | int) -> str:
    close = closest(str(wanted), columns)
    meant = f" (is it {close!r}?)" if close is not None else ""
    return f"there is no column {wanted!r}{meant}"


def _by_itself(source: Source, schema: Schema | None, chosen: dict[str, Role]) -> dict[str, Role]:
    """Columns set aside though nobody asked: by the file's own word or the detector's memory."""
    known = schema.set_aside if schema and _comparable(source, schema) else {}
    quiet: dict[str, Role] = {
        name: known[name] for name in source.columns if name in known and name not in chosen
    }
    if "label" in chosen.values():
        quiet = {name: "drop" if role == "label" else role for name, role in quiet.items()}
    beside: dict[str, Role] = {
        name: "id" if name in source.ids else "label"
        for name in source.beside
        if name not in chosen
    }
    return quiet | beside


def _comparable(source: Source, schema: Schema) -> bool:
    """Whether a column's name means the same as in training: a name, or a place in equal width."""
    if schema.image is not None and source.named:
        return True  # Pixels have no names of their own that a column could be taken for.
    if source.named or schema.named:
        return source.named and schema.named
    return len(source.columns) == len(schema.columns) + len(schema.set_aside)


def _refuse_needed(source: Source, chosen: dict[str, Role], schema: Schema | None) -> None:
    """Raise a `SchemaError` that names every feature of the detector that would be set aside."""
    needed = schema.names if schema and schema.named and source.named else ()
    problems = [
        f"{source.name}: column {name!r} is given as --{role}, but the detector needs it"
        for name, role in chosen.items()
        if name in needed
    ]
    if problems:
        raise SchemaError(*problems)


def _decisions(source: Source, quiet: dict[str, Role]) -> tuple[str, ...]:
    return tuple(
        f"{source.name}: its labels (column {name!r}) are no feature; --label {name} --normal ... "
        "to use them"
        for name in quiet
        if name in source.beside and name not in source.ids
    ) + tuple(
        f"{source.name}: column {name} is set aside ({role}), as in training; --drop to change"
        for name, role in quiet.items()
        if name not in source.beside and not source.named
    )


def _aligned(
    source: Source, rest: list[int], schema: Schema | None
) -> tuple[list[int], tuple[str, ...]]:
    names = tuple(source.columns[place] for place in rest)
    if schema is None:
        if not rest:
            raise SchemaError(
                f"{source.name}: no column is left to learn from",
                advice="Set fewer columns aside with --drop, --id and --label."
                if source.columns
                else "Give one column or more.",
            )
        return rest, names

    def wrong(column: Column, place: int) -> str | None:
        if source.matrix is not None and column.kind == "numeric":
            return None
        return misfit(column, source.type_of(names[place]))

    try:
        order = schema.align(names, named=source.named, misfit=wrong)
    except SchemaError as error:
        problems = (f"{source.name}: {problem}" for problem in error.problems)
        raise SchemaError(*problems, advice=error.advice) from None
    return [rest[place] for place in order], schema.names


def _listed(names: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown}, ... ({len(names)} in all)"
