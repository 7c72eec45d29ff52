"""What is said of rebuilt rows: the cells of each, in the user's units and under their names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from isthmus.errors import UnreadableDataError
from isthmus.read import Rows
from isthmus.schema import Schema
from isthmus.scoring.apart.filling import filled
from isthmus.scoring.apart.named import cell_names, named, numbered
from isthmus.scoring.scores import id_columns, refuse_taken


@dataclass(frozen=True)
class Rebuilt:
    """N rows as the network rebuilds them, or with their missing cells filled by it.

    Attributes
    ----------
    values : array, shape (N, D)
        A category's cell is the place of a level. Of an invalid row all cells are NaN; where only
        missing cells are filled it is as it came.
    reasons : mapping of int to str
        Why a row is invalid, by row.
    rows : Rows
        What came.
    schema : Schema
        What the columns are.
    holes : array of bool or None, shape (N, D)
        The cells that were filled; None where all were rebuilt.
    left : int
        How many missing cells stayed so, because the network is only shown them.
    """

    values: np.ndarray
    reasons: Mapping[int, str]
    rows: Rows
    schema: Schema
    holes: np.ndarray | None = None
    left: int = 0

    @classmethod
    def of(
        cls,
        rows: Rows,
        rebuilt: np.ndarray,
        reasons: Mapping[int, str],
        schema: Schema,
        *,
        mask: bool,
    ) -> Rebuilt:
        """Put what was rebuilt (N, D) beside what came; `mask`: only into missing cells."""
        invalid = list(reasons)
        if not mask:
            rebuilt[invalid] = np.nan
            return cls(rebuilt, reasons, rows, schema)
        holes = np.isnan(rows.values)
        holes[invalid] = False
        missing = int(holes.sum())
        holes &= ~np.isnan(rebuilt)
        left = missing - int(holes.sum())
        return cls(np.where(holes, rebuilt, rows.values), reasons, rows, schema, holes, left)

    def __len__(self) -> int:
        return len(self.values)

    def to_arrow(self, mark: str = ".") -> pa.RecordBatch:
        """The ids, then a column for each cell; where cells were filled, of the type that came.

        Parameters
        ----------
        mark : {".", ","}
            The decimal mark of numbers in text.
        """
        names = cell_names(self.schema)
        taken = self.rows.ids.column_names
        refuse_taken(taken, names, "the rebuilt rows", source=self.rows.source)
        own = dict(zip(names, self._columns(mark), strict=True))
        return pa.RecordBatch.from_pydict({**id_columns(self.rows.ids), **own})

    def matrix(self) -> pa.RecordBatch:
        """The numbers alone, as `numbered` has them."""
        return numbered(self.schema, self.values)

    @property
    def filled(self) -> int:
        """How many missing cells were filled."""
        return 0 if self.holes is None else int(self.holes.sum())

    def _columns(self, mark: str) -> list[pa.Array]:
        if self.holes is None or not self.rows.came:
            return list(named(self.schema, self.values).columns)
        return [
            filled(came, holes, values, self.schema.column_of(place), mark)
            for place, (came, holes, values) in enumerate(
                zip(self.rows.came, self.holes.T, self.values.T, strict=True)
            )
        ]


def steady(batches: Iterable[pa.RecordBatch], source: str) -> Iterator[pa.RecordBatch]:
    """Batches whose columns keep the types that they begin with.

    Raises
    ------
    UnreadableDataError
        If a column changes its type in a way that would change values.
    """
    schema: pa.Schema | None = None
    rows = 0
    for batch in batches:
        schema = schema or batch.schema
        try:
            yield batch if batch.schema == schema else _cast(batch, schema)
        except pa.ArrowInvalid as error:
            raise UnreadableDataError(
                f"{source}: from row {rows} on cells are of another type than before: {error}",
                advice="Give each column one type throughout, such as 1.0 beside 1.5.",
            ) from error
        rows += batch.num_rows


def _cast(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    table = pa.Table.from_batches([batch]).cast(schema).combine_chunks()
    return table.to_batches()[0] if table.num_rows else batch
