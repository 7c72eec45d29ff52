"""Rows of numbers as columns with names, and places of levels as the levels themselves."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from isthmus.schema import Column, Schema


def cell_names(schema: Schema) -> tuple[str, ...]:
    """A name for each of the D cells; those of the pixels of an image are made up."""
    return schema.spread().names


def named(schema: Schema, values: np.ndarray) -> pa.RecordBatch:
    """Rows as a user has them: a column for each cell, under its name.

    Parameters
    ----------
    schema : Schema
        What the columns are.
    values : array, shape (N, D)
        In the order of the schema, in the user's units; a cell of a category is the place of a
        level. NaN is missing.
    """
    cells = [
        as_cells(values[:, place], schema.column_of(place)) for place in range(values.shape[1])
    ]
    return pa.record_batch(cells, names=list(cell_names(schema)))


def numbered(schema: Schema, values: np.ndarray) -> pa.RecordBatch:
    """The same as numbers alone: NaN where missing, and levels as their places.

    Of images with targets these alone: see `image_shape`.
    """
    names = cell_names(schema)
    kept = (schema.image and schema.targets) or range(values.shape[1])
    parts = [pa.array(np.ascontiguousarray(values[:, place])) for place in kept]
    return pa.record_batch(parts, names=[names[place] for place in kept])


def image_shape(schema: Schema) -> tuple[int, ...] | None:
    """Height, width and, where there are several, channels of what is rebuilt of an image."""
    if schema.image is None:
        return None
    channels = sum(column.target for column in schema.columns) or schema.image.channels
    size = schema.image.height, schema.image.width
    return size if channels == 1 else (*size, channels)


def as_cells(values: np.ndarray, column: Column) -> pa.Array:
    """One column (N,): numbers as they are, places as names; null where NaN or no level's place."""
    if column.kind == "numeric":
        return pa.array(np.ascontiguousarray(values), mask=np.isnan(values))
    known = (values >= 0) & (values < len(column.levels))
    places = pa.array(np.where(known, values, 0).astype(np.int64), mask=~known)
    return pc.take(pa.array(column.levels, pa.string()), places)
