"""What went by while rows were encoded or rebuilt, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from isthmus.options import RowOptions
from isthmus.read import Rows, Source, stream_rows
from isthmus.read.absent import with_absent_targets
from isthmus.read.counting import counted
from isthmus.read.roles import roles_of
from isthmus.schema import Schema
from isthmus.scoring.familiarity import Familiarity

MOST_NAMED = 3
"""Rows whose reasons are told."""


@dataclass
class Passed:
    """Counts of one source, why some of its rows are invalid, and what is foreign to the detector.

    Attributes
    ----------
    source : Source
        What is read.
    schema : Schema
        What the detector knows. Targets need not be there: they are what is rebuilt.
    mask : bool
        Whether missing cells are filled, and so expected.
    """

    source: Source
    schema: Schema
    mask: bool = False
    rows: int = 0
    invalid: int = 0
    filled: int = 0
    left: int = 0
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.source = with_absent_targets(self.source, self.schema)
        self.familiarity = Familiarity(self.schema, judged=False, filled=self.mask)

    def stream(self, columns: RowOptions, *, as_came: bool = False) -> Iterator[Rows]:
        """The rows batch by batch; one batch without rows where there are none."""
        for rows in stream_rows(self.source, columns, self.schema, as_came=as_came):
            self.familiarity.add(rows)
            self.rows += len(rows.values)
            yield rows
        if not self.rows:
            yield _none(self.source, columns, self.schema)

    def add(
        self, reasons: Mapping[int, str], first: int, *, filled: int = 0, left: int = 0
    ) -> None:
        """Count what was invalid, filled and left in a batch that begins with row `first`."""
        self.invalid += len(reasons)
        self.filled += filled
        self.left += left
        named = list(reasons.items())[: MOST_NAMED - len(self.told)]
        self.told += [f"row {first + row}: {why}" for row, why in named]

    @property
    def warnings(self) -> list[str]:
        """What the user should know, once all rows went by."""
        name = self.source.name
        return [
            *([] if self.rows else [f"{name}: has columns but no rows"]),
            *self.familiarity.warnings,
        ]

    def of_invalid(self, become: str) -> list[str]:
        """What became of the rows that cannot be used, with the first reasons."""
        if not self.invalid:
            return []
        more = self.invalid - len(self.told)
        rest = f"; and {more} more" if more else ""
        invalid = counted(self.invalid, "row")
        return [f"{self.source.name}: {invalid} {become}: {'; '.join(self.told)}{rest}"]


def _none(source: Source, columns: RowOptions, schema: Schema) -> Rows:
    """A batch without rows, so that the columns of the output are known."""
    ids: list[str] = []
    if source.images is None:
        ids = [source.columns[place] for place in roles_of(source, columns, schema.spread()).ids]
    nothing: dict[str, Any] = {name: pa.array([], pa.string()) for name in ids}
    return Rows(
        source=source.name,
        names=schema.names,
        named=source.named,
        values=np.empty((0, schema.width)),
        unusable={},
        ids=pa.table(nothing),
        labels=None,
        set_aside={},
        first=0,
        decisions=(),
    )
