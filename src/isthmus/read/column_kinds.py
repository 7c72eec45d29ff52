"""What a column is: numbers, a category, or nothing that can be learnt from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.errors import SchemaError
from isthmus.read.cells import short
from isthmus.read.dates import look_like_dates
from isthmus.read.words import TRUTHS

DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")
MOST_LEVELS = 10_000
DATES = 0.95
"""Share of cells that look like dates and times from which on a column is one of them."""
SHOWN = 20
"""Columns that a message names; the others are counted."""
CELLS_SHOWN = 3
"""Cells of one column that a message names."""

REMEDIES = {
    "decimal commas": "Are these decimal commas? --decimal , reads them.",
    "mixed": "Mend cells that are no numbers, or empty them; --category NAME takes numbers as "
    "codes, --drop and --id leave a column out.",
    "spelling": "Give a file, which can be read a second time; or --category NAME, --drop or --id.",
    "dates": "A date is no amount: leave it out with --drop, or pass it through with --id; its "
    "parts, such as hour or weekday, can be given as columns.",
    "unlike": "Names, ids and free text are nothing to learn from: leave them out with --drop, or "
    "pass them through with --id; --category NAME insists.",
    "many": "Leave such columns out with --drop, pass them through with --id, or merge rare "
    "values.",
    "nested": "Give each part a column of its own, or leave the column out with --drop.",
    "other": "Leave such columns out with --drop, or pass them through with --id.",
}
"""What can be done about each problem, in the order in which it is said."""


@dataclass(frozen=True)
class Named:
    """A column as names, all of its rows.

    Attributes
    ----------
    codes : array of int32
        Shape (N,): the place of each cell's name in `names`, -1 where it is missing.
    names : Array of string
        The names that differ.
    numeric : array of bool
        Shape (N,), true where a cell is a number.
    """

    codes: npt.NDArray[np.int32]
    names: pa.Array
    numeric: npt.NDArray[np.bool_]

    @cached_property
    def counts(self) -> npt.NDArray[np.int64]:
        """How many cells have each name."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))

    @property
    def present(self) -> int:
        return int(self.counts.sum())

    def share(self, of_names: npt.NDArray[Any]) -> float:
        """The share of cells whose name is marked."""
        return float(self.counts[np.asarray(of_names, bool)].sum() / max(self.present, 1))

    def shown(self, row: int) -> str:
        return f"{short(self.names[int(self.codes[row])].as_py())} in row {row}"


@dataclass(frozen=True)
class Problem:
    """Why a column cannot be learnt from: a key of `REMEDIES`, and the end of a sentence."""

    kind: str
    said: str


def problem_of(column: Named, *, insisted: bool) -> Problem | None:
    """Why a column of names is no category; None where it is one.

    Parameters
    ----------
    column : Named
        All of it.
    insisted : bool
        Whether the user called it a category.
    """
    if not insisted and not are_truths(column.names):
        for look in (_dates, _mixed, _unlike):
            if problem := look(column):
                return problem
    return _many(column)


def are_truths(names: pa.Array) -> bool:
    """Whether all names are true or false, in any case."""
    return len(names) <= 12 and all(name.as_py().lower() in TRUTHS for name in names)


def refuse(source: str, problems: Sequence[tuple[str, Problem]]) -> None:
    """Raise a `SchemaError` that names every column that has a problem, of which there are any."""
    if not problems:
        return
    said = [f"{source}: column {name!r} {problem.said}" for name, problem in problems[:SHOWN]]
    if len(problems) > SHOWN:
        said.append(f"{source}: and {len(problems) - SHOWN} more such columns")
    kinds = {problem.kind for _, problem in problems}
    advice = " ".join(remedy for kind, remedy in REMEDIES.items() if kind in kinds)
    raise SchemaError(*said, advice=f"Rows are counted from 0. {advice}")


def _dates(column: Named) -> Problem | None:
    if column.share(look_like_dates(column.names)) < DATES:
        return None
    return Problem("dates", f"is dates or times, such as {_first(column)}")


def _mixed(column: Named) -> Problem | None:
    commas = [DECIMAL_COMMA.fullmatch(name) is not None for name in column.names.to_pylist()]
    present = column.codes >= 0
    numbers = int((present & column.numeric).sum())
    if numbers + column.share(np.array(commas)) * column.present < column.present / 2:
        return None
    rows = np.flatnonzero(present & ~column.numeric)
    shown = " and ".join(column.shown(int(row)) for row in rows[:CELLS_SHOWN])
    many = "is not a number" if len(rows) == 1 else "are not numbers"
    more = f" and {len(rows) - CELLS_SHOWN} more" if len(rows) > CELLS_SHOWN else ""
    of = f"{numbers} of {column.present} cells " + ("is" if numbers == 1 else "are")
    kind = "decimal commas" if any(commas) else "mixed"
    return Problem(kind, f"is mixed: {shown}{more} {many}, {of}")


def _unlike(column: Named) -> Problem | None:
    if 2 * len(column.names) <= column.present:
        return None
    return Problem(
        "unlike",
        f"is text that hardly repeats: {len(column.names)} different values in {column.present} "
        f"cells, such as {_first(column)}",
    )


def _many(column: Named) -> Problem | None:
    if len(column.names) <= MOST_LEVELS:
        return None
    return Problem(
        "many",
        f"has {len(column.names)} different values, such as {_first(column)}; a category has at "
        f"most {MOST_LEVELS}",
    )


def _first(column: Named) -> str:
    return column.shown(int(np.argmax(column.codes >= 0)))
