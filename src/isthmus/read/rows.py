"""What the rest of isthmus sees of any input: features as numbers, with ids and labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.errors import DataError
from isthmus.options import RowOptions
from isthmus.read.cells import Strange
from isthmus.read.ids import SteadyIds, as_one_type, joined
from isthmus.read.learning import read_to_learn
from isthmus.read.levels import Levels
from isthmus.read.parts import parts_of
from isthmus.read.roles import Role, Roles, roles_of
from isthmus.read.sampling import Sampling
from isthmus.read.source import Source
from isthmus.schema import ImageForm, Schema

USUAL = Sampling()
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
        Shape (N, D), float64 (float32 where all features came so), C order; NaN is missing. A
        category's cell is the place of its value among the levels, `UNSEEN` for any other.
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
    levels : dict of str to tuple of str
        The levels of every feature that is a category.
    texts : dict of str to Array
        The values of every feature that is a category as text, each of shape (N,), null where
        missing: for messages about values that are no level.
    targets : tuple of str
        The features that are to be rebuilt from the others.
    image : ImageForm or None
        The form of images, whose names are those of their channels; D is the number of its cells.
    came : tuple of Array
        The features as they came, in CSV as their exact text, each of shape (N,); empty unless
        asked for.
    resized : int
        How many images were of another size.
    numbers : array of int or None
        Of a sample, which rows of the input it has, shape (N,).
    drawn_from : int or None
        Of a sample, how many rows there were.
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
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[str, pa.Array | pa.ChunkedArray] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    came: tuple[pa.Array, ...] = ()
    image: ImageForm | None = None
    resized: int = 0
    numbers: npt.NDArray[np.int64] | None = None
    drawn_from: int | None = None


def stream_rows(
    source: Source, options: RowOptions, schema: Schema, *, as_came: bool = False
) -> Iterator[Rows]:
    """Read a source for a detector in batches, in constant memory.

    A row is read as if it came alone: a cell that is no number where the detector knows numbers
    makes it unusable, a name that is no level of a category is `UNSEEN`.

    Parameters
    ----------
    source : Source
        What to read.
    options : RowOptions
        Which columns are features.
    schema : Schema
        What the detector knows.
    as_came : bool
        Whether the features are given untouched as well.

    Raises
    ------
    SchemaError
        At once, where columns are wrong.
    UnreadableDataError
        While reading, if the bytes are not what the format says.
    """
    if source.images is not None:
        from isthmus.read.images import rows as of_images  # made of the rows below

        return of_images.stream_rows(source, options, schema)
    spread = schema.spread()
    return _batches(source, roles_of(source, options, spread), spread, as_came)


def read_rows(
    source: Source,
    options: RowOptions,
    schema: Schema | None = None,
    *,
    sampling: Sampling = USUAL,
) -> Rows:
    """Read a source whole: for a detector as `stream_rows` does, or to learn from it.

    Without a schema it is decided over all rows which features are numbers and which categories,
    and of very many rows a sample is kept.

    Raises
    ------
    DataError
        If there is no row.
    SchemaError
        If columns are wrong; without a schema if nothing can be learnt from one.
    UnreadableDataError
        If the bytes are not what the format says.
    """
    if schema is None:
        if source.images is not None:
            from isthmus.read.images import rows as of_images

            return of_images.read_to_learn(source, options)
        return _learnable(source, options, sampling)
    parts = list(stream_rows(source, options, schema))
    if not parts:
        raise without_rows(source)
    if len(parts) == 1:
        return parts[0]
    labels = [part.labels for part in parts if part.labels is not None]
    return replace(
        parts[0],
        values=np.concatenate([part.values for part in parts]),
        unusable={part.first + row: why for part in parts for row, why in part.unusable.items()},
        ids=joined([part.ids for part in parts]),
        resized=sum(part.resized for part in parts),
        labels=as_one_type(labels),
        texts={name: pa.chunked_array([p.texts[name] for p in parts]) for name in parts[0].texts},
    )


def without_rows(source: Source) -> DataError:
    """What is said of a source that has none."""
    what = "has columns but no rows" if source.images is None else "holds no images"
    return DataError(f"{source.name}: {what}", advice="Give one row or more.")


def _learnable(source: Source, options: RowOptions, sampling: Sampling) -> Rows:
    read = read_to_learn(source, options, sampling)
    named = {read.roles.names[place]: category for place, category in read.categories.items()}
    return Rows(
        source=source.name,
        names=read.roles.names,
        named=source.named,
        values=read.values,
        unusable={},
        ids=read.ids,
        labels=read.labels,
        set_aside=read.roles.set_aside,
        first=0,
        numbers=read.numbers,
        drawn_from=None if read.numbers is None else read.rows_read,
        decisions=(*source.decisions, *read.roles.decisions, *read.decisions),
        levels={name: category.levels for name, category in named.items()},
        texts={name: category.texts for name, category in named.items()},
        targets=tuple(read.roles.names[place] for place in read.roles.targets),
    )


def _batches(source: Source, roles: Roles, schema: Schema, as_came: bool = False) -> Iterator[Rows]:
    ids = SteadyIds(source.name)
    levels = {roles.names[i]: schema.columns[i].levels for i in roles.categories}
    known = {place: Levels(schema.columns[place].levels) for place in roles.categories}
    first = 0
    for part in parts_of(source, roles, learning=False, as_came=as_came):
        texts = {}
        for place, coded in part.texts.items():
            part.values[:, place], texts[roles.names[place]] = known[place].look_up(coded)
        aside = part.aside
        yield Rows(
            source=source.name,
            names=roles.names,
            named=source.named,
            values=part.values,
            unusable=_reasons(part.strange, roles.names),
            ids=ids.table(aside.select([source.columns[place] for place in roles.ids]), first),
            labels=None if roles.label is None else aside.column(source.columns[roles.label]),
            set_aside=roles.set_aside,
            first=first,
            decisions=(*source.decisions, *roles.decisions),
            levels=levels,
            texts=texts,
            came=part.came,
        )
        first += len(part.values)


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
