"""The picked row, drawn: a signal over its reconstruction, cells on their ranges, an image."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from isthmus.options import Kind
from isthmus.report.details import OUTSIDE
from isthmus.report.figures import theme
from isthmus.report.gathering import Gathered
from isthmus.report.kept import CELLS

Chart = Callable[[Any, int, int], Any]


def signal(gathered: Gathered) -> Chart:
    """Observed over expected, the gap shaded, the intervals that carry the score marked."""
    alt = theme.altair()
    width = gathered.scorer.schema.width
    columns = gathered.scorer.schema.columns
    low = min(one.quantiles[0] if one.quantiles else one.minimum for one in columns)
    high = max(one.quantiles[-1] if one.quantiles else one.maximum for one in columns)

    def chart(pick: Any, wide: int, tall: int) -> Any:
        picked = alt.Chart(alt.NamedData("kept")).transform_filter(pick)
        scale = alt.Scale(domain=[-0.5, width - 0.5], nice=False, zero=False)
        axis = alt.Axis(tickCount=14)
        x = alt.X("at:Q", title="sample; shaded: what is off most", scale=scale, axis=axis)
        y_scale = alt.Scale(zero=False)
        # The range of training stays the same from row to row; a row beyond it widens it.
        room = picked.mark_rule(opacity=0).encode(y=alt.datum(low), y2=alt.datum(high))
        flat = picked.transform_flatten(["at", "o", "e"])
        gap = flat.mark_area(color=theme.GAP, opacity=0.55).encode(
            x=x, y=alt.Y("o:Q", title="value", scale=y_scale), y2="e:Q"
        )
        band = (
            picked.transform_flatten(["from", "to"])
            .mark_rect(color=theme.GAP, opacity=0.18)
            .encode(x=alt.X("from:Q", scale=scale), x2="to:Q")
        )
        return alt.layer(
            room,
            band,
            gap,
            _line(flat, x, "e", "expected", y_scale),
            _line(flat, x, "o", "observed", y_scale),
        ).properties(width=wide, height=tall)

    return chart


def _line(flat: Any, x: Any, field: str, name: str, scale: Any) -> Any:
    alt = theme.altair()
    color = alt.Scale(domain=["observed", "expected"], range=[theme.OBSERVED, theme.EXPECTED])
    return (
        flat.transform_calculate(part=f"'{name}'")
        .mark_line(strokeWidth=1.7)
        .encode(
            x=x,
            y=alt.Y(f"{field}:Q", scale=scale),
            color=alt.Color("part:N", scale=color, title=None),
        )
    )


def table(gathered: Gathered) -> Chart:
    """For each leading cell a line for the range of training, with observed and expected on it."""
    alt = theme.altair()
    columns = gathered.scorer.schema.columns
    lines = min(CELLS, len(columns))
    ends = _ends({column.kind for column in columns})

    def chart(pick: Any, wide: int, tall: int) -> Any:
        cells = _cells(pick)
        y = alt.Y("k:Q", axis=None, scale=alt.Scale(domain=[lines + 0.45, 0.2], nice=False))
        domain = [-OUTSIDE, 1 + OUTSIDE]
        label = f"datum.value ? '{ends[1]}' : '{ends[0]}'"
        axis = alt.Axis(values=[0, 1], labelExpr=label, grid=False)
        x = {"scale": alt.Scale(domain=domain, nice=False), "axis": axis, "title": None}
        ranged = cells.mark_rule(color=theme.GRID, strokeWidth=2).encode(
            x=alt.X("zero:Q", **x), x2="one:Q", y=y
        )
        usual = cells.mark_rule(color=theme.EXPECTED, strokeWidth=7, opacity=0.35)
        expected = cells.mark_tick(color=theme.EXPECTED, thickness=3, size=18)
        observed = cells.mark_point(color=theme.ABNORMAL, filled=True, size=90, opacity=1)
        name = cells.mark_text(
            align="left",
            dy=-17,
            fontWeight="bold",
            fontSize=theme.SMALL,
            color=theme.INK,
        )
        left = alt.value(2)
        return alt.layer(
            ranged,
            usual.encode(x=alt.X("lo:Q", **x), x2="hi:Q", y=y),
            expected.encode(x=alt.X("e:Q", **x), y=y),
            observed.encode(x=alt.X("o:Q", **x), y=y),
            name.encode(x=left, y=y, text="n:N"),
            *_said(cells, y),
        ).properties(width=wide, height=60 * lines + 14)

    return chart


def _said(cells: Any, y: Any) -> list[Any]:
    """Words and share at the right; where there is no room for both, the words stand below."""
    alt = theme.altair()
    return [
        cells.mark_text(
            align=align,
            dy=dy,
            x=alt.expr(x),
            limit=alt.expr("width - 2"),  # a longer text would make the whole chart smaller
            opacity=alt.expr(f"width < 520 ? {narrow} : {1 - narrow}"),
            fontSize=theme.SMALL,
            color=theme.INK,
        ).encode(y=y, text=f"{field}:N")
        for field, align, dy, x, narrow in (
            ("said", "right", -17, "width - 2", 0),
            ("share", "right", -17, "width - 2", 1),
            ("words", "left", 17, "2", 1),
        )
    ]


def _ends(kinds: set[str]) -> tuple[str, str]:
    """What the ends of the lines are: of numbers the range, of levels the commonest and rarest."""
    if kinds == {"numeric"}:
        return "least", "largest in training"
    if "numeric" not in kinds:
        return "commonest level", "rarest in training"
    return "least, commonest level", "largest, rarest in training"


def _cells(pick: Any) -> Any:
    """A line for each cell of the picked row, counted from 1 in `k`."""
    chart = theme.altair().Chart(theme.altair().NamedData("kept")).transform_filter(pick)
    flat = chart.transform_flatten(["cells"], ["c"]).transform_window(k="row_number()", sort=[])
    ends = {"zero": 0, "one": 1}  # of the range, where there is one
    return flat.transform_calculate(
        **{name: f"datum.c.{name}" for name in ("n", "o", "e", "lo", "hi")},
        said="join(datum.c.t, '; ')",
        words="datum.c.t[0]",
        share="datum.c.t[1]",
        **{name: f"isValid(datum.c.lo) ? {at} : null" for name, at in ends.items()},
    )


def image(gathered: Gathered) -> Chart:
    """Original, what was rebuilt, and where it is off."""
    alt = theme.altair()
    form = gathered.scorer.schema.image
    assert form is not None

    def chart(pick: Any, wide: int, tall: int) -> Any:
        side = min(tall - 30, 200)
        pictures = (
            alt.Chart(alt.NamedData("kept"))
            .transform_filter(pick)
            .transform_flatten(["images"], ["url"])
            .transform_window(k="row_number()", sort=[])
        )
        x = alt.X(
            "k:Q",
            title=None,
            scale=alt.Scale(domain=[0.5, 3.5], nice=False, zero=False),
            axis=alt.Axis(
                values=[1, 2, 3],
                grid=False,
                labelExpr="['original', 'rebuilt', 'error'][datum.value - 1]",
            ),
        )
        longer = max(form.height, form.width)
        across, down = (
            alt.expr(f"{size / longer:.4f} * min({side}, width / 3.2)")
            for size in (form.width, form.height)
        )
        mark = pictures.mark_image(width=across, height=down, smooth=False)
        return mark.encode(x=x, y=alt.value(tall / 2), url="url:N").properties(
            width=wide, height=tall
        )

    return chart


CHARTS: dict[Kind, Callable[[Gathered], Chart]] = {
    "table": table,
    "signal": signal,
    "image": image,
}
