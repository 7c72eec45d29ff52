"""The rows that are kept whole, as records that the explorer draws and the table lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from isthmus.options import Kind
from isthmus.printable import clean
from isthmus.report.figures.png import data_url
from isthmus.report.gathering import Gathered
from isthmus.report.kept import Kept
from isthmus.schema import Column
from isthmus.scoring.explain.amounts import amount, decimals_apart, percent, spread
from isthmus.scoring.explain.explanation import Cell
from isthmus.scoring.explain.heat import heat, usual_by_pixel
from isthmus.scoring.explain.overlay import panels
from isthmus.scoring.explain.usual import Usual
from isthmus.scoring.explain.views import PictureView
from isthmus.scoring.explain.words import value_of

Record = dict[str, Any]
LARGEST = 1e30
"""Scores and values further from zero are shown as that."""
DIGITS = 5
"""Of numbers that are drawn: a screen shows no more."""
OUTSIDE = 0.12
"""Values beyond the range of training are drawn so far beyond it, in parts of its width."""
MOST_SAMPLES = 1000
"""Of a longer signal every few samples show the one that is off most."""
SMALLEST_IMAGE = 112


def details(gathered: Gathered) -> list[Record]:
    """One record for each kept row, the strangest first."""
    of_kind = _OF_KIND[gathered.scorer.schema.kind](gathered)
    return [{**_common(place, one), **of_kind(one)} for place, one in enumerate(gathered.kept)]


def _common(place: int, one: Kept) -> Record:
    return {
        "i": place,
        "row": one.row,
        "score": _finite(one.told.anomaly_score),
        "p": one.told.p_value,
        "why": clean(one.told.sentence.partition(": ")[2] or one.told.sentence, 300),
        "ids": [[clean(name), clean(str(value), 80)] for name, value in one.told.ids.items()],
    }


def _finite(score: float) -> float:
    """A score that JSON can hold."""
    return float(f"{np.clip(score, -LARGEST, LARGEST):.5g}")


def _of_table(gathered: Gathered) -> Callable[[Kept], Record]:
    columns = gathered.scorer.schema.columns
    return lambda one: {"cells": [_cell(cell, columns[cell.place]) for cell in one.told.cells]}


def _cell(cell: Cell, column: Column) -> Record:
    """What is told of a cell, and where observed and expected lie among those of training."""
    category = column.kind == "category"
    words = _levels_apart(cell, column) if category else _numbers_apart(cell)
    said = [clean(words, 100), f"{percent(cell.share)} of the error"]
    place = _among_levels if category else _within_range
    return {"n": clean(cell.name, 36), "t": said, **place(cell, column)}


def _levels_apart(cell: Cell, column: Column) -> str:
    """Observed and expected, each with the share of the training rows that have it."""
    total = sum(column.counts)

    def level(value: float | str | None) -> str:
        place = column.levels.index(value) if value in column.levels else None
        if place is None or not total:
            return value_of(value)
        return f"{value_of(value)} ({percent(column.counts[place] / total)})"

    if cell.observed == cell.expected:
        return f"{level(cell.observed)} as expected"
    if cell.expected is None:
        return level(cell.observed)
    return f"{level(cell.observed)}, expected {level(cell.expected)}"


def _among_levels(cell: Cell, column: Column) -> Record:
    """Levels side by side, the commonest first, each as wide as its share of the training rows.

    The band is the expected level; a level that training never had lies beyond the rarest.
    """
    if not column.counts:
        return {}
    by_count = sorted(zip(column.counts, column.levels, strict=True), key=lambda one: -one[0])
    ends = np.cumsum([0, *(count for count, _ in by_count)]) / max(sum(column.counts), 1)
    spans = {level: ends[place : place + 2] for place, (_, level) in enumerate(by_count)}
    drawn: Record = {"o": 1 + OUTSIDE} if cell.finding == "unseen" else {}
    for name, value in (("o", cell.observed), ("e", cell.expected)):
        if value in spans:
            drawn[name] = round(float(spans[value].mean()), 4)
    if cell.expected in spans:
        drawn["lo"], drawn["hi"] = (round(float(end), 4) for end in spans[cell.expected])
    return drawn


def _within_range(cell: Cell, column: Column) -> Record:
    """Where observed and expected lie within the range of training; the band is most of it."""
    if not column.maximum > column.minimum:
        return {}
    low, high = np.quantile(column.quantiles, [0.1, 0.9]) if column.quantiles else (0.0, 0.0)
    drawn = {"lo": _within(float(low), column), "hi": _within(float(high), column)}
    for name, value in (("o", cell.observed), ("e", cell.expected)):
        if isinstance(value, int | float):
            drawn[name] = _within(float(value), column)
    return drawn


def _numbers_apart(cell: Cell) -> str:
    """Observed and expected, with as many digits as tell them apart."""
    observed, expected = cell.observed, cell.expected
    if not isinstance(observed, float) or not isinstance(expected, float):
        if observed == expected or expected is None:
            return value_of(observed) + (" as expected" if observed == expected else "")
        return f"{value_of(observed)}, expected {value_of(expected)}"
    decimals = decimals_apart(observed, (expected,), cell.deviation)
    usual = "" if cell.deviation is None else f" \u00b1 {spread(cell.deviation)}"
    return f"{amount(observed, decimals)}, expected {amount(expected, decimals)}{usual}"


def _within(value: float, column: Column) -> float:
    """0 at the least and 1 at the largest value of training; what is beyond is drawn beside."""
    half = column.maximum / 2 - column.minimum / 2
    part = (value / 2 - column.minimum / 2) / half
    return round(float(np.clip(part, -OUTSIDE, 1 + OUTSIDE)), 4)


def _of_signal(gathered: Gathered) -> Callable[[Kept], Record]:
    width = gathered.scorer.schema.width
    together = -(-width // MOST_SAMPLES)

    def of(one: Kept) -> Record:
        places = _shown(one, width, together)
        return {
            "at": places,
            "o": _numbers(one.observed, places),
            "e": _numbers(one.expected, places),
            "from": [interval.first - 0.5 for interval in one.told.intervals[:3]],
            "to": [interval.last + 0.5 for interval in one.told.intervals[:3]],
        }

    return of


def _shown(one: Kept, width: int, together: int) -> list[int]:
    """The samples that are drawn: of every few the one that is off most."""
    if together == 1:
        return list(range(width))
    starts = range(0, width, together)
    return [start + int(np.nanargmax(one.times[start : start + together])) for start in starts]


def _numbers(values: np.ndarray, places: Sequence[int]) -> list[float | None]:
    chosen = values[list(places)].astype(np.float64).tolist()
    return [float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None for value in chosen]


def _of_image(gathered: Gathered) -> Callable[[Kept], Record]:
    schema, form = gathered.scorer.schema, gathered.scorer.schema.image
    assert form is not None
    usual = usual_by_pixel(Usual.of(gathered.scorer.manifest).means, form)
    shape = form.height, form.width, form.channels

    def of(one: Kept) -> Record:
        view = PictureView(
            row=one.row,
            observed=one.observed.reshape(shape),
            expected=one.expected.reshape(shape),
            heat=heat(one.errors[None], usual, form)[0],
        )
        drawn = panels(view, schema, smallest=SMALLEST_IMAGE)
        return {"images": [data_url(np.ascontiguousarray(panel)) for panel in drawn]}

    return of


_OF_KIND: dict[Kind, Callable[[Gathered], Callable[[Kept], Record]]] = {
    "table": _of_table,
    "signal": _of_signal,
    "image": _of_image,
}
