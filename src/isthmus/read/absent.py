"""Rows to rebuild that come without the columns that are to be made."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import pyarrow as pa

from isthmus.read.source import Source, made_up
from isthmus.schema import Schema


def with_absent_targets(source: Source, schema: Schema) -> Source:
    """The same source, with a column of missing cells for each target that is not in it.

    Columns without names are those that are shown, in their order, where they are as many.
    """
    spread = schema.spread()
    if source.images is not None or not spread.targets:
        return source
    if source.named and spread.named:
        targets = (spread.names[place] for place in spread.targets)
        absent = [name for name in targets if name not in source.columns]
        return (
            _spread(source, (*source.columns, *absent), len(source.columns)) if absent else source
        )
    if source.beside or len(source.columns) != len(spread.shown):
        return source
    return _at_places(source, spread)


def _spread(source: Source, names: tuple[str, ...], there: int) -> Source:
    """The columns of a source and, behind them, missing ones."""
    return _laid_out(source, names, [*range(there), *[None] * (len(names) - there)])


def _at_places(source: Source, schema: Schema) -> Source:
    """What came at the places of what is shown, and missing ones at those of the targets."""
    order: list[int | None] = [None] * schema.width
    for place, shown in enumerate(schema.shown):
        order[shown] = place
    return _laid_out(source, made_up(schema.width), order)


def _laid_out(source: Source, names: tuple[str, ...], order: list[int | None]) -> Source:
    """A source whose columns are those of another in some order, None: missing cells."""
    came = {name: place for name, place in zip(names, order, strict=True) if place is not None}

    def read(text: Collection[str]) -> Iterator[pa.RecordBatch]:
        exact = [source.columns[came[name]] for name in text if name in came]
        for batch in source.read(exact):
            nothing = pa.nulls(batch.num_rows)
            cells = [nothing if place is None else batch.column(place) for place in order]
            yield pa.record_batch(cells, names=list(names))

    types = {name: source.type_of(source.columns[place]) for name, place in came.items()}
    known = {name: kind for name, kind in types.items() if kind is not None}
    return replace(source, columns=names, read=read, matrix=None, types=known)
