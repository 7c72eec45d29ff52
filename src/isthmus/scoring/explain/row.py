"""One row beside what the network made of it: its cells and intervals, the worst first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from isthmus.read import Rows
from isthmus.schema import Column
from isthmus.scoring.explain.explanation import Cell, Direction, Interval
from isthmus.scoring.explain.findings import finding_of, level_of
from isthmus.scoring.explain.ranking import ranked, shares
from isthmus.scoring.explain.stretches import Stretch, maximal_stretches, sample_scores
from isthmus.scoring.explain.usual import Usual

ONE_SIDED = 0.75
"""The part of an interval's error that must lie on one side for the interval to lie there."""

SINGLE = 1e-7
"""The precision of float32."""


@dataclass(frozen=True)
class RebuiltRow:
    """One row of a batch; nothing here depends on its neighbours.

    Attributes
    ----------
    columns : sequence of Column
        Length D.
    usual : Usual
        What is usual for each cell.
    rows : Rows
        The batch.
    place : int
        The row's place in it.
    errors : array of float64, shape (D,)
        The graph's `error`; what is no number was too large to compute with, and is infinite.
    expected : array, shape (D,)
        The graph's `reconstruction`.
    """

    columns: Sequence[Column]
    usual: Usual
    rows: Rows
    place: int
    errors: np.ndarray
    expected: np.ndarray

    @cached_property
    def times(self) -> np.ndarray:
        """Errors over usual errors, shape (D,)."""
        return self.usual.times(self.errors)

    @cached_property
    def shares(self) -> np.ndarray:
        """Shares of the total error, shape (D,)."""
        return shares(self.errors)

    def cells(self, top: int) -> tuple[Cell, ...]:
        """At most `top` cells, the worst first."""
        places = ranked(self.times, self.errors)[:top]
        return tuple(self.cell(int(place)) for place in places)

    def intervals(self, top: int) -> tuple[tuple[Interval, ...], bool]:
        """At most `top` intervals, the heaviest first, and whether they stand out.

        Where no stretch is off, the one sample that is off most stands in for it.
        """
        stretches = maximal_stretches(sample_scores(self.times).tolist())
        if not stretches:
            worst = int(ranked(self.times, self.errors)[0])
            return (self._interval(Stretch(worst, worst)),), False
        order = sorted(stretches, key=lambda stretch: -self._weight(stretch))
        return tuple(map(self._interval, order[:top])), True

    def cell(self, place: int) -> Cell:
        """All that is said of one cell."""
        column = self.columns[place]
        value = float(self.rows.values[self.place, place])
        category, error = column.kind == "category", float(self.errors[place])
        single = np.float32(error)  # as the graph gave it
        return Cell(
            name=column.name,
            place=place,
            observed=self._category(place) if category else _shortest(self._value(place)),
            expected=self._level(place) if category else self._number(place),
            deviation=_or_nothing(self._deviation(place), column),
            error=float(str(single)),
            times=float(self.times[place]),
            share=float(self.shares[place]),
            p_value=self.usual.p_value(place, error),
            finding=finding_of(value, column),
        )

    def _deviation(self, place: int) -> float | None:
        expected = float(self.expected[place])
        return self.usual.cells[place].deviation(expected) if math.isfinite(expected) else None

    def _value(self, place: int) -> np.floating:
        value: np.floating = self.rows.values[self.place, place]
        return value

    def _number(self, place: int) -> float | None:
        """The number that was rebuilt; the observed one where only rounding lies between them."""
        observed, rebuilt = _shortest(self._value(place)), _shortest(self.expected[place])
        if observed is None or rebuilt is None:
            return rebuilt
        return observed if abs(observed - rebuilt) <= _rounding(self.columns[place]) else rebuilt

    def _category(self, place: int) -> str | None:
        """The text of a category; of one that is no level as the row has it, where it is known."""
        column, value = self.columns[place], float(self._value(place))
        if math.isnan(value):
            return None
        level = level_of(value, column)
        texts = self.rows.texts.get(column.name)
        if level is not None or texts is None:
            return level
        text: str | None = texts[self.place].as_py()
        return text

    def _level(self, place: int) -> str | None:
        """The level that was most likely."""
        expected = float(self.expected[place])
        if not math.isfinite(expected):
            return None
        return level_of(float(round(expected)), self.columns[place])

    def _interval(self, stretch: Stretch) -> Interval:
        inside = slice(stretch.first, stretch.last + 1)
        peak = stretch.first + int(ranked(self.times[inside], self.errors[inside])[0])
        return Interval(
            first=stretch.first,
            last=stretch.last,
            times=self._weight(stretch) / (stretch.last - stretch.first + 1),
            share=min(1.0, float(self.shares[inside].sum())),
            direction=self._direction(inside, peak),
            peak=self.cell(peak),
        )

    def _weight(self, stretch: Stretch) -> float:
        return float(self.times[stretch.first : stretch.last + 1].sum())

    def _direction(self, inside: slice, peak: int) -> Direction:
        """Where the peak and most of the error lie; a missing sample lies nowhere."""
        sides = self._sides(inside)
        leaning = float(self.shares[inside] @ sides) * float(sides[peak - inside.start])
        least = (2 * ONE_SIDED - 1) * float(self.shares[inside].sum())
        if leaning <= 0 or leaning < least:
            return "both"
        return "above" if sides[peak - inside.start] > 0 else "below"

    def _sides(self, inside: slice) -> np.ndarray:
        """1 for samples above what was expected, -1 below, 0 for neither."""
        observed = self.rows.values[self.place, inside].astype(np.float64)
        sides: np.ndarray = np.sign(observed - self.expected[inside].astype(np.float64))
        sides[np.isnan(sides)] = 0
        return sides


def _rounding(column: Column) -> float:
    """What float32, in which networks compute, cannot tell apart in that column."""
    half = column.maximum / 2 - column.minimum / 2  # twice this may be more than a number can hold
    return SINGLE * 2 * half if half else SINGLE * abs(column.maximum)


def _or_nothing(deviation: float | None, column: Column) -> float | None:
    """A usual deviation; none where a column never varied, and only rounding was seen."""
    still = column.minimum == column.maximum
    return 0.0 if still and deviation is not None and deviation <= _rounding(column) else deviation


def _shortest(value: np.floating) -> float | None:
    """A number as a float that is written like it: 0.1 stays 0.1, also from float32."""
    return float(str(value)) if np.isfinite(value) else None
