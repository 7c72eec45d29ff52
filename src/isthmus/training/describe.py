"""From training rows to a schema; refuses what nothing can be learnt from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import numpy as np

from isthmus.errors import DataError
from isthmus.options import MINIMUM_ROWS, Kind
from isthmus.read.counting import counted
from isthmus.schema import Column, ImageForm, Schema
from isthmus.training.cautions import cautions

_MOST_NAMED = 5
_COPIES = 3
"""Of the rows as units, at the same time, while they are made and learnt from."""
_PIXEL_COPIES = 7
"""Of images: as they came, and what the preamble makes of them."""
_LOOKED_AT = 1 << 20
"""Cells that are looked at together: they stay near."""
_QUANTILES = 256
_SAMPLED = 1 << 18
"""Values of a column that its quantiles are made of, at most."""
_MANY = 2.0
"""Gigabytes that are worth a word."""
_LARGEST_FLOAT32 = float(np.finfo(np.float32).max)
_LARGEST = {"table": 1e300, "signal": _LARGEST_FLOAT32, "image": _LARGEST_FLOAT32}
"""Differences of larger numbers, or their float32 forms, overflow on the way to a score."""


def describe(
    values: np.ndarray,
    names: Sequence[str],
    kind: Kind,
    *,
    named: bool = True,
    set_aside: Mapping[str, Literal["label", "id", "drop"]] | None = None,
    levels: Mapping[str, tuple[str, ...]] | None = None,
    targets: Collection[str] = (),
    image: ImageForm | None = None,
    source: str = "",
    numbers: np.ndarray | None = None,
) -> Schema:
    """The schema of training rows (N, D).

    Parameters
    ----------
    values : array
        Shape (N, D); NaN is missing. A category's cells are places among its levels.
    names : sequence of str
        Length D.
    kind : {"table", "signal", "image"}
        Of the rows.
    named : bool
        False when the names were made up.
    set_aside : mapping of str to str, optional
        Columns that are no features.
    levels : mapping of str to tuple of str, optional
        The levels of the features that are categories.
    targets : collection of str, optional
        The features that are to be rebuilt from the others.
    image : ImageForm, optional
        Of images; the names are then those of the channels.
    source : str, optional
        What messages call the rows.
    numbers : array of int, optional
        Shape (N,): what messages call each row; by default its place.

    Raises
    ------
    DataError
        If there are fewer than 10 rows, or a cell is infinite or too large: beyond 1e300, in a
        signal beyond the largest float32.
    """
    levels = levels or {}
    where = f"{source}: " if source else ""
    _refuse_unusable(values, names, kind, where, image, numbers)
    cells = values.reshape(-1, len(names)) if image else values
    columns = tuple(
        _category(name, cells[:, place], levels[name])
        if levels.get(name)
        else _numeric(name, cells[:, place])
        for place, name in enumerate(names)
    )
    columns = tuple(
        column.model_copy(update={"target": column.name in targets}) for column in columns
    )
    return Schema(
        kind=kind, columns=columns, named=named, set_aside=dict(set_aside or {}), image=image
    )


def warnings(values: np.ndarray, schema: Schema) -> list[str]:
    """What the user should know about the training rows before trusting the detector."""
    said = [caution.sentence for caution in cautions(values, schema)]
    blank = int(np.isnan(values).all(axis=1).sum())
    if blank:
        have, teach = ("has", "teaches") if blank == 1 else ("have", "teach")
        said.append(
            f"{counted(blank, 'training row')} {have} no value in any column and {teach} nothing"
        )
    pixels = _PIXEL_COPIES * 4 * values.size / 1e9
    if schema.image is not None and pixels > _MANY:
        said.append(
            f"training holds every pixel of every image and takes about {pixels:.0f} GB of memory: "
            "make the images smaller (--size)"
        )
    gigabytes = _COPIES * 4 * len(values) * sum(len(c.levels) for c in schema.columns) / 1e9
    if gigabytes > _MANY:
        said.append(
            f"training holds every level of every row and takes about {gigabytes:.0f} GB of "
            "memory: merge rare levels, or leave wide categories out (--drop)"
        )
    return said


def _numeric(name: str, cells: np.ndarray) -> Column:
    missing = np.isnan(cells)
    observed = cells[~missing] if missing.any() else cells
    return Column(
        name=name,
        minimum=float(observed.min()) if len(observed) else 0.0,
        maximum=float(observed.max()) if len(observed) else 0.0,
        missing=_missing(cells),
        quantiles=_quantiles(observed),
    )


def _quantiles(observed: np.ndarray) -> tuple[float, ...]:
    """At most `_QUANTILES` of the values (n,), those in the middle of as many equal parts."""
    if len(observed) > _SAMPLED:
        drawn = np.random.default_rng(len(observed)).integers(len(observed), size=_SAMPLED)
        observed = observed[drawn]
    count = min(_QUANTILES, len(observed))
    places = ((np.arange(count) + 0.5) / max(count, 1) * len(observed)).astype(np.int64)
    return tuple(float(str(value)) for value in np.sort(observed)[places])


def _category(name: str, cells: np.ndarray, levels: tuple[str, ...]) -> Column:
    places = cells[~np.isnan(cells)].astype(np.int64)
    counts = np.bincount(places, minlength=len(levels))
    return Column(
        name=name,
        kind="category",
        minimum=0.0,
        maximum=float(len(levels) - 1),
        missing=_missing(cells),
        levels=levels,
        counts=tuple(counts.tolist()),
    )


def _missing(cells: np.ndarray) -> float:
    return float(1.0 - (~np.isnan(cells)).mean())


def _beyond(values: np.ndarray, largest: np.float64) -> np.ndarray:
    """Row and column (n, 2) of all cells that are larger in size; looked for row by row."""
    step = max(_LOOKED_AT // values.shape[1], 1)
    found = [np.empty((0, 2), np.intp)]
    for first in range(0, len(values), step):
        places = np.argwhere(np.abs(values[first : first + step]) > largest)
        places[:, 0] += first
        found.append(places)
    return np.concatenate(found)


def _cell(cell: int, names: Sequence[str], image: ImageForm | None) -> str:
    if image is None:
        return f"column {names[cell]!r}"
    return f"the pixel in {image.cell_name(cell, names)}"


def _refuse_unusable(
    values: np.ndarray,
    names: Sequence[str],
    kind: Kind,
    where: str,
    image: ImageForm | None,
    numbers: np.ndarray | None,
) -> None:
    problems, advice = [], []
    usable = int((~np.isnan(values).all(axis=1)).sum())
    if usable < MINIMUM_ROWS:
        problems.append(
            f"{where}{counted(usable, 'normal row')} with a value came, at least {MINIMUM_ROWS} "
            "are needed to learn from and to calibrate"
        )
        advice.append("Give more normal rows.")
    large, said = _too_large(values, names, kind, where, image, numbers)
    if problems or large:
        raise DataError(*problems, *large, advice=" ".join([*advice, *said]))


def refuse_too_large(values: np.ndarray, schema: Schema, numbers: np.ndarray) -> None:
    """Refuse cells of rows (n, D), which have these numbers, that nothing can be learnt from.

    Raises
    ------
    DataError
        If a cell is infinite or too large, as `describe` says.
    """
    names = [column.name for column in schema.columns]
    problems, advice = _too_large(values, names, schema.kind, "", schema.image, numbers)
    if problems:
        raise DataError(*problems, advice=" ".join(advice))


def _too_large(
    values: np.ndarray,
    names: Sequence[str],
    kind: Kind,
    where: str,
    image: ImageForm | None,
    numbers: np.ndarray | None,
) -> tuple[list[str], list[str]]:
    """What is wrong with single cells of rows (N, D), and what to do."""
    places = _beyond(values, np.float64(_LARGEST[kind]))
    problems = [
        f"{where}row {row if numbers is None else numbers[row]}, {_cell(cell, names, image)}: "
        f"{values[row, cell]:g} cannot be learnt from"
        for row, cell in places[:_MOST_NAMED]
    ]
    if len(places) > _MOST_NAMED:
        problems.append(f"and {counted(len(places) - _MOST_NAMED, 'more such cell')}")
    infinite = np.isinf(values[tuple(places.T)])
    advice = ["Leave such rows out, or leave their cells empty."] if infinite.any() else []
    if not infinite.all():
        advice.append(
            f"Beyond {_LARGEST[kind]:.4g} in size no number can be learnt from: leave the column "
            "out, or rescale it."
        )
    return problems, advice
