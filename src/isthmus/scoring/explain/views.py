"""Images beside what the network made of them and their heat maps, batch by batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from isthmus.errors import DataError, UsageError
from isthmus.options import RowOptions
from isthmus.read import Rows, Source, stream_rows
from isthmus.read.images.files import names_below
from isthmus.schema import ImageForm, Schema
from isthmus.scoring.explain.heat import heat, usual_by_pixel
from isthmus.scoring.explain.usual import Usual

if TYPE_CHECKING:
    from isthmus.scoring.scorer import Scorer


@dataclass(frozen=True)
class PictureView:
    """One image.

    Attributes
    ----------
    row : int
        Its number in the source, from 0.
    observed, expected : array, shape (height, width, channels)
        The image in the detector's form, and what was rebuilt.
    heat : array, shape (height, width)
        Errors over usual errors; NaN where the image could not be scored.
    name : str or None
        The path of its file, below the folder of all.
    """

    row: int
    observed: np.ndarray
    expected: np.ndarray
    heat: np.ndarray
    name: str | None = None


def stream_views(
    scorer: Scorer, source: Source, columns: RowOptions, rows: Collection[int] | None = None
) -> Iterator[PictureView]:
    """Views of the given rows, by default of all, in the order of the source.

    Raises
    ------
    UsageError
        At once, if the detector knows no images, or a number is below 0.
    DataError
        If the source has no such row; otherwise as `stream_rows`.
    """
    form = form_of(scorer.schema)
    if rows is not None and min(rows, default=0) < 0:
        raise UsageError(f"rows: numbers from 0 were expected, got {min(rows)}")
    wanted = None if rows is None else frozenset(rows)
    return _views(scorer, source, columns, form, wanted)


def form_of(schema: Schema) -> ImageForm:
    """The form of the images that a detector knows.

    Raises
    ------
    UsageError
        If it knows none.
    """
    if schema.image is None:
        raise UsageError(
            f"heat maps are made of images; the detector was trained on a {schema.kind}",
            advice="Explain its alarms instead.",
        )
    return schema.image


def stacked_heat(views: Iterable[PictureView], schema: Schema) -> np.ndarray:
    """The heat maps of views, shape (n, height, width), float32."""
    form = form_of(schema)
    none = np.empty((0, form.height, form.width), np.float32)
    maps = [view.heat.astype(np.float32) for view in views]
    return np.stack(maps) if maps else none


def _views(
    scorer: Scorer,
    source: Source,
    columns: RowOptions,
    form: ImageForm,
    wanted: frozenset[int] | None,
) -> Iterator[PictureView]:
    usual, seen = usual_by_pixel(Usual.of(scorer.manifest).means, form), 0
    numbers = sorted(wanted or ())
    if source.images is not None:
        _refuse_beyond(source, numbers, source.images.count)
    narrowed = narrowed_to(source, numbers) if wanted is not None else None
    names = names_below(narrowed or source)
    for rows in stream_rows(narrowed or source, columns, scorer.schema):
        places = np.arange(len(rows.values))
        if narrowed is None and wanted is not None:
            places = places[[rows.first + place in wanted for place in places.tolist()]]
        for view in _of_batch(scorer, rows, places, form, usual):
            number = view.row if narrowed is None else numbers[view.row]
            yield replace(view, row=number, name=names[view.row] if names else None)
        seen = rows.first + len(rows.values)
        if narrowed is None and wanted is not None and seen > max(numbers, default=-1):
            return
    if narrowed is None:
        _refuse_beyond(source, numbers, seen)


def narrowed_to(source: Source, numbers: Sequence[int]) -> Source | None:
    """A source of these images alone; None where all have to be read to find them."""
    images, pairs = source.images, source.pairs
    if images is None or images.some is None or (pairs is not None and pairs.some is None):
        return None
    places = pa.array(numbers, pa.int64())
    return replace(
        source,
        images=images.some(numbers),
        pairs=pairs.some(numbers) if pairs is not None and pairs.some is not None else None,
        beside={name: cells.take(places) for name, cells in source.beside.items()},
    )


def _refuse_beyond(source: Source, numbers: Sequence[int], count: int) -> None:
    if beyond := [number for number in numbers if number >= count]:
        raise DataError(
            *[f"{source.name}: there is no row {number}; it has {count}" for number in beyond]
        )


def _of_batch(
    scorer: Scorer, rows: Rows, places: np.ndarray, form: ImageForm, usual: np.ndarray
) -> Iterator[PictureView]:
    if not len(places):
        return
    values = rows.values[places]
    made, reasons = scorer.run(values, ["error", "reconstruction"])
    maps = heat(made["error"].astype(np.float64), usual, form)
    shape = form.height, form.width, form.channels
    for place, row in enumerate(places.tolist()):
        if place in reasons or row in rows.unusable:
            maps[place] = np.nan
        yield PictureView(
            row=rows.first + row,
            observed=values[place].reshape(shape),
            expected=made["reconstruction"][place].reshape(shape),
            heat=maps[place],
        )
