"""The explanations of many rows: a sequence, a tidy table, text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import pyarrow as pa

from isthmus.options import Kind
from isthmus.scoring.explain.explanation import (
    Cell,
    Entry,
    Explanation,
    Interval,
    Region,
    Unexplained,
)
from isthmus.scoring.explain.table import as_text
from isthmus.scoring.scores import refuse_taken
from isthmus.scoring.thresholds import Decision

ROW_COLUMNS: dict[str, pa.DataType] = {
    "row": pa.int64(),
    "anomaly_score": pa.float32(),
    "p_value": pa.float64(),
    "is_anomaly": pa.bool_(),
    "rank": pa.int64(),
}
INTERVAL_COLUMNS: dict[str, pa.DataType] = {
    "first": pa.int64(),
    "last": pa.int64(),
    "interval_times": pa.float64(),
    "interval_share": pa.float64(),
    "direction": pa.string(),
}
REGION_COLUMNS: dict[str, pa.DataType] = {
    "top": pa.int64(),
    "left": pa.int64(),
    "height": pa.int64(),
    "width": pa.int64(),
    "region_times": pa.float64(),
    "region_share": pa.float64(),
    "direction": pa.string(),
    "channel": pa.string(),
    "region_observed": pa.float64(),
    "region_expected": pa.float64(),
}
PART_COLUMNS: dict[Kind, dict[str, pa.DataType]] = {
    "table": {},
    "signal": INTERVAL_COLUMNS,
    "image": REGION_COLUMNS,
}
CELL_COLUMNS: dict[str, pa.DataType] = {
    "cell": pa.string(),
    "place": pa.int64(),
    "observed": pa.float64(),
    "expected": pa.float64(),
    "observed_level": pa.string(),
    "expected_level": pa.string(),
    "deviation": pa.float64(),
    "error": pa.float64(),
    "times": pa.float64(),
    "share": pa.float64(),
    "cell_p_value": pa.float64(),
    "finding": pa.string(),
}


@dataclass(frozen=True)
class Explanations(Sequence[Explanation]):
    """Explanations in the order of the rows.

    Attributes
    ----------
    explained : tuple of Explanation
        What the sequence itself holds.
    invalid : tuple of Unexplained
        Rows that could not be scored, and why.
    decision : Decision
        What is an alarm.
    kind : {"table", "signal", "image"}
        Of a table there are cells, of a signal intervals, of an image regions.
    """

    explained: tuple[Explanation, ...]
    invalid: tuple[Unexplained, ...]
    decision: Decision
    kind: Kind

    @classmethod
    def of(cls, entries: Iterable[Entry], decision: Decision, kind: Kind) -> Explanations:
        """Gather entries."""
        explained: list[Explanation] = []
        invalid: list[Unexplained] = []
        for entry in entries:
            if isinstance(entry, Explanation):
                explained.append(entry)
            else:
                invalid.append(entry)
        return cls(tuple(explained), tuple(invalid), decision, kind)

    def __len__(self) -> int:
        return len(self.explained)

    @overload
    def __getitem__(self, place: int) -> Explanation: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Explanation]: ...
    def __getitem__(self, place: int | slice) -> Explanation | Sequence[Explanation]:
        return self.explained[place]

    @property
    def entries(self) -> list[Entry]:
        """Explanations and invalid rows together, in the order of the rows."""
        return sorted([*self.explained, *self.invalid], key=lambda entry: entry.row)

    def as_json(self) -> list[dict[str, Any]]:
        """One object for each entry, of plain types."""
        return [entry.as_json() for entry in self.entries]

    def __str__(self) -> str:
        return "".join(map(as_text, self.entries)).removesuffix("\n")

    def to_arrow(self) -> pa.Table:
        """One line for each row and cell, or interval or region with the cell at its peak.

        The ids come first; `observed` and `expected` are numbers, the levels of a category have
        columns of their own; `rank` counts from 1.

        Raises
        ------
        DataError
            If an id column has the name of another column.
        """
        own = {**ROW_COLUMNS, **PART_COLUMNS[self.kind], **CELL_COLUMNS}
        ids = list(self.explained[0].ids) if self.explained else []
        refuse_taken(ids, own, "the explanations")
        lines = list(self._lines())
        columns = {name: pa.array([line[name] for line in lines]) for name in ids}
        for name, kind in own.items():
            columns[name] = pa.array([line[name] for line in lines], kind)
        return pa.table(columns)

    def _lines(self) -> Iterator[dict[str, Any]]:
        for one in self.explained:
            parts = [
                *map(_region, one.regions),
                *map(_interval, one.intervals),
                *map(_cell, one.cells),
            ]
            for rank, part in enumerate(parts, 1):
                row = {name: getattr(one, name) for name in ROW_COLUMNS if name != "rank"}
                yield {**one.ids, **row, "rank": rank, **part}


def _interval(interval: Interval) -> dict[str, Any]:
    return {
        "first": interval.first,
        "last": interval.last,
        "interval_times": interval.times,
        "interval_share": interval.share,
        "direction": interval.direction,
        **_cell(interval.peak),
    }


def _region(region: Region) -> dict[str, Any]:
    of_region = ("times", "share", "observed", "expected")
    return {
        **{
            name: getattr(region, name)
            for name in ("top", "left", "height", "width", "direction", "channel")
        },
        **{f"region_{name}": getattr(region, name) for name in of_region},
        **_cell(region.peak),
    }


def _cell(cell: Cell) -> dict[str, Any]:
    same = ("place", "deviation", "error", "times", "share", "finding")
    return {
        "cell": cell.name,
        "observed": _if(float, cell.observed),
        "expected": _if(float, cell.expected),
        "observed_level": _if(str, cell.observed),
        "expected_level": _if(str, cell.expected),
        "cell_p_value": cell.p_value,
        **{name: getattr(cell, name) for name in same},
    }


def _if(kind: Callable[..., Any], value: float | str | None) -> Any:
    """The value where it is of that kind."""
    return value if type(value) is kind else None
