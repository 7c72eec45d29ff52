"""Rows of images: read for a detector in batches, or whole to learn from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa

from isthmus.errors import DataError, UsageError
from isthmus.options import RowOptions
from isthmus.read.images import learning, pairs
from isthmus.read.images.classes import refuse_unsaid
from isthmus.read.images.forms import form_of_flat
from isthmus.read.images.pictures import CHANNELS, Pictures
from isthmus.read.images.shaping import Shaped, shaped
from isthmus.read.parts import CELLS, MOST_ROWS
from isthmus.read.roles import Roles, roles_of, with_channels
from isthmus.read.rows import Rows
from isthmus.read.source import Source
from isthmus.schema import ImageForm, Schema


def stream_rows(source: Source, options: RowOptions, schema: Schema) -> Iterator[Rows]:
    """Images in the form that the detector knows; one that cannot be used makes its row unusable.

    Raises
    ------
    SchemaError
        At once, if the detector knows no images, or a column that is not there was asked for.
    UsageError
        At once, if pairs came and the detector learnt none.
    """
    roles = roles_of(source, options, schema)
    pictures, form = _images(source), schema.image
    if form is None:
        raise DataError(f"{source.name}: images came, the detector knows none")
    if source.pairs is not None and not pairs.are_pairs(schema):
        raise UsageError(
            "paired gives images to rebuild, and the detector learnt to rebuild the very images "
            "that it is shown",
            advice="Leave it out, or fit a detector with such pairs.",
        )
    rows = max(1, min(MOST_ROWS, CELLS // form.cells))
    if pairs.are_pairs(schema):
        return _batches(
            source, pairs.shaped_pairs(pictures, source.pairs, schema, form, rows), roles, form
        )
    return _batches(source, shaped(pictures, form, rows), roles, form)


def _batches(
    source: Source, batches: Iterator[Shaped], roles: Roles, form: ImageForm
) -> Iterator[Rows]:
    first = 0
    for values, unusable, resized in batches:
        aside = {name: cells.slice(first, len(values)) for name, cells in source.beside.items()}
        yield Rows(
            source=source.name,
            names=roles.names,
            named=True,
            values=values,
            unusable=unusable,
            ids=_ids(source, roles, aside, len(values)),
            labels=_labels(source, roles, aside),
            set_aside=roles.set_aside,
            first=first,
            decisions=(*source.decisions, *roles.decisions),
            image=form,
            resized=int(resized.sum()),
        )
        first += len(values)


def read_to_learn(source: Source, options: RowOptions) -> Rows:
    """All images in a form that fits them.

    Raises
    ------
    DataError
        If there is none, or some cannot be used: it names these.
    UsageError
        If the options are those of other kinds of rows, images of several sizes came, or their
        folders tell good ones from bad ones and nothing is said of that.
    """
    if options.kind in ("table", "signal"):
        raise UsageError(
            f"{source.name}: images came, which are no {options.kind}",
            advice="Leave out --kind, or give rows of numbers.",
        )
    refuse_unsaid(source, options)
    targets: tuple[str, ...] = ()
    if source.pairs is None:
        learnt = learning.read_to_learn(_images(source), options, source.name)
        names = CHANNELS[learnt.form.channels]
    else:
        learnt, names = pairs.read_to_learn(_images(source), source.pairs, options, source.name)
        targets = tuple(name for name in names if name.startswith(pairs.PREFIX))
    roles = roles_of(with_channels(source, names), options)
    if roles.names != names or roles.categories:
        raise UsageError(
            f"{source.name}: the channels of images are neither set aside nor categories",
            advice="Leave out --drop, --id and --category; --colour grey makes three channels one.",
        )
    return Rows(
        source=source.name,
        names=names,
        named=True,
        values=learnt.values,
        unusable={},
        ids=_ids(source, roles, source.beside, len(learnt.values)),
        labels=_labels(source, roles, source.beside),
        set_aside=roles.set_aside,
        first=0,
        decisions=(*source.decisions, *roles.decisions, learnt.decision),
        targets=targets or tuple(names[place] for place in roles.targets),
        image=learnt.form,
    )


def as_images(rows: Rows, options: RowOptions) -> Rows:
    """Rows of numbers as images that lie in them pixel after pixel, of the size that was asked for.

    Raises
    ------
    UsageError
        If they are none: no size was given, it is not that of the rows, or cells are names.
    """
    if rows.levels:
        raise UsageError(
            f"{rows.source}: column {next(iter(rows.levels))!r} is a category, and images have "
            "numbers alone",
            advice="Leave it out with --drop, or pass it through with --id.",
        )
    form = form_of_flat(len(rows.names), options, rows.source)
    values = rows.values.astype(np.float32)
    return replace(rows, values=values, names=CHANNELS[form.channels], named=True, image=form)


def _images(source: Source) -> Pictures:
    if source.images is None:
        raise DataError(f"{source.name}: holds no images")
    return source.images


def _ids(source: Source, roles: Roles, aside: dict[str, pa.Array], rows: int) -> pa.Table:
    names = [source.columns[place] for place in roles.ids]
    if not names:
        return pa.table([pa.nulls(rows)], names=[""]).select([])
    return pa.table({name: aside[name] for name in names})


def _labels(source: Source, roles: Roles, aside: dict[str, pa.Array]) -> pa.Array | None:
    return None if roles.label is None else aside[source.columns[roles.label]]
