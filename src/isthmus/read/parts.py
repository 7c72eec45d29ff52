"""A source in batches of bounded size: features as numbers or names, the rest as it came."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.read.arrays import native
from isthmus.read.cells import Strange, is_neither, is_text, matrix_of, plain_type, strange_of
from isthmus.read.levels import texts_of
from isthmus.read.roles import Roles
from isthmus.read.source import Source, blocks_of
from isthmus.read.stored import StoredMatrix

CELLS = 4 << 20
"""Cells of a batch, at most: 32 MiB as float64."""
MOST_ROWS = 1 << 15


@dataclass(frozen=True)
class Part:
    """Some rows of a source.

    Attributes
    ----------
    values : array
        Shape (N, D); NaN where a cell is missing, no number, or a name.
    texts : dict of int to DictionaryArray
        The names in each feature that is known to be a category, null where missing.
    strange : list of Strange
        The features with cells that are neither.
    aside : RecordBatch
        The columns that are no features.
    came : tuple of Array
        The features as they came, where that was asked for.
    """

    values: npt.NDArray[Any]
    texts: dict[int, pa.DictionaryArray]
    strange: list[Strange]
    aside: pa.RecordBatch
    came: tuple[pa.Array, ...] = ()


def parts_of(
    source: Source,
    roles: Roles,
    *,
    learning: bool,
    exact: Collection[int] = (),
    as_came: bool = False,
) -> Iterator[Part]:
    """The rows of a source.

    Parameters
    ----------
    source : Source
        What to read.
    roles : Roles
        What each column is for.
    learning : bool
        Whether nothing is known of the columns yet: truth values are then no numbers, and dates
        or lists no names.
    exact : collection of int
        Features that come as numbers and, where they are text, as names too.
    as_came : bool
        Whether the features come untouched as well, in CSV as their exact text.
    """
    if source.matrix is None:
        return _of_batches(source, roles, learning, exact, as_came)
    return _of_matrix(source, roles, source.matrix, as_came)


def _of_batches(
    source: Source, roles: Roles, learning: bool, exact: Collection[int], as_came: bool
) -> Iterator[Part]:
    most = max(1, min(MOST_ROWS, CELLS // max(1, len(roles.features))))
    untouched = range(len(roles.features)) if as_came else exact
    text = (*roles.text, *(source.columns[roles.features[place]] for place in untouched))
    for whole in source.batches(text=text):
        for start in range(0, whole.num_rows, most):
            batch = whole.slice(start, most)
            columns = [batch.column(place) for place in roles.features]
            values, strange = matrix_of(
                columns, source.decimal, truths=not learning, skipped=roles.categories
            )
            names = [place for place in exact if is_text(columns[place].type)]
            for place in roles.categories:
                if learning and is_neither(plain_type(columns[place].type)):
                    strange.append(strange_of(place, columns[place]))
                else:
                    names.append(place)
            texts = {place: texts_of(columns[place], source.decimal) for place in names}
            came = tuple(columns) if as_came else ()
            yield Part(values, texts, strange, batch.select(list(roles.set_aside)), came)


def _of_matrix(
    source: Source, roles: Roles, matrix: npt.NDArray[Any] | StoredMatrix, as_came: bool
) -> Iterator[Part]:
    """The short way for one array of numbers: its columns need not become Arrow's first."""
    kind = np.float32 if matrix.dtype == np.float32 else np.float64
    whole = roles.features == tuple(range(matrix.shape[1]))
    most = max(1, min(MOST_ROWS, CELLS // max(1, matrix.shape[1])))
    for start, part in blocks_of(matrix, most):
        features = part if whole else part[:, list(roles.features)]
        # Names are written into the values, which must not be those of the caller.
        values = np.array(features, kind) if roles.categories else features
        values = np.require(values, kind, ("C", "W"))
        texts = {
            place: texts_of(pa.array(native(features[:, place]), from_pandas=True))
            for place in roles.categories
        }
        cells = []
        for name in roles.set_aside:
            place = source.columns.index(name)
            beside = source.beside.get(name)
            cells.append(native(part[:, place]) if beside is None else beside.slice(start, most))
        came = tuple(pa.array(native(column)) for column in features.T) if as_came else ()
        yield Part(values, texts, [], _batch(cells, list(roles.set_aside), len(part)), came)


def _batch(cells: list[Any], names: list[str], rows: int) -> pa.RecordBatch:
    """Columns as a batch; one without columns still has its rows."""
    if cells:
        return pa.record_batch(cells, names=names)
    return pa.record_batch([pa.nulls(rows)], names=[""]).select([])
