"""Entries as text: the sentence, and below it a small aligned table."""

from __future__ import annotations

from collections.abc import Sequence

from isthmus.printable import clean
from isthmus.scoring.explain.amounts import amount, chance, decimals_apart, percent, spread, times
from isthmus.scoring.explain.explanation import Cell, Entry, Explanation, Interval, Region
from isthmus.scoring.explain.words import HEADINGS, MOST_OF_A_NAME, MOST_OF_A_VALUE

CELL_COLUMNS = ("cell", "observed", "expected", "deviation", "share", "times", "p_value")
INTERVAL_COLUMNS = ("samples", "share", "times", "peak", "observed", "expected", "deviation")
REGION_COLUMNS = ("lines", "columns", "share_of_excess", "times", "observed", "expected")
LEFT = {"cell", "samples", "lines", "columns"}
"""Columns of names and places, which begin at the left; numbers end at the right."""


def as_text(entry: Entry) -> str:
    """Lines that end in a blank one."""
    facts = facts_of(entry)
    lines = [facts] if facts else []
    if isinstance(entry, Explanation):
        lines += aligned(*table_of(entry))
    return "\n".join([entry.sentence, *(f"  {line}" for line in lines)]) + "\n\n"


def facts_of(entry: Entry) -> str:
    """The ids of a row, its score and p-value; of a row that could not be scored its ids alone."""
    ids = [_ids(entry.ids)] if entry.ids else []
    if not isinstance(entry, Explanation):
        return ", ".join(ids)
    alarm = "alarm" if entry.is_anomaly else "no alarm"
    score = f"score {entry.anomaly_score:.4g}"
    return ", ".join([*ids, score, f"p-value {chance(entry.p_value)}", alarm])


def _ids(ids: dict[str, object]) -> str:
    shown = [f"{clean(name, MOST_OF_A_NAME)} {_id(value)}" for name, value in ids.items()]
    return ", ".join(shown)


def _id(value: object) -> str:
    return "missing" if value is None else clean(str(value), MOST_OF_A_VALUE)


def table_of(entry: Explanation) -> tuple[Sequence[str], list[dict[str, str]]]:
    """Names of the columns, headed by `HEADINGS`, and lines: of regions, stretches or cells."""
    if entry.regions:
        return REGION_COLUMNS, [_region_line(one) for one in entry.regions]
    if entry.intervals:
        return INTERVAL_COLUMNS, [_interval_line(one) for one in entry.intervals]
    return CELL_COLUMNS, [_cell_line(cell) for cell in entry.cells]


def aligned(columns: Sequence[str], lines: Sequence[dict[str, str]]) -> list[str]:
    """Lines below their headings, in columns; nothing where there are no lines."""
    if not lines:
        return []
    texts = [[HEADINGS[name] for name in columns], *([line[n] for n in columns] for line in lines)]
    widths = [max(len(line[place]) for line in texts) for place in range(len(columns))]
    return [
        "  ".join(
            text.ljust(width) if name in LEFT else text.rjust(width)
            for name, text, width in zip(columns, line, widths, strict=True)
        ).rstrip()
        for line in texts
    ]


def _cell_line(cell: Cell) -> dict[str, str]:
    return {
        "cell": clean(cell.name, MOST_OF_A_NAME),
        "share": percent(cell.share),
        "times": times(cell.times),
        "p_value": chance(cell.p_value),
        **_values(cell),
    }


def _interval_line(interval: Interval) -> dict[str, str]:
    return {
        "samples": _from_to(interval.first, interval.last),
        "share": percent(interval.share),
        "times": times(interval.times),
        "peak": str(interval.peak.place),
        **_values(interval.peak),
    }


def _region_line(region: Region) -> dict[str, str]:
    brightness = [value for value in (region.observed, region.expected) if value is not None]
    decimals = decimals_apart(brightness[0], brightness[1:]) if brightness else 0
    channel = "" if region.channel is None else f"{region.channel} "
    return {
        "lines": _from_to(region.top, region.top + region.height - 1),
        "columns": _from_to(region.left, region.left + region.width - 1),
        "share_of_excess": percent(region.share),
        "times": times(region.times),
        "observed": f"{channel}{_value(region.observed, decimals, 'missing')}",
        "expected": _value(region.expected, decimals, "no number"),
    }


def _from_to(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _values(cell: Cell) -> dict[str, str]:
    observed, expected = cell.observed, cell.expected
    numbers = [value for value in (observed, expected) if isinstance(value, float)]
    decimals = decimals_apart(numbers[0], numbers[1:], cell.deviation) if numbers else 0
    absent = "unknown" if cell.finding == "unseen" else "missing"
    return {
        "observed": _value(observed, decimals, absent),
        "expected": _value(expected, decimals, "no number"),
        "deviation": "" if cell.deviation is None else spread(cell.deviation),
    }


def _value(value: float | str | None, decimals: int, absent: str) -> str:
    if value is None:
        return absent
    if isinstance(value, str):
        return clean(value, MOST_OF_A_VALUE)
    return amount(value, decimals)
