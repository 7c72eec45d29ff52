"""All words of an explanation: whoever shows one, as text, JSON or report, takes them from here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from isthmus.printable import clean
from isthmus.schema import Column
from isthmus.scoring.explain.amounts import amount, decimals_apart, percent, spread
from isthmus.scoring.explain.explanation import Cell, Direction, Interval
from isthmus.scoring.explain.findings import Finding

Lead = Literal["clear", "many", "usual", "exact"]
"""`clear`: a cell or stretch stands out. `many`: none does, they are a little off together.
`usual`: none is off more than usual. `exact`: there is no error at all."""

MOST_OF_A_NAME = 60
MOST_OF_A_VALUE = 40

HEADINGS = {
    "cell": "cell",
    "samples": "samples",
    "peak": "peak",
    "observed": "observed",
    "expected": "expected",
    "deviation": "usually +-",
    "share": "of error",
    "times": "times usual",
    "lines": "lines",
    "columns": "columns",
    "share_of_excess": "of excess error",
    "p_value": "p-value",
}
"""Of the columns of the text table."""

DIRECTIONS: dict[Direction, str] = {
    "above": "above what was expected",
    "below": "below what was expected",
    "both": "off, above and below",
}


def name_of(cell: Cell) -> str:
    """A column in a sentence."""
    return f"`{clean(cell.name, MOST_OF_A_NAME).replace('`', chr(39))}`"


def value_of(value: float | str | None, decimals: int | None = None) -> str:
    """A value in a sentence; a number with so many decimals, or else with four digits."""
    if value is None:
        return "missing"
    if isinstance(value, str):
        return f"'{clean(value, MOST_OF_A_VALUE)}'"
    return amount(value, decimals_apart(value, ()) if decimals is None else decimals)


def predicate(cell: Cell, column: Column) -> str:
    """What is to be said of a cell: "is 81.2 where about 74.9 (+- 1.1) was expected"."""
    return _PREDICATES[cell.finding](cell, column)


def cells_sentence(
    row: int, cells: Sequence[Cell], column: Column, lead: Lead, also: Sequence[Cell], alarm: bool
) -> str:
    """One sentence on a row of a table.

    Parameters
    ----------
    row : int
        Its number.
    cells : sequence of Cell
        First the worst.
    column : Column
        That of the worst cell.
    lead : Lead
        How clear the case is.
    also : sequence of Cell
        Others that stand out by themselves.
    alarm : bool
        Whether the row is one.
    """
    if lead == "exact":
        return exact(row, "cell")
    subject, rest = name_of(cells[0]), _share(predicate(cells[0], column), cells[0].share)
    more = f"; also off: {', '.join(map(name_of, also))}" if also and lead == "clear" else ""
    return sentence(row, "cell", subject, rest, lead, alarm) + more


def intervals_sentence(
    row: int, intervals: Sequence[Interval], column: Column, lead: Lead, alarm: bool
) -> str:
    """One sentence on a row of a signal; as `cells_sentence`, with intervals for cells."""
    if lead == "exact":
        return exact(row, "sample")
    worst, others = intervals[0], intervals[1:]
    more = f"; also off: {', '.join(map(samples, others))}" if others and lead == "clear" else ""
    peak = predicate(worst.peak, column)
    if worst.first == worst.last:
        rest = _share(peak, worst.share)
    else:
        rest = _share(f"are {DIRECTIONS[worst.direction]}", worst.share)
        rest += f", most of all sample {worst.peak.place}, which {peak}"
    return sentence(row, "sample", samples(worst), rest, lead, alarm) + more


def samples(interval: Interval) -> str:
    """The samples of an interval."""
    if interval.first == interval.last:
        return f"sample {interval.first}"
    return f"samples {interval.first} to {interval.last}"


def invalid_sentence(row: int, reason: str) -> str:
    """One sentence on a row without a score."""
    return f"row {row}: could not be scored: {clean(reason, 400)}"


def sentence(row: int, noun: str, subject: str, rest: str, lead: Lead, alarm: bool) -> str:
    if not alarm:
        return f"row {row}: no alarm; furthest off: {subject}, which {rest}"
    if lead == "many":
        return f"row {row}: many {noun}s are a little off, first of all {subject}, which {rest}"
    if lead == "usual":
        return f"row {row}: no {noun} is off more than usual, first comes {subject}, which {rest}"
    return f"row {row}: {subject} {rest}"


def exact(row: int, noun: str) -> str:
    return f"row {row}: every {noun} is exactly as expected"


def _share(said: str, share: float) -> str:
    return f"{said} ({percent(share)} of the error)"


def _number(cell: Cell, bound: float | None = None, said: str = "") -> str:
    """A number beside the one that was expected; `said` of a bound that it has left behind."""
    observed, expected = cell.observed, cell.expected
    if not isinstance(observed, float) or isinstance(expected, str):
        return "is not what was expected"
    decimals = decimals_apart(observed, (expected, bound), cell.deviation)
    text = f"is {value_of(observed, decimals)}"
    if bound is not None:
        text += f", {said} {value_of(bound, decimals)}),"
    if expected is None:
        return text.rstrip(",")
    if observed == expected:
        return f"{text} as expected"
    room = "" if cell.deviation is None else f" (+- {spread(cell.deviation)})"
    return f"{text} where about {value_of(expected, decimals)}{room} was expected"


def _unseen(cell: Cell, column: Column) -> str:
    observed = "a value" if cell.observed is None else value_of(cell.observed)
    if len(column.levels) == 1:
        return (
            f"is {observed}, in training always {value_of(column.levels[0])}{_or_missing(column)}"
        )
    return f"is {observed}, which training never had"


def _level(cell: Cell, _: Column) -> str:
    if cell.observed == cell.expected:
        return f"is {value_of(cell.observed)} as expected, but less surely than usual"
    if cell.expected is None:
        return f"is {value_of(cell.observed)}"
    return f"is {value_of(cell.observed)} where {value_of(cell.expected)} was expected"


def _constant(cell: Cell, column: Column) -> str:
    if not isinstance(cell.observed, float):
        return "is not what it always was in training"
    decimals = decimals_apart(cell.observed, (column.minimum,))
    always = amount(column.minimum, decimals)
    return f"is {amount(cell.observed, decimals)}, in training always {always}{_or_missing(column)}"


def _or_missing(column: Column) -> str:
    return " or missing" if column.missing else ""


_PREDICATES: dict[Finding, Callable[[Cell, Column], str]] = {
    "never missing": lambda *_: "is missing, which it never was in training",
    "always missing": lambda *_: "is missing, as always in training",
    "missing": lambda _, column: f"is missing, as in {percent(column.missing)} of training",
    "never present": lambda cell, _: f"is {value_of(cell.observed)}, in training always missing",
    "unseen": _unseen,
    "once": lambda cell, _: f"is {value_of(cell.observed)}, which training had once",
    "level": _level,
    "constant": _constant,
    "above": lambda cell, c: _number(cell, c.maximum, "above anything in training (max"),
    "below": lambda cell, c: _number(cell, c.minimum, "below anything in training (min"),
    "off": lambda cell, _: _number(cell),
}
