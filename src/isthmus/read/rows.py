"""What the rest of isthmus sees of any input: features as numbers, with ids and labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.errors import DataError
from isthmus.options import RowOptions
from isthmus.read.arrays import native
from isthmus.read.cells import Strange, matrix_of
from isthmus.read.column_kinds import ColumnKinds, refuse_nested
from isthmus.read.ids import SteadyIds, joined
from isthmus.read.roles import Role, Roles, roles_of
from isthmus.read.source import Source
from isthmus.schema import Schema

CELLS = 4 << 20
"""Cells of a batch, at most: 32 MiB as float64."""
MOST_ROWS = 1 << 15
MOST_REASONS = 3
"""Cells of one row that its reason names."""


@dataclass(frozen=True)
class Rows:
    """Rows side by side with what was set aside from them.

    Attributes
    ----------
    source : str
        What messages call the input.
    names : tuple of str
        The features, length D.
    named : bool
        Whether the input has names of its own.
    values : array
        Shape (N, D), float64 (float32 where all features came so), C order; NaN is missing.
    unusable : dict of int to str
        Index of a row in `values`, and why it cannot be used.
    ids : Table
        N rows and the id columns, untouched.
    labels : Array, ChunkedArray or None
        Shape (N,).
    set_aside : dict of str to {"label", "id", "drop"}
        Columns of the input that are no features.
    first : int
        Number of the first row within its input, from 0.
    decisions : tuple of str
        What was decided by looking at the data, each with how to change it.
    """

    source: str
    names: tuple[str, ...]
    named: bool
    values: npt.NDArray[Any]
    unusable: dict[int, str]
    ids: pa.Table
    labels: pa.Array | pa.ChunkedArray | None
    set_aside: dict[str, Role]
    first: int
    decisions: tuple[str, ...]


def stream_rows(
    source: Source, options: RowOptions, schema: Schema | None = None
) -> Iterator[Rows]:
    """Read a source in batches, in constant memory.

    Parameters
    ----------
    source : Source
        What to read.
    options : RowOptions
        Which columns are features.
    schema : Schema, optional
        What a detector knows. Without it the rows are to be learnt from: every feature must be a
        number or missing. With it, rows that have other cells are marked unusable.

    Raises
    ------
    SchemaError
        At once where columns are wrong; while reading where learning needs numbers and other
        cells come.
    UnreadableDataError
        While reading, if the bytes are not what the format says.
    """
    return _batches(source, roles_of(source, options, schema), fitting=schema is None)


def read_rows(source: Source, options: RowOptions, schema: Schema | None = None) -> Rows:
    """Read a source whole; otherwise as `stream_rows`.

    Raises
    ------
    DataError
        If there is no row.
    """
    parts = list(stream_rows(source, options, schema))
    if not parts:
        raise DataError(f"{source.name}: has columns but no rows")
    if len(parts) == 1:
        return parts[0]
    unusable = {part.first + row: why for part in parts for row, why in part.unusable.items()}
    labels = [part.labels for part in parts if part.labels is not None]
    return Rows(
        source=source.name,
        names=parts[0].names,
        named=parts[0].named,
        values=np.concatenate([part.values for part in parts]),
        unusable=unusable,
        ids=joined([part.ids for part in parts]),
        labels=pa.chunked_array(_alike(labels)) if labels else None,
        set_aside=parts[0].set_aside,
        first=0,
        decisions=parts[0].decisions,
    )


def _alike(labels: list[pa.Array]) -> list[pa.Array]:
    """Labels of one type: as text where the batches came with several."""
    if len({array.type for array in labels}) > 1:
        labels = [array.cast(pa.string()) for array in labels]
    return labels


def _batches(source: Source, roles: Roles, *, fitting: bool) -> Iterator[Rows]:
    kinds = ColumnKinds(source.name, roles.names)
    ids = SteadyIds(source.name)
    first = 0
    for values, strange, aside in _parts(source, roles):
        refuse_nested(source.name, roles.names, strange)
        if fitting:
            kinds.see(values, strange, first)
        yield Rows(
            source=source.name,
            names=roles.names,
            named=source.named,
            values=values,
            unusable=_reasons(strange, roles.names),
            ids=ids.table(aside.select([source.columns[place] for place in roles.ids]), first),
            labels=_label(aside, source, roles),
            set_aside=roles.set_aside,
            first=first,
            decisions=(*source.decisions, *roles.decisions),
        )
        first += len(values)


Part = tuple[npt.NDArray[Any], list[Strange], pa.RecordBatch]


def _parts(source: Source, roles: Roles) -> Iterator[Part]:
    """Features as numbers, the cells that are none, and the columns set aside."""
    if source.matrix is None:
        return _parts_of_batches(source, roles)
    return _parts_of_matrix(source, roles, source.matrix)


def _parts_of_batches(source: Source, roles: Roles) -> Iterator[Part]:
    most = max(1, min(MOST_ROWS, CELLS // max(1, len(roles.features))))
    for whole in source.batches(text=roles.text):
        for start in range(0, whole.num_rows, most):
            batch = whole.slice(start, most)
            columns = [batch.column(place) for place in roles.features]
            values, strange = matrix_of(columns, source.decimal)
            yield values, strange, batch.select(list(roles.set_aside))


def _parts_of_matrix(source: Source, roles: Roles, matrix: npt.NDArray[Any]) -> Iterator[Part]:
    """The short way for one array of numbers: its columns need not become Arrow's first."""
    kind = np.float32 if matrix.dtype == np.float32 else np.float64
    whole = roles.features == tuple(range(matrix.shape[1]))
    most = max(1, min(MOST_ROWS, CELLS // max(1, matrix.shape[1])))
    for start in range(0, len(matrix), most):
        part = matrix[start : start + most]
        features = part if whole else part[:, list(roles.features)]
        values = np.require(features, kind, ("C", "W"))
        cells = []
        for name in roles.set_aside:
            place = source.columns.index(name)
            beside = source.beside.get(name)
            cells.append(native(part[:, place]) if beside is None else beside.slice(start, most))
        yield values, [], _batch(cells, list(roles.set_aside), len(part))


def _batch(cells: list[Any], names: list[str], rows: int) -> pa.RecordBatch:
    """Columns as a batch; one without columns still has its rows."""
    if cells:
        return pa.record_batch(cells, names=names)
    return pa.record_batch([pa.nulls(rows)], names=[""]).select([])


def _label(aside: pa.RecordBatch, source: Source, roles: Roles) -> pa.Array | None:
    return None if roles.label is None else aside.column(source.columns[roles.label])


def _reasons(strange: list[Strange], names: tuple[str, ...]) -> dict[int, str]:
    """Why each row that has a cell that is no number cannot be used."""
    cells: dict[int, list[str]] = {}
    for column in strange:
        for row in np.flatnonzero(column.bad).tolist():
            said = f"column {names[column.place]!r}: {column.cell(row)} is not a number"
            cells.setdefault(row, []).append(said)
    return {row: _joined(said) for row, said in sorted(cells.items())}


def _joined(said: list[str]) -> str:
    more = len(said) - MOST_REASONS
    return "; ".join(said[:MOST_REASONS]) + (f"; and {more} more" if more > 0 else "")
