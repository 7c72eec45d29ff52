"""Some signals of every class, one panel each, on one scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isthmus.errors import DataError
from isthmus.report.figures import theme
from isthmus.report.figures.text import clean

if TYPE_CHECKING:
    import altair as alt

Values = npt.NDArray[np.float64]

MOST_LINES = 8
"""More lines than this in a panel cannot be told apart."""
MOST_CELLS = 700
SIDE_BY_SIDE = 3
WIDTH, HEIGHT = 290, 170


@dataclass(frozen=True, eq=False)
class SampleClass:
    """What one panel shows.

    Attributes
    ----------
    title : str
        Any text.
    rows : (n, D) numbers
        At most the first 8 are drawn; NaN where there is no value.
    count : int
        How many rows the class has in all.
    is_normal : bool
        Chooses the colour.
    """

    title: str
    rows: npt.ArrayLike
    count: int
    is_normal: bool


def samples(classes: Sequence[SampleClass], *, along: str = "cell") -> alt.ConcatChart:
    """Draw some rows of every class.

    Parameters
    ----------
    classes : sequence of SampleClass
        All with rows of the same D.
    along : str
        What a cell is called, under the axis.

    Raises
    ------
    DataError
        Naming every class whose rows do not fit, or if there is none.
    """
    alt = theme.altair()
    drawn = _checked(classes)
    shown = np.concatenate([rows[np.isfinite(rows)] for rows in drawn])
    low, high = (float(shown.min()), float(shown.max())) if len(shown) else (0.0, 1.0)
    margin = 0.04 * (high - low) or 0.5
    domain = [low - margin, high + margin]
    panels = [
        _panel(one, rows, domain, along, first=place % SIDE_BY_SIDE == 0)
        for place, (one, rows) in enumerate(zip(classes, drawn, strict=True))
    ]
    chart = alt.concat(*panels, columns=SIDE_BY_SIDE, spacing=28)
    told = [
        f"{clean(one.title)}: {_shown(one, rows)}" for one, rows in zip(classes, drawn, strict=True)
    ]
    return theme.themed(chart, "Samples of every class, one panel each", *told)


def _checked(classes: Sequence[SampleClass]) -> list[Values]:
    if not classes:
        raise DataError("no class came, at least one was expected")
    arrays = [np.asarray(one.rows, np.float64) for one in classes]
    width = arrays[0].shape[1] if arrays[0].ndim == 2 else 0
    problems = [
        f"class {place}: rows of shape (n, {width or 'D'}) were expected, {rows.shape} came"
        for place, rows in enumerate(arrays)
        if rows.ndim != 2 or not rows.size or rows.shape[1] != width
    ]
    if problems:
        raise DataError(*problems)
    return [rows[:MOST_LINES] for rows in arrays]


def _panel(one: SampleClass, rows: Values, domain: list[float], along: str, *, first: bool) -> Any:
    alt = theme.altair()
    step = -(-rows.shape[1] // MOST_CELLS)
    x = alt.X(
        "cell:Q",
        title=along,
        scale=alt.Scale(domain=[0, rows.shape[1] - 1], nice=False),
        axis=alt.Axis(tickMinStep=1),
    )
    y = alt.Y(
        "value:Q",
        title="value" if first else None,
        scale=alt.Scale(domain=domain, nice=False, zero=False),
        axis=alt.Axis(minExtent=theme.Y_EXTENT),
    )
    records = [
        {"row": row, "cell": cell, "value": float(values[cell])}
        for row, values in enumerate(rows)
        for cell in range(0, len(values), step)
        if np.isfinite(values[cell])
    ]
    return (
        alt.Chart(alt.Data(values=records))
        .mark_line(
            color=theme.NORMAL if one.is_normal else theme.ABNORMAL,
            strokeWidth=1.2,
            opacity=0.6,
        )
        .encode(x=x, y=y, detail="row:N")
        .properties(title=_title(one.title, _shown(one, rows)), width=WIDTH, height=HEIGHT)
    )


def _shown(one: SampleClass, rows: Values) -> str:
    return f"{len(rows)} of {one.count} row{'' if one.count == 1 else 's'}"


def _title(text: str, below: str) -> Any:
    """A title that fits over a narrow panel."""
    made = theme.title(clean(text, most=44), [below])
    made.fontSize = 13
    return made
