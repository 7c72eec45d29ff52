"""What there is to say of one cell beside its error: missing, never seen, out of range."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from isthmus.schema import Column

Finding = Literal[
    "never missing",
    "always missing",
    "missing",
    "never present",
    "unseen",
    "once",
    "level",
    "constant",
    "above",
    "below",
    "off",
]
"""`never missing`, `always missing`, `missing`: missing where training never, always or sometimes
was. `never present`: there where training never was. Of a category `unseen`: no level of training;
`once`: one that a single training row has; `level`: any other. Of a number `constant`: unlike the
one value of training; `above`, `below`: outside the range of training; `off`: none of these."""

NEW: frozenset[Finding] = frozenset({"never missing", "never present", "unseen", "constant"})
"""What training never had stands out by itself, whatever its error."""

Rule = tuple[Finding, Callable[[float, Column], bool]]

_MISSING: tuple[Rule, ...] = (
    ("never missing", lambda _, column: column.missing == 0),
    ("always missing", lambda _, column: column.missing == 1),
    ("missing", lambda *_: True),
)
_CATEGORY: tuple[Rule, ...] = (
    ("unseen", lambda value, column: _rows_with(value, column) == 0),
    ("once", lambda value, column: _rows_with(value, column) == 1),
    ("level", lambda *_: True),
)
_NUMBER: tuple[Rule, ...] = (
    ("never present", lambda _, column: column.missing == 1),
    ("constant", lambda value, column: column.minimum == column.maximum != value),
    ("above", lambda value, column: value > column.maximum),
    ("below", lambda value, column: value < column.minimum),
    ("off", lambda *_: True),
)


def finding_of(value: float, column: Column) -> Finding:
    """The first rule that holds of a cell's value, NaN where it is missing."""
    present = _CATEGORY if column.kind == "category" else _NUMBER
    rules = _MISSING if math.isnan(value) else present
    return next(finding for finding, holds in rules if holds(value, column))


def level_of(value: float, column: Column) -> str | None:
    """The level at a place, None where there is no such place."""
    if not 0 <= value < len(column.levels) or value != int(value):
        return None
    return column.levels[int(value)]


def _rows_with(value: float, column: Column) -> int | None:
    """How many training rows have that level; None where nobody counted."""
    if level_of(value, column) is None:
        return 0
    return column.counts[int(value)] if column.counts else None
