"""A whole input of which nothing is known: what each column is, decided over all rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.errors import DataError
from isthmus.options import MINIMUM_ROWS, RowOptions
from isthmus.read.cells import Strange, short
from isthmus.read.column_kinds import Named, Problem, are_truths, problem_of, refuse
from isthmus.read.counting import counted
from isthmus.read.ids import SteadyIds, as_one_type, joined
from isthmus.read.levels import as_truths, texts_of
from isthmus.read.parts import parts_of
from isthmus.read.roles import Roles, roles_of
from isthmus.read.source import Source

SHOWN = 8
"""Categories that a decision names."""

Texts = dict[int, pa.DictionaryArray]

_SPELLING_LOST = Problem(
    "spelling", "has names after many numbers, whose spelling (007 or 7) is no longer known"
)


@dataclass(frozen=True)
class Category:
    """A feature that is a category, read whole.

    Attributes
    ----------
    levels : tuple of str
        Its names, sorted.
    places : array
        Shape (N,): the place of each row's name among the levels, NaN where it is missing.
    texts : DictionaryArray
        The names, shape (N,).
    """

    levels: tuple[str, ...]
    places: npt.NDArray[np.float64]
    texts: pa.DictionaryArray


@dataclass
class Gathered:
    """All batches of an input, features as numbers and, where they are more, as names."""

    values: list[npt.NDArray[Any]] = field(default_factory=list)
    texts: list[Texts] = field(default_factory=list)
    ids: list[pa.Table] = field(default_factory=list)
    labels: list[pa.Array] = field(default_factory=list)
    neither: dict[int, Problem] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(map(len, self.values))

    @property
    def named(self) -> list[int]:
        """The features that came as names in some batch."""
        return sorted({place for texts in self.texts for place in texts} - set(self.neither))

    def came_as_numbers(self, place: int) -> bool:
        """Whether some batch gave numbers where another gave names."""
        return any(
            place not in texts and not np.isnan(values[:, place]).all()
            for values, texts in zip(self.values, self.texts, strict=True)
        )

    def column(self, place: int) -> tuple[pa.DictionaryArray, npt.NDArray[np.bool_]]:
        """One feature as names, shape (N,), and which of its cells are numbers."""
        pieces = [
            texts[place]
            if place in texts
            else texts_of(pa.array(values[:, place], from_pandas=True))
            for values, texts in zip(self.values, self.texts, strict=True)
        ]
        whole = pa.chunked_array(pieces).unify_dictionaries().combine_chunks()
        return whole, np.concatenate([~np.isnan(values[:, place]) for values in self.values])


@dataclass(frozen=True)
class Learnable:
    """An input read whole, with the features that are categories by their places."""

    roles: Roles
    values: npt.NDArray[Any]
    ids: pa.Table
    labels: pa.Array | pa.ChunkedArray | None
    categories: dict[int, Category]
    decisions: tuple[str, ...]


def read_to_learn(source: Source, options: RowOptions) -> Learnable:
    """Read an input whole and decide which of its features are numbers and which categories.

    Raises
    ------
    SchemaError
        Naming every column that is neither.
    DataError
        If there is no row.
    """
    roles = roles_of(source, options)
    gathered = _gather(source, roles)
    again = [place for place in gathered.named if gathered.came_as_numbers(place)]
    # Whole batches looked like numbers; only their text tells 007 from 7.
    if again and source.rereadable:
        gathered, again = _gather(source, roles, exact=again), []
    categories = _categories(source, roles, gathered, lost=again)
    values = gathered.values[0] if len(gathered.values) == 1 else np.concatenate(gathered.values)
    for place, category in categories.items():
        values[:, place] = category.places
    return Learnable(
        roles=roles,
        values=values,
        ids=joined(gathered.ids),
        labels=as_one_type(gathered.labels),
        categories=categories,
        decisions=_decisions(source, roles, categories),
    )


def _gather(source: Source, roles: Roles, exact: Collection[int] = ()) -> Gathered:
    gathered, ids = Gathered(), SteadyIds(source.name)
    names = [source.columns[place] for place in roles.ids]
    for part in parts_of(source, roles, learning=True, exact=exact):
        first = gathered.rows
        for strange in part.strange:
            if strange.what in ("text", "truth values"):
                part.texts[strange.place] = texts_of(strange.column, source.decimal)
            else:
                gathered.neither.setdefault(strange.place, _neither(strange, first))
        gathered.values.append(part.values)
        gathered.texts.append(part.texts)
        gathered.ids.append(ids.table(part.aside.select(names), first))
        if roles.label is not None:
            gathered.labels.append(part.aside.column(source.columns[roles.label]))
    if not gathered.values:
        raise DataError(
            f"{source.name}: has columns but no rows",
            advice=f"Give normal rows: at least {MINIMUM_ROWS} are needed to learn from.",
        )
    return gathered


def _neither(column: Strange, first: int) -> Problem:
    if column.nested:
        return Problem("nested", f"holds {column.what}, numbers or text were expected")
    row = column.first_row
    kind = "dates" if column.what == "dates or times" else "other"
    return Problem(kind, f"is {column.what}, such as {column.cell(row)} in row {first + row}")


def _categories(
    source: Source, roles: Roles, gathered: Gathered, lost: Collection[int]
) -> dict[int, Category]:
    """The categories by their places; refuses all columns that nothing can be learnt from.

    `lost` are the features of which some names came as numbers and cannot be read again.
    """
    problems, found = dict(gathered.neither), {}
    for place in gathered.named:
        coded, numeric = gathered.column(place)
        codes = coded.indices.fill_null(-1).to_numpy()
        named = Named(codes, coded.dictionary, numeric)
        problem = problem_of(named, insisted=place in roles.categories)
        if place in lost:
            problem = problem or _SPELLING_LOST
        if problem:
            problems[place] = problem
        elif named.present:
            found[place] = _category(coded)
    refuse(source.name, [(roles.names[place], problems[place]) for place in sorted(problems)])
    return found


def _category(coded: pa.DictionaryArray) -> Category:
    if are_truths(coded.dictionary):
        coded = as_truths(coded)
    names = coded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    place_of = np.empty(len(names))
    place_of[order] = np.arange(len(names))
    codes = coded.indices.fill_null(-1).to_numpy()
    places = np.where(codes < 0, np.nan, place_of[codes])
    return Category(tuple(names[place] for place in order), places, coded)


def _decisions(source: Source, roles: Roles, categories: dict[int, Category]) -> tuple[str, ...]:
    found = [place for place in categories if place not in roles.categories]
    if not found:
        return ()
    shown = ", ".join(
        f"{short(roles.names[place])} ({counted(len(categories[place].levels), 'level')})"
        for place in found[:SHOWN]
    )
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return (f"{source.name}: text is taken as categories: {shown}{more}; --drop to leave it out",)
