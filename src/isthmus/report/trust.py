"""Figures by which a reader judges the detector: training, calibration, ranking, codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.report.figures import theme
from isthmus.report.gathering import Gathered
from isthmus.report.patterns import Pattern, plane

SIDE = 300
MOST_STEPS = 400
"""Points of a curve, at most."""
COLORS = (
    *("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D1F", "#7F7F7F"),
    "#B0B0B0",
)

Values = npt.NDArray[np.float64]


def calibration_curve(gathered: Gathered) -> Any:
    """The share of rows with p-values up to each p; normal rows follow the diagonal."""
    alt = theme.altair()
    own = gathered.is_scored
    groups = {"all rows": own}
    if gathered.abnormal is not None and (own & ~gathered.abnormal).any():
        groups = {"normal rows": own & ~gathered.abnormal}
    records = []
    for name, chosen in groups.items():
        p_values = np.sort(gathered.scorer.calibrator.p_values(gathered.scores[chosen]))
        for p in np.unique(np.quantile(p_values, np.linspace(0, 1, MOST_STEPS), method="nearest")):
            share = float(np.searchsorted(p_values, p, "right") / len(p_values))
            records.append({"p": float(p), "s": share, "k": name})
    domain = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("p:Q", title="p-value", scale=domain)
    y = alt.Y("s:Q", title="share of rows with at most that", scale=domain)
    line = alt.Chart(alt.Data(values=records)).mark_line(
        color=theme.NORMAL, strokeWidth=2, interpolate="step-after"
    )
    chart = alt.layer(_diagonal(x, y), line.encode(x=x, y=y)).properties(width=SIDE, height=SIDE)
    name = next(iter(groups))
    return theme.themed(chart, f"Shares of {name} by p-value; the diagonal is what is promised")


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
