"""A whole input of which nothing is known: what each column is, decided over all rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.errors import DataError
from isthmus.options import MINIMUM_ROWS, RowOptions
from isthmus.read.cells import Strange, short
from isthmus.read.column_kinds import Named, Problem, are_truths, problem_of, refuse
from isthmus.read.counting import counted
from isthmus.read.gathered import Gathered
from isthmus.read.ids import SteadyIds, as_one_type, joined
from isthmus.read.levels import as_truths, texts_of
from isthmus.read.parts import parts_of
from isthmus.read.roles import Roles, roles_of
from isthmus.read.sampling import Keys, Sampling
from isthmus.read.source import Source
from isthmus.read.tables import let_go

SHOWN = 8
"""Categories that a decision names."""

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


@dataclass(frozen=True)
class Learnable:
    """An input, with the features that are categories by their places.

    Of one with too many rows a sample, whose rows have the numbers (N,) in it.
    """

    roles: Roles
    values: npt.NDArray[Any]
    ids: pa.Table
    labels: pa.Array | pa.ChunkedArray | None
    categories: dict[int, Category]
    decisions: tuple[str, ...]
    numbers: npt.NDArray[np.int64] | None
    rows_read: int


def read_to_learn(source: Source, options: RowOptions, sampling: Sampling) -> Learnable:
    """Read an input whole and decide which of its features are numbers and which categories.

    Parameters
    ----------
    source : Source
        What to read.
    options : RowOptions
        Which columns are features.
    sampling : Sampling
        How many rows are kept.

    Raises
    ------
    SchemaError
        Naming every column that is neither.
    DataError
        If there is no row.
    """
    roles = roles_of(source, options)
    gathered = _gather(source, roles, sampling)
    again = [place for place in gathered.named if gathered.came_as_numbers(place)]
    # Whole batches looked like numbers; only their text tells 007 from 7.
    if again and source.rereadable:
        gathered, again = _gather(source, roles, sampling, exact=again), []
    categories = _categories(source, roles, gathered, lost=again)
    values = gathered.values
    for place, category in categories.items():
        values[:, place] = category.places
    return Learnable(
        roles=roles,
        values=values,
        ids=joined([piece.ids for piece in gathered.pieces]),
        labels=as_one_type([p.labels for p in gathered.pieces if p.labels is not None]),
        categories=categories,
        decisions=(*_drawn(source, gathered, sampling), *_decisions(source, roles, categories)),
        numbers=gathered.numbers,
        rows_read=gathered.seen,
    )


def _drawn(source: Source, gathered: Gathered, sampling: Sampling) -> tuple[str, ...]:
    if gathered.rows == gathered.seen:
        return ()
    are = f"{source.name}: {gathered.rows} rows, drawn evenly from {gathered.seen},"
    if sampling.only:
        return (f"{are} are learnt from; --sample-rows to change",)
    return (f"{are} decide on scales and threshold; the networks learn from all",)


def _gather(
    source: Source, roles: Roles, sampling: Sampling, exact: Collection[int] = ()
) -> Gathered:
    gathered = Gathered(sampling.most(len(roles.features)), Keys(sampling.seed))
    ids = SteadyIds(source.name)
    names = [source.columns[place] for place in roles.ids]
    label = None if roles.label is None else source.columns[roles.label]
    for part in parts_of(source, roles, learning=True, exact=exact):
        first = gathered.seen
        for strange in part.strange:
            if strange.what in ("text", "truth values"):
                part.texts[strange.place] = texts_of(strange.column, source.decimal)
            else:
                gathered.neither.setdefault(strange.place, _neither(strange, first))
        told = ids.table(part.aside.select(names), first)
        labels = None if label is None else part.aside.column(label)
        gathered.add(part.values, part.texts, told, labels)
    if not gathered.seen:
        raise DataError(
            f"{source.name}: has columns but no rows",
            advice=f"Give normal rows: at least {MINIMUM_ROWS} are needed to learn from.",
        )
    gathered.thin()
    let_go()
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
