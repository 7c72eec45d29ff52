"""Figures by which a reader judges the detector: training, calibration, ranking, codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.report.figures import theme
from isthmus.report.gathering import Gathered
from isthmus.report.patterns import Pattern, plane
from isthmus.scoring.calibration import Calibrator

SIDE = 300
MOST_STEPS = 400
"""Points of a curve, at most."""
HELD_OUT = "held-out normal rows, each by the others"
KOLMOGOROV_95 = 1.358
"""What a Kolmogorov variable exceeds in 5 of 100 cases."""
COLORS = (
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D1F", "#7F7F7F"),
    "#B0B0B0",
)

Values = npt.NDArray[np.float64]


def calibration_curve(gathered: Gathered) -> Any:
    """The share of rows with p-values up to each p; those of normal rows follow the diagonal.

    The band is where the whole line of normal rows lies in 95 of 100 files of this size, by the
    two-sample test of Smirnov (1948) against the held-out rows.
    """
    alt = theme.altair()
    name, p_values = _judged(gathered)
    held = _held_out(gathered.scorer.calibrator)
    domain = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("p:Q", title="p-value", scale=domain)
    y = alt.Y("s:Q", title="share of rows with at most that", scale=domain)
    lines = alt.Chart(alt.Data(values=_shares(HELD_OUT, held) + _shares(name, p_values)))
    color = alt.Scale(domain=[name, HELD_OUT], range=[theme.NORMAL, theme.INK])
    legend = alt.Legend(orient="bottom", direction="vertical")
    line = lines.mark_line(strokeWidth=2, interpolate="step-after").encode(
        x=x, y=y, color=alt.Color("k:N", scale=color, title=None, legend=legend)
    )
    layers = [_band(x, len(p_values), len(held)), _diagonal(x, y), line]
    told = f"Shares of {name} and of the {HELD_OUT} by p-value; the diagonal is what is promised"
    return theme.themed(alt.layer(*layers).properties(width=SIDE, height=SIDE), told)


def _judged(gathered: Gathered) -> tuple[str, Values]:
    """The p-values of the scored rows: of those known to be normal, or else of all."""
    own, name = gathered.is_scored, "all rows"
    if gathered.abnormal is not None and (own & ~gathered.abnormal).any():
        own, name = own & ~gathered.abnormal, "normal rows"
    return name, gathered.scorer.calibrator.p_values(gathered.scores[own])


def _held_out(calibrator: Calibrator) -> Values:
    """The p-value of each held-out row among all the others."""
    ranks = calibrator.ranks(calibrator.scores) - 1  # without itself
    return np.asarray(ranks / calibrator.rows)


def _shares(name: str, p_values: Values) -> list[dict[str, Any]]:
    """Points of the line of a group."""
    p_values = np.sort(p_values)
    shown = np.unique(np.quantile(p_values, np.linspace(0, 1, MOST_STEPS), method="nearest"))
    shares = np.searchsorted(p_values, shown, "right") / len(p_values)
    return [
        {"p": float(p), "s": round(float(share), 5), "k": name}
        for p, share in zip(shown, shares, strict=True)
    ]


def _band(x: Any, rows: int, held_out: int) -> Any:
    alt = theme.altair()
    half = KOLMOGOROV_95 * float(np.sqrt(1 / rows + 1 / held_out))
    ends = {*np.clip([half, 1 - half], 0, 1).tolist(), 0.0, 1.0}
    records = [{"p": p, "a": max(p - half, 0.0), "b": min(p + half, 1.0)} for p in sorted(ends)]
    area = alt.Chart(alt.Data(values=records)).mark_area(color=theme.NORMAL, opacity=0.15)
    return area.encode(x=x, y="a:Q", y2="b:Q")


def _diagonal(x: Any, y: Any) -> Any:
    alt = theme.altair()
    ends = alt.Data(values=[{"p": 0, "s": 0}, {"p": 1, "s": 1}])
    mark = alt.Chart(ends).mark_line(color=theme.SOFT_INK, strokeDash=[5, 4])
    return mark.encode(x=x, y=y)


def ranking_curves(gathered: Gathered) -> list[tuple[str, Any]]:
    """ROC and precision-recall curves, where both kinds of rows are known."""
    if gathered.abnormal is None:
        return []
    own = gathered.is_scored
    abnormal = gathered.abnormal[own]
    if not 0 < abnormal.sum() < len(abnormal):
        return []
    caught, false = _counts(gathered.scores[own].astype(np.float64), abnormal)
    recall, rate = caught / caught[-1], false / false[-1]
    precision = caught / np.maximum(caught + false, 1)
    alt = theme.altair()
    roc = _curve(rate, recall, "false alarms, share of normal rows", "caught, share of abnormal")
    ends = alt.Data(values=[{"x": 0, "y": 0}, {"x": 1, "y": 1}])
    chance = alt.Chart(ends).mark_line(color=theme.SOFT_INK, strokeDash=[5, 4])
    roc = alt.layer(chance.encode(x="x:Q", y="y:Q"), roc).properties(width=SIDE, height=SIDE)
    pr = _curve(recall[1:], precision[1:], "caught, share of abnormal", "true, share of alarms")
    told = "As the threshold falls"
    return [
        ("ROC curve", theme.themed(roc, f"{told}: caught against false alarms")),
        (
            "Precision and recall",
            theme.themed(
                pr.properties(width=SIDE, height=SIDE), f"{told}: true alarms against caught"
            ),
        ),
    ]


def _counts(scores: Values, abnormal: npt.NDArray[np.bool_]) -> tuple[Values, Values]:
    """Abnormal and normal rows at or above each score, from no row to all; ties together."""
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    caught = np.cumsum(abnormal[order])[last]
    return np.append(0, caught).astype(np.float64), np.append(0, last + 1 - caught).astype(
        np.float64
    )


def _curve(x: Values, y: Values, across: str, upward: str) -> Any:
    alt = theme.altair()
    chosen = np.unique(np.linspace(0, len(x) - 1, MOST_STEPS).astype(np.int64))
    records = [{"x": float(x[place]), "y": float(y[place]), "k": int(place)} for place in chosen]
    scale = alt.Scale(domain=[0, 1], nice=False)
    mark = alt.Chart(alt.Data(values=records)).mark_line(color=theme.NORMAL, strokeWidth=2)
    return mark.encode(
        x=alt.X("x:Q", title=across, scale=scale),
        y=alt.Y("y:Q", title=upward, scale=scale),
        order="k:Q",
    )


def code_map(gathered: Gathered, groups: Sequence[Pattern]) -> Any | None:
    """The codes of the rows that are kept, on their two main axes, coloured by pattern."""
    alt = theme.altair()
    if len(gathered.kept) < 3:
        return None
    places, kept = plane(np.stack([one.code for one in gathered.kept]).astype(np.float64))
    group_of = {row: place for place, group in enumerate(groups) for row in group.rows}
    records = [
        {"x": float(x), "y": float(y), "g": group_of.get(one.row, -1)}
        for one, (x, y) in zip(gathered.kept, places, strict=True)
    ]
    domain = [-1, *range(len(groups))]
    colors = [theme.SOFT_INK, *COLORS[: len(groups)]]
    dots = alt.Chart(alt.Data(values=records)).mark_circle(size=45, opacity=0.75)
    color = alt.Color("g:O", scale=alt.Scale(domain=domain, range=colors), legend=None)
    chart = dots.encode(
        x=alt.X("x:Q", title=f"two main axes of the code ({100 * kept:.0f} % of its variance)"),
        y=alt.Y("y:Q", title=None),
        color=color,
    )
    told = f"Codes of {len(records)} rows on their two main axes"
    return theme.themed(chart.properties(width=SIDE, height=SIDE), told)
