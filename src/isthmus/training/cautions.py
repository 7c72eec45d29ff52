"""What in training rows usually is a mistake: each with the columns it is about and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from isthmus.schema import Column, Schema
from isthmus.training.heavy import are_heavy

_MOST_NAMED = 5
_EXACT = 2.0**53
"""Whole numbers beyond it are no longer all different as floating-point numbers."""
_UNIX = (1e8, 3e9)
"""Seconds since 1970: the years 1973 to 2065."""
_LARGEST = 1e150
"""Squares of larger values do not fit."""


@dataclass(frozen=True)
class Caution:
    """A sentence for the user, the columns that it is about, and the same in a word or two."""

    columns: tuple[str, ...]
    note: str
    sentence: str


class Seen:
    """The training rows of one column: its values that are not missing, in their order.

    Parameters
    ----------
    cells : array
        Shape (N,); NaN is missing.
    column : Column
        What the schema says of it.
    """

    def __init__(self, cells: npt.NDArray[np.floating], column: Column) -> None:
        self.column = column
        self.values = cells[~np.isnan(cells)].astype(np.float64)
        self.complete = len(self.values) == len(cells)

    @cached_property
    def _tally(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
        values, counts = np.unique(self.values, return_counts=True)
        return values, counts

    @property
    def distinct(self) -> npt.NDArray[np.float64]:
        return self._tally[0]

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        return self._tally[1]

    @cached_property
    def whole(self) -> bool:
        return bool((self.values == np.floor(self.values)).all())

    @property
    def all_differ(self) -> bool:
        return len(self.distinct) == len(self.values)

    @property
    def size(self) -> float:
        """The largest value without its sign."""
        return float(max(-self.distinct[0], self.distinct[-1]))


def cautions(values: np.ndarray, schema: Schema) -> list[Caution]:
    """What the user should know of the columns of training rows (N, D)."""
    found: dict[str, list[str]] = {name: [] for name in (*_ALWAYS, *_OF_TABLES)}
    for place, column in enumerate(schema.columns):
        if schema.image is not None:
            note = _of_channel(column)
        else:
            seen = Seen(values[:, place], column)
            note = _first(_ALWAYS, seen)
            if note is None and schema.kind == "table":
                note = _first(_OF_TABLES, seen)
        if note is not None:
            found[note].append(column.name)
    return [
        Caution(tuple(names), note, _SENTENCES[note](_listed(names), len(names) > 1))
        for note, names in found.items()
        if names
    ]


def _of_channel(column: Column) -> str | None:
    """The same of a channel of images, whose pixels are too many to be gone through again."""
    if column.missing == 1:
        return "no value"
    return "never varied" if column.minimum == column.maximum else None


def _first(checks: dict[str, Callable[[Seen], bool]], seen: Seen) -> str | None:
    """The note of the first check that a column does not pass."""
    return next((note for note, strikes in checks.items() if strikes(seen)), None)


def _is_constant(seen: Seen) -> bool:
    return len(seen.values) > 0 and seen.column.minimum == seen.column.maximum


def _is_empty(seen: Seen) -> bool:
    return not len(seen.values)


def _is_unix_time(seen: Seen) -> bool:
    """In the range of some unit, and mostly growing from row to row."""
    if seen.column.kind == "category" or len(seen.values) < 10:
        return False
    low, high = float(seen.distinct[0]), float(seen.distinct[-1])
    if not any(_UNIX[0] * unit <= low and high <= _UNIX[1] * unit for unit in (1, 1e3, 1e6, 1e9)):
        return False
    steps = np.diff(seen.values)
    return bool((steps >= 0).mean() >= 0.9 and (steps > 0).mean() >= 0.5)


def _is_row_number(seen: Seen) -> bool:
    if seen.column.kind == "category" or not seen.complete or len(seen.values) < 10:
        return False
    return seen.whole and bool((np.diff(seen.values) > 0).all())


def _loses_digits(seen: Seen) -> bool:
    if seen.column.kind == "category" or not _EXACT < seen.size <= 2.0**64:
        return False
    return seen.whole


def _is_id(seen: Seen) -> bool:
    """All whole and different, where amounts would meet by chance or differ in size."""
    if seen.column.kind == "category" or len(seen.values) < 50:
        return False
    if not (seen.all_differ and seen.whole):
        return False
    low, high = float(seen.distinct[0]), float(seen.distinct[-1])
    pairs = len(seen.values) ** 2 / 2
    return pairs / (high - low) >= 3 or (low > 0 and high >= 1e5 and high / low < 100)


def _hardly_varies(seen: Seen) -> bool:
    return bool(seen.counts.max() > 0.99 * len(seen.values))


def _is_mostly_missing(seen: Seen) -> bool:
    return seen.column.missing > 0.5


def _has_many_rare_levels(seen: Seen) -> bool:
    single = sum(count == 1 for count in seen.column.counts)
    return single >= 10 and single >= len(seen.column.levels) / 4


def _has_heavy_tails(seen: Seen) -> bool:
    if seen.column.kind == "category" or len(seen.values) < 20 or seen.size > _LARGEST:
        return False
    return bool(are_heavy(seen.values[:, None])[0])


def _may_be_codes(seen: Seen) -> bool:
    """A few whole numbers that do not become rarer to both sides, as amounts and grades do."""
    if seen.column.kind == "category" or not (3 <= len(seen.distinct) <= 12 and seen.whole):
        return False
    counts = seen.counts
    if counts.min() < 5 or counts.max() > 0.9 * len(seen.values):
        return False
    # A dip counts where it is more than chance: twice the spread of a count.
    left = np.maximum.accumulate(counts)[:-2]
    right = np.maximum.accumulate(counts[::-1])[::-1][2:]
    dips = np.minimum(left, right) - counts[1:-1]
    return bool((dips > 4 * np.sqrt(np.minimum(left, right))).any())


_ALWAYS: dict[str, Callable[[Seen], bool]] = {
    "never varied": _is_constant,
    "no value": _is_empty,
}
_OF_TABLES: dict[str, Callable[[Seen], bool]] = {
    "Unix time?": _is_unix_time,
    "row number?": _is_row_number,
    "digits lost": _loses_digits,
    "id?": _is_id,
    "hardly varies": _hardly_varies,
    "mostly missing": _is_mostly_missing,
    "rare levels": _has_many_rare_levels,
    "heavy tails": _has_heavy_tails,
    "codes?": _may_be_codes,
}
"""The first that strikes is said of a column; the others would say the same in other words."""

_SENTENCES: dict[str, Callable[[str, bool], str]] = {
    "never varied": lambda columns, many: (
        f"{columns} never varied in training: any change there is an alarm "
        "(--drop leaves columns out)"
    ),
    "no value": lambda columns, many: (
        f"{columns} had no value at all in training: any value is an alarm"
    ),
    "Unix time?": lambda columns, many: (
        f"{columns} {'look' if many else 'looks'} like Unix time: new rows will lie beyond all "
        "that was learnt (--drop or --id; parts such as the hour can be columns)"
    ),
    "row number?": lambda columns, many: (
        f"{columns} {'look like row numbers' if many else 'looks like a row number'}: that "
        "says nothing of a row, and new ones lie beyond all that was learnt (--id or --drop)"
    ),
    "digits lost": lambda columns, many: (
        f"{columns} {'have' if many else 'has'} whole numbers above 2^53, whose digits beyond the "
        "16th are lost; such numbers are usually ids (--id or --drop)"
    ),
    "id?": lambda columns, many: (
        f"{columns} {'look like ids' if many else 'looks like an id'}: whole numbers, no two of "
        "them alike (--id or --drop)"
    ),
    "hardly varies": lambda columns, many: (
        f"{columns} {'have' if many else 'has'} one value in more than 99 % of the rows: any other "
        "is almost an alarm by itself (--drop leaves columns out)"
    ),
    "mostly missing": lambda columns, many: (
        f"{columns} {'are' if many else 'is'} missing in more than half of the rows, and little is "
        "learnt there (--drop leaves columns out)"
    ),
    "rare levels": lambda columns, many: (
        f"{columns} {'have' if many else 'has'} many levels that one row alone has, and those "
        "count as never seen: merge rare values (or --drop, --id)"
    ),
    "heavy tails": lambda columns, many: (
        f"{columns} {'have' if many else 'has'} heavy tails, a few rows far beyond all others, and "
        f"{'are' if many else 'is'} learnt on a logarithm-like scale (not with --tails keep)"
    ),
    "codes?": lambda columns, many: (
        f"{columns} {'have' if many else 'has'} a few whole values that may be codes: if they are "
        "names and no amounts, say so with --category"
    ),
}


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(map(repr, names[:_MOST_NAMED]))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"column {shown}" if len(names) == 1 else f"columns {shown}{more}"
