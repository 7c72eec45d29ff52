"""The explorer: scores along the file, their histogram, and the row that is picked.

All of it is one Vega-Lite specification, so that one selection, `pick`, joins its parts. Fields
have short names of our own; what a user wrote stands in values alone, and is cleaned.
"""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.errors import DataError
from isthmus.report import detail_charts
from isthmus.report.details import details
from isthmus.report.figures import theme
from isthmus.report.figures.binning import bar_counts, bar_edges
from isthmus.report.gathering import Gathered
from isthmus.scoring.explain.amounts import chance

MOST_POINTS = 5000
BINS = 600
"""Of the file, where it has more rows than can be points."""
PICK, BARS_VIEW = "pick", "bars"
WIDTH, ALONG, BARS, DETAIL = 680, 220, 150, 260
LINE = 108
"""Letters of a line under a title."""
FURTHEST = 1e6
"""Scores further from zero are drawn there."""

Record = dict[str, Any]
Values = npt.NDArray[np.float64]


def explorer(gathered: Gathered) -> tuple[dict[str, Any], dict[str, list[Record]]]:
    """The specification, and its data sets by name."""
    alt = theme.altair()
    kept = details(gathered)
    place = {record["row"]: record["i"] for record in kept}
    points, kind = _along(gathered, place)
    bars = _bars(gathered, place)
    pick = alt.selection_point(
        name=PICK,
        fields=["i"],
        value=[{"i": 0}] if kept else [],
        on="click[event.item && event.item.datum && event.item.datum.i >= 0]",
        toggle=False,
        clear=False,
        empty=False,
        nearest=False,
    )
    cut = alt.param(name="cut", value=_within(gathered.decision.threshold))
    charts = [_points_chart(points, kind, pick), _bars_chart(bars)]
    if kept:
        charts.append(_detail_chart(gathered, pick))
    chart = alt.vconcat(*charts, spacing=18).add_params(cut).resolve_scale(color="independent")
    spec = theme.themed(chart, told(gathered)).to_dict()
    _bind(spec, kept)
    return spec, {"points": points, "bars": bars, "kept": kept}


def _bind(spec: dict[str, Any], kept: Sequence[Record]) -> None:
    """A list of the kept rows that follows the selection, and leads it by the keyboard."""
    labels = [f"row {one['row']}, p {chance(one['p'])}" for one in kept]
    for parameter in spec["params"]:
        if parameter["name"] == PICK:
            options = [one["i"] for one in kept]
            chosen = {"input": "select", "options": options, "labels": labels, "name": "Row "}
            parameter["bind"] = {"i": chosen}
            parameter["views"] = sorted([*parameter["views"], BARS_VIEW])
    spec["vconcat"][1]["layer"][0]["name"] = BARS_VIEW


def along(gathered: Gathered) -> Any:
    """The scores along the file, or the time column, as a figure of its own."""
    alt = theme.altair()
    points, kind = _along(gathered, {})
    chart = _points_chart(points, kind, None)
    cut = alt.param(name="cut", value=_within(gathered.decision.threshold))
    data = {"points": points, "one": [{"c": 0}]}
    return theme.themed(chart.add_params(cut).properties(datasets=data), told(gathered))


def row(gathered: Gathered, number: int) -> Any:
    """A row that was asked for, or is kept, as a figure of its own.

    Raises
    ------
    DataError
        If there is no such row, or it has no score.
    """
    chosen = [one for one in (*gathered.asked, *gathered.kept) if one.row == number][:1]
    if not chosen:
        raise DataError(f"{gathered.source}: there is no row {number} with a score")
    alone = replace(gathered, strangest=tuple(chosen), typical=())
    kept, chart = details(alone), _detail_chart(alone, "datum.i === 0")
    heading = theme.title(f"Row {number}", textwrap.wrap(kept[0]["why"], LINE))
    chart = chart.properties(datasets={"kept": kept}, title=heading)
    return theme.themed(chart, kept[0]["why"])


def told(gathered: Gathered) -> str:
    """What a reader who cannot see the charts misses."""
    scores = gathered.scores[gathered.is_scored]
    if not len(scores):
        return "No row has a score"
    middle, top = float(np.median(scores)), float(scores.max())
    return (
        f"Scores of {len(scores)} rows along the file and as a histogram: the median is "
        f"{middle:.3g}, the largest {top:.3g}, the threshold {gathered.decision.threshold:.3g}"
    )


def _within(score: float) -> float:
    return float(np.clip(np.nan_to_num(score, nan=0.0), -FURTHEST, FURTHEST))


def _along(gathered: Gathered, place: dict[int, int]) -> tuple[list[Record], str]:
    """Points, or bins with their median and maximum, and what the axis is."""
    x, kind = _positions(gathered)
    rows = np.flatnonzero(gathered.is_scored)
    scores = np.clip(gathered.scores, -FURTHEST, FURTHEST).astype(np.float64)
    p_values = gathered.scorer.calibrator.p_values(gathered.scores)
    if len(rows) <= MOST_POINTS:
        return [
            {"x": x[row], "i": place.get(row, -1), **_score_of(row, scores, p_values)}
            for row in rows.tolist()
        ], kind
    found = []
    for part in np.array_split(rows, BINS):
        top = int(part[scores[part].argmax()])
        found.append(
            {
                "x": x[int(part[0])],
                "m": round(float(np.median(scores[part])), 4),
                "i": place.get(top, -1),
                **_score_of(top, scores, p_values),
            }
        )
    return found, kind


def _score_of(row: int, scores: Values, p_values: Values) -> Record:
    return {"r": row, "s": round(float(scores[row]), 4), "p": float(f"{p_values[row]:.2g}")}


def _positions(gathered: Gathered) -> tuple[Sequence[Any], str]:
    """Where each row stands along the axis: its number, or what the time column has."""
    if gathered.times is None:
        return range(len(gathered.scores)), "row"
    known = [value for value in gathered.times if value is not None]
    if len(known) == len(gathered.times):
        if all(isinstance(value, int | float) for value in known):
            return [float(value) for value in known], "number"
        try:
            return [_milliseconds(value) for value in known], "time"
        except (TypeError, ValueError):
            pass
    raise DataError(
        f"{gathered.source}: the time column has cells that are no number and no time",
        advice="Times are ISO 8601, such as 2026-03-01T12:00:00; without --time rows are counted.",
    )


def _milliseconds(value: Any) -> float:
    """A date, a time or its ISO form, in milliseconds since 1970."""
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    if not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    if value.tzinfo is None:
        value = value.replace(tzinfo=datetime.UTC)
    return float(value.timestamp() * 1000)


def _bars(gathered: Gathered, place: dict[int, int]) -> list[Record]:
    """Shares of the scored rows and of the held-out normal ones, by score."""
    own = gathered.scores[gathered.is_scored].astype(np.float64)
    held = gathered.scorer.calibrator.scores.astype(np.float64)
    if not len(own):
        return []
    edges = bar_edges([np.clip(held, -FURTHEST, FURTHEST), own], gathered.decision.threshold)
    shares = [
        np.array(bar_counts(scores, edges), np.float64) / len(scores) * 100
        for scores in (own, held)
    ]
    first = _strangest_of(gathered, edges, place)
    return [
        {
            "a": float(edges[bar]),
            "b": float(edges[bar + 1]),
            "n": round(float(shares[0][bar]), 4),
            "h": round(float(shares[1][bar]), 4),
            "z": 0,
            "i": first[bar],
        }
        for bar in range(len(edges) - 1)
    ]


def _strangest_of(
    gathered: Gathered, edges: npt.NDArray[np.float64], place: dict[int, int]
) -> list[int]:
    """For each bar the first row of it that is kept whole, by its number in the details."""
    first = [-1] * (len(edges) - 1)
    for row, number in place.items():  # in the order of the details
        bar = int(np.searchsorted(edges, float(gathered.scores[row]), side="left")) - 1
        bar = min(max(bar, 0), len(first) - 1)
        first[bar] = number if first[bar] < 0 else first[bar]
    return first


def _points_chart(points: list[Record], kind: str, pick: Any) -> Any:
    alt = theme.altair()
    low, high = _range([point["x"] for point in points])
    of_time = "utc" if kind == "time" else alt.Undefined
    titles = {"row": "row of the file", "number": "along the time column", "time": "time"}
    x = alt.X(
        "x:T" if kind == "time" else "x:Q",
        title=titles[kind],
        scale=alt.Scale(domain=[low, high], nice=False, zero=False, type=of_time),
        axis=alt.Axis(labelFlush=True, tickCount=6),
    )
    bottom, top = _range([point["s"] for point in points] + [p["m"] for p in points if "m" in p])
    y = alt.Y("s:Q", title="score", scale=alt.Scale(domain=[bottom, top], zero=False))
    data = alt.Chart(alt.NamedData("points"))
    above = "datum.s > cut"
    dots = data.mark_circle(size=26, opacity=0.75).encode(
        x=x,
        y=y,
        color=alt.condition(above, alt.value(theme.ABNORMAL), alt.value(theme.NORMAL)),
    )
    layers = [dots if pick is None else dots.add_params(pick)]
    if any("m" in point for point in points):
        middle = data.mark_line(color=theme.SOFT_INK, strokeWidth=1)
        layers.append(middle.encode(x=x, y=alt.Y("m:Q")))
    if pick is not None:
        ring = data.mark_point(size=150, color=theme.INK, strokeWidth=2)
        layers.append(ring.transform_filter(pick).encode(x=x, y=y))
    rule = alt.Chart(alt.NamedData("one")).transform_calculate(c="cut")
    dashed = rule.mark_rule(color=theme.INK, strokeDash=[5, 4])
    layers.append(dashed.encode(y=alt.Y("c:Q")))
    return alt.layer(*layers).properties(width=WIDTH, height=ALONG)


def _range(values: Sequence[float]) -> tuple[float, float]:
    if not values:
        return 0.0, 1.0
    low, high = float(min(values)), float(max(values))
    room = 0.04 * (high - low) or 0.5
    return low - room, high + room


def _bars_chart(bars: list[Record]) -> Any:
    alt = theme.altair()
    data = alt.Chart(alt.NamedData("bars"))
    ends = [bar["a"] for bar in bars] + [bar["b"] for bar in bars]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    x = alt.X(
        "a:Q",
        title="score; bars: these rows, outline: held-out normal rows",
        scale=alt.Scale(domain=[low, high], nice=False, zero=False),
        axis=alt.Axis(tickCount=10),
    )
    most = max([max(bar["n"], bar["h"]) for bar in bars], default=1.0)
    y = alt.Y("n:Q", title="% of rows", scale=alt.Scale(domain=[0, 1.05 * most], nice=False))
    above = "datum.b > cut + 1e-9"
    filled = data.mark_bar(opacity=0.75).encode(
        x=x,
        x2="b:Q",
        y=y,
        y2="z:Q",
        color=alt.condition(above, alt.value(theme.ABNORMAL), alt.value(theme.NORMAL)),
    )
    outline = data.mark_line(interpolate="step-after", color=theme.INK, strokeWidth=1.2).encode(
        x=x, y=alt.Y("h:Q")
    )
    rule = alt.Chart(alt.NamedData("one")).transform_calculate(c="cut")
    dashed = rule.mark_rule(color=theme.INK, strokeDash=[5, 4])
    return alt.layer(filled, outline, dashed.encode(x=alt.X("c:Q"))).properties(
        width=WIDTH, height=BARS
    )


def _detail_chart(gathered: Gathered, pick: Any) -> Any:
    chart = detail_charts.CHARTS[gathered.scorer.schema.kind](gathered)
    return chart(pick, WIDTH, DETAIL)
