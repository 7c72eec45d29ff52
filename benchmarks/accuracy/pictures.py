"""The pictures of docs/accuracy.md: differences set by set, and the curve of contamination."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.accuracy import summary
from benchmarks.accuracy.summary import Figures
from isthmus.report.figures import saving, theme

RIVAL = "knn"
QUANTITIES = {"roc_auc": "ROC AUC", "average_precision": "average precision"}
COLORS = {"confirming": theme.NORMAL, "tuning": theme.GAP}
LINES = ("#D55E00", "#222222", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#0072B2")
"""Of the palette of Okabe and Ito; isthmus has the first."""
ROW = 19


def draw(figures: Figures, folder: Path) -> list[Path]:
    """Save the pictures that there are figures for."""
    saved = []
    for name, drawn in PICTURES.items():
        chart = drawn(figures)
        if chart is not None:
            saved.append(folder / f"{name}.png")
            saving.save(chart, saved[-1], overwrite=True)
    return saved


def differences(figures: Figures) -> Any:
    """The default of isthmus less nearest neighbours on each set, a dot for each seed.

    Returns
    -------
    chart or None
        None where one of them has not run on all sets.
    """
    ours = summary.default(figures)
    if ours is None or RIVAL not in summary.rivals(figures):
        return None
    alt = theme.altair()
    records = list(_differences(figures, ours))
    means = {
        name: float(np.mean([one["average_precision"] for one in records if one["set"] == name]))
        for name in summary.sets_of(figures, "all")
    }
    order = sorted(means, key=lambda name: -means[name])
    titles = (figures["methods"][name]["title"] for name in (ours, RIVAL))
    told = " less ".join(titles)
    panels = [_panel(records, order, figure, label) for figure, label in QUANTITIES.items()]
    chart = alt.hconcat(*panels, spacing=24).properties(
        title=theme.title(
            "Set by set",
            [f"{told}: a dot for each seed, a bar for their mean. Right of 0 isthmus is ahead."],
        )
    )
    return theme.themed(chart, f"{told}, by data set")


def _differences(figures: Figures, ours: str) -> Iterator[dict[str, Any]]:
    tuning = figures["protocol"]["tuning"]
    pair = (figures["methods"][name]["sets"] for name in (ours, RIVAL))
    own, others = pair
    for name in summary.sets_of(figures, "all"):
        for place, seed in enumerate(own[name]["seed"]):
            yield {
                "set": name,
                "seed": seed,
                "group": "tuning" if name in tuning else "confirming",
                **{
                    figure: own[name][figure][place] - others[name][figure][place]
                    for figure in QUANTITIES
                },
            }


def _panel(records: list[dict[str, Any]], order: list[str], figure: str, label: str) -> Any:
    alt = theme.altair()
    chart = alt.Chart(alt.Data(values=records))
    color = alt.Color(
        "group:N", title=None, scale=alt.Scale(domain=list(COLORS), range=list(COLORS.values()))
    )
    first = figure == next(iter(QUANTITIES))
    axis = alt.Axis(labelLimit=110) if first else None
    y = alt.Y("set:N", sort=order, title=None, axis=axis)
    x = alt.X(f"{figure}:Q", title=f"difference in {label}", axis=alt.Axis(grid=True, tickCount=4))
    mean = alt.X(f"mean({figure}):Q")
    zero = alt.Chart(alt.Data(values=[{"zero": 0}])).mark_rule(color=theme.INK).encode(x="zero:Q")
    dots = chart.mark_circle(size=34, opacity=0.55).encode(x=x, y=y, color=color)
    bars = chart.mark_tick(thickness=2.5, size=ROW - 5).encode(x=mean, y=y, color=color)
    return alt.layer(zero, dots, bars).properties(width=290, height=ROW * len(order))


def curves(figures: Figures) -> Any:
    """Mean figures by the share of anomalies that hide among the training rows.

    Returns
    -------
    chart or None
        None where no detector has the whole curve.
    """
    records = list(_curves(figures))
    if not records:
        return None
    alt = theme.altair()
    titles = list(dict.fromkeys(record["method"] for record in records))
    colors = [*LINES] if summary.default(figures) else [*LINES[1:]]
    color = alt.Color(
        "method:N", title=None, sort=titles,
        scale=alt.Scale(domain=titles, range=colors[: len(titles)]),
    )  # fmt: skip
    panels = [
        alt.Chart(alt.Data(values=records))
        .mark_line(strokeWidth=2, point=True)
        .encode(
            x=alt.X("hidden:Q", title="anomalies among the training rows, %"),
            y=alt.Y(f"{figure}:Q", title=f"mean {label}", scale=alt.Scale(zero=False)),
            color=color,
        )
        .properties(width=290, height=theme.PANEL_HEIGHT)
        for figure, label in QUANTITIES.items()
    ]
    sets = summary.curve_sets(figures)
    told = f"Means over {len(sets)} sets; all points of a line score the same rows."
    chart = alt.hconcat(*panels, spacing=24).properties(
        title=theme.title("Anomalies hidden among the training rows", [told])
    )
    return theme.themed(chart, "Figures by the share of hidden anomalies", told)


def _curves(figures: Figures) -> Iterator[dict[str, Any]]:
    default = summary.default(figures)
    names = [name for name, one in figures["methods"].items() if not one["own"]]
    for name in [default, *names] if default else names:
        found = {figure: summary.curve(figures, name, figure) for figure in QUANTITIES}
        for place, share in enumerate(figures["protocol"]["hidden"]):
            values = {figure: curve[place] for figure, curve in found.items() if curve}
            if values:
                title = figures["methods"][name]["title"]
                yield {"method": title, "hidden": 100 * share, **values}


PICTURES: dict[str, Callable[[Figures], Any]] = {
    "accuracy-by-set": differences,
    "contamination": curves,
}
