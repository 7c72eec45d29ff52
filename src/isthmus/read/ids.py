"""Ids and labels keep one type from the first batch to the last."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from isthmus.errors import UnreadableDataError


class SteadyIds:
    """Batches of ids, each brought to the types of the first.

    Parameters
    ----------
    source : str
        What messages call the input.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._schema: pa.Schema | None = None

    def table(self, batch: pa.RecordBatch, first: int) -> pa.Table:
        """The ids of one batch.

        Parameters
        ----------
        batch : RecordBatch
            The id columns alone.
        first : int
            Number of its first row within the input.

        Raises
        ------
        UnreadableDataError
            If a column changes its type in a way that would change values.
        """
        if self._schema is None:
            self._schema = pa.schema([_settled(field) for field in batch.schema])
        table = pa.Table.from_batches([batch])
        if batch.schema == self._schema:
            return table
        try:
            return table.cast(self._schema)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise UnreadableDataError(
                f"{self._source}: from row {first} on the ids are {_types(batch.schema)}, before "
                f"they were {_types(self._schema)}",
                advice="Give the ids one type throughout, best text.",
            ) from error


def joined(tables: list[pa.Table]) -> pa.Table:
    """Batches of ids one after another; without columns there are still their rows."""
    if tables[0].num_columns:
        return pa.concat_tables(tables)
    rows = sum(table.num_rows for table in tables)
    return pa.table([pa.nulls(rows)], names=[""]).select([])


def as_one_type(batches: Sequence[pa.Array | pa.ChunkedArray]) -> pa.ChunkedArray | None:
    """Labels one after another: as text where the batches came with several types."""
    labels: list[pa.Array] = []
    for batch in batches:
        labels += batch.chunks if isinstance(batch, pa.ChunkedArray) else [batch]
    if len({array.type for array in labels}) > 1:
        labels = [array.cast(pa.string()) for array in labels]
    return pa.chunked_array(labels) if labels else None


def _settled(field: pa.Field) -> pa.Field:
    """A column that begins with nothing may become text, which takes what comes later."""
    return pa.field(field.name, pa.string()) if pa.types.is_null(field.type) else field


def _types(schema: pa.Schema) -> str:
    return ", ".join(f"{field.name!r} {field.type}" for field in schema)
