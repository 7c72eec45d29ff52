"""A row laid over what the network expected of it, with the gap between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isthmus.report.figures import theme
from isthmus.report.figures.cells import Cells, laid_out
from isthmus.report.figures.text import clean, number

if TYPE_CHECKING:
    import altair as alt

LABELS = "cell_labels"
COLORS = {"input": theme.OBSERVED, "reconstruction": theme.EXPECTED, "gap": theme.GAP}
SIDE_BY_SIDE = 2


@dataclass(frozen=True, eq=False)
class ReconstructedRow:
    """What one panel shows.

    Attributes
    ----------
    observed, expected : (D,) numbers
        The row and its reconstruction, in the same units; NaN where there is no value.
    errors : (D,) numbers
        What each cell adds to the row's score.
    title : str
        Any text.
    score, p_value : float, optional
        Left out where the row has none.
    """

    observed: npt.ArrayLike
    expected: npt.ArrayLike
    errors: npt.ArrayLike
    title: str
    score: float | None = None
    p_value: float | None = None


def reconstruction(
    observed: npt.ArrayLike,
    expected: npt.ArrayLike,
    errors: npt.ArrayLike,
    *,
    title: str,
    score: float | None = None,
    p_value: float | None = None,
    names: Sequence[str] | None = None,
) -> alt.ConcatChart:
    """Draw one row over its reconstruction; the words are those of `ReconstructedRow`."""
    row = ReconstructedRow(observed, expected, errors, title, score, p_value)
    return reconstructions([row], names=names)


def reconstructions(
    rows: Sequence[ReconstructedRow], *, names: Sequence[str] | None = None, along: str = "cell"
) -> alt.ConcatChart:
    """Draw rows over their reconstructions side by side, on one scale.

    Below each, in a strip, are the errors of its cells. Of a row with very many cells every few
    neighbours show the one with the largest error; of very many named columns those with the
    largest errors are shown. The figure says so.

    Parameters
    ----------
    rows : sequence of ReconstructedRow
        All with the same D.
    names : sequence of str, optional
        Length D, any text. Named columns are unlike each other and are drawn as points, cells
        without names as a line. Columns in unlike units are best standardised first.
    along : str
        What a cell without a name is called, under the axis.

    Raises
    ------
    DataError
        Naming every array of another shape than the first, or if there is no row or cell.
    """
    alt = theme.altair()
    cells = laid_out([(row.observed, row.expected, row.errors) for row in rows], names)
    panels = [
        _panel(row, cells, place, theme.WIDTH if len(rows) == 1 else theme.PANEL_WIDTH, along)
        for place, row in enumerate(rows)
    ]
    chart = alt.concat(*panels, columns=SIDE_BY_SIDE, spacing=28)
    if cells.names is not None:
        labels = [clean(name, most=24) for name in cells.names]
        chart = chart.add_params(alt.param(name=LABELS, value=labels))
    told = [f"{clean(row.title)}: {_figures(row)}" for row in rows]
    return theme.themed(chart, "Input over reconstruction", *told)


def _panel(row: ReconstructedRow, cells: Cells, place: int, width: int, along: str) -> Any:
    alt = theme.altair()
    subtitle = [_figures(row), *([cells.remark] if cells.remark else [])]
    first = place % SIDE_BY_SIDE == 0
    upper = alt.layer(*_values(cells, first)).properties(
        title=theme.title(row.title, subtitle),
        width=width,
        height=theme.PANEL_HEIGHT,
    )
    strip = _errors(cells, first, along).properties(width=width, height=theme.STRIP_HEIGHT)
    data = alt.Data(values=cells.records(place))
    return alt.vconcat(upper, strip, data=data, spacing=12)


def _values(cells: Cells, first: bool) -> list[Any]:
    """The gap first, so that both lines stay visible over it."""
    alt = theme.altair()
    x = alt.X(
        "cell:Q",
        scale=_along(cells),
        axis=alt.Axis(labels=False, ticks=False, domain=False, title=None),
    )
    if cells.names is None:
        gap = alt.Chart().mark_area(opacity=0.55)
        observed = expected = alt.Chart().mark_line(strokeWidth=1.8)
    else:
        gap = alt.Chart().mark_rule(strokeWidth=5, opacity=0.7)
        observed = alt.Chart().mark_point(filled=True, size=70, opacity=1)
        expected = alt.Chart().mark_point(filled=False, size=80, strokeWidth=2, opacity=1)
    at_observed, at_expected = _y("observed", cells, first), _y("expected", cells, first)
    return [
        _part(gap.encode(x=x, y=at_observed, y2="expected:Q"), "gap"),
        _part(expected.encode(x=x, y=at_expected), "reconstruction"),
        _part(observed.encode(x=x, y=at_observed), "input"),
    ]


def _errors(cells: Cells, first: bool, along: str) -> Any:
    alt = theme.altair()
    axis: dict[str, Any] = {"title": along, "tickMinStep": 1}
    if cells.names is not None:
        axis = {
            "title": None,
            "values": list(range(len(cells.names))),
            "labelExpr": f"{LABELS}[datum.value]",
            "labelAngle": -40,
            "labelAlign": "right",
            "labelLimit": 170,
            "labelOverlap": False,
        }
    return (
        alt.Chart()
        .mark_bar(color=theme.GAP, width=_bar_width(cells))
        .encode(
            x=alt.X("cell:Q", scale=_along(cells), axis=alt.Axis(**axis)),
            y=alt.Y(
                "error:Q",
                title="error" if first else None,
                scale=alt.Scale(domain=[0, cells.largest_error], nice=False),
                axis=alt.Axis(tickCount=2, minExtent=theme.Y_EXTENT),
            ),
        )
    )


def _y(field: str, cells: Cells, first: bool) -> Any:
    alt = theme.altair()
    return alt.Y(
        f"{field}:Q",
        title="value" if first else None,
        scale=alt.Scale(domain=list(cells.value_range), zero=False),
        axis=alt.Axis(minExtent=theme.Y_EXTENT),
    )


def _along(cells: Cells) -> Any:
    # Vega-Lite pads a scale under bars; without padding the strip lines up with what is above it.
    domain = [cells.positions[0] - 0.5, cells.positions[-1] + 0.5]
    return theme.altair().Scale(domain=domain, nice=False, zero=False, padding=0)


def _bar_width(cells: Cells) -> float:
    return max(1.0, min(24.0, 0.6 * theme.PANEL_WIDTH / len(cells.positions)))


def _part(mark: Any, name: str) -> Any:
    """The mark in the colour of this part, with its line in the legend that all parts share."""
    alt = theme.altair()
    scale = alt.Scale(domain=list(COLORS), range=list(COLORS.values()))
    legend = alt.Legend(symbolType="square", title=None)
    return mark.transform_calculate(part=f"'{name}'").encode(
        color=alt.Color("part:N", scale=scale, legend=legend)
    )


def _figures(row: ReconstructedRow) -> str:
    score = "no score" if row.score is None or np.isnan(row.score) else f"score {number(row.score)}"
    return (
        score
        if row.p_value is None or np.isnan(row.p_value)
        else (f"{score}, p-value {number(row.p_value)}")
    )
