"""Where the scores of normal and abnormal rows lie, and where the threshold cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isthmus.errors import DataError
from isthmus.report.figures import theme
from isthmus.report.figures.text import clean, number

if TYPE_CHECKING:
    import altair as alt

Values = npt.NDArray[np.float64]
BARS = 60


@dataclass(frozen=True, eq=False)
class Group:
    """The scores of one class, and how it is shown."""

    name: str
    color: str
    scores: Values


def score_histogram(
    scores: npt.ArrayLike,
    is_abnormal: npt.ArrayLike | None = None,
    threshold: float | None = None,
    *,
    title: str = "Anomaly scores",
) -> alt.LayerChart:
    """Draw the scores of each class as a histogram, with the threshold as a line.

    Bars begin at the threshold, so a bar is all alarms or none. They show the share of their own
    class: a few abnormal rows among many normal ones stay visible. Rows far out in a tail are
    counted in the outermost bar, and the figure says how many.

    Parameters
    ----------
    scores : (N,) numbers
        Rows with NaN are left out, and the figure says how many.
    is_abnormal : (N,) bool, optional
        Without it all rows are one class.
    threshold : float, optional
        Alarm where score > threshold.
    title : str
        Any text.

    Raises
    ------
    DataError
        If no score is finite, or `is_abnormal` has another length.
    """
    alt = theme.altair()
    values = np.asarray(scores, np.float64)
    groups = _groups(values, is_abnormal)
    edges, beyond = _edges(groups, threshold)
    subtitle = _alarms(groups, threshold) + _left_out(values, beyond)
    x = alt.X(
        "score:Q",
        title="anomaly score (higher is stranger)",
        scale=alt.Scale(domain=[edges[0], edges[-1]], nice=False, zero=False),
    )
    layers = [_bars(groups, edges, x)]
    if threshold is not None and np.isfinite(threshold):
        layers += _rule(threshold, edges, x)
    chart = alt.layer(*layers).properties(
        title=alt.TitleParams(clean(title), subtitle=subtitle),
        width=theme.WIDTH,
        height=theme.HEIGHT,
    )
    return theme.themed(chart, description=" ".join(["Histogram of anomaly scores.", *subtitle]))


def _groups(scores: Values, is_abnormal: npt.ArrayLike | None) -> list[Group]:
    scored = ~np.isnan(scores)
    if not np.isfinite(scores).any():
        raise DataError(f"none of the {len(scores)} scores is finite, there is nothing to draw")
    if is_abnormal is None:
        return [Group("all rows", theme.NORMAL, scores[scored])]
    abnormal = np.asarray(is_abnormal, np.bool_)
    if abnormal.shape != scores.shape:
        raise DataError(
            f"is_abnormal: shape {scores.shape} was expected as of the scores, "
            f"{abnormal.shape} came"
        )
    groups = [
        Group("normal", theme.NORMAL, scores[scored & ~abnormal]),
        Group("abnormal", theme.ABNORMAL, scores[scored & abnormal]),
    ]
    return [group for group in groups if len(group.scores)]


def _edges(groups: list[Group], threshold: float | None) -> tuple[Values, int]:
    """Edges of bars of one width with the threshold among them, and the rows beyond them."""
    low, high = np.inf, -np.inf
    for group in groups:
        finite = group.scores[np.isfinite(group.scores)]
        if len(finite):
            first, last = np.quantile(finite, [0.01, 0.99])
            low = min(low, max(finite.min(), first - (last - first)))
            high = max(high, min(finite.max(), last + (last - first)))
    anchor = threshold if threshold is not None and np.isfinite(threshold) else low
    low, high = min(low, anchor), max(high, anchor)
    width = (high - low) / BARS or 1.0
    below, above = np.ceil((anchor - low) / width) + 1, np.ceil((high - anchor) / width) + 1
    edges = anchor + width * np.arange(-below, above + 1)
    beyond = sum(
        int(((group.scores < edges[0]) | (group.scores > edges[-1])).sum()) for group in groups
    )
    return edges, beyond


def _bars(groups: list[Group], edges: Values, x: Any) -> Any:
    """One stepped outline a class, filled so that what lies behind shows through."""
    alt = theme.altair()
    names = [f"{group.name} ({_rows(len(group.scores))})" for group in groups]
    steps = [
        {"score": float(edge), "share": 100 * count / len(group.scores), "kind": name}
        for group, name in zip(groups, names, strict=True)
        for edge, count in zip(edges, [*_counts(group.scores, edges), 0], strict=True)
    ]
    color = alt.Scale(domain=names, range=[group.color for group in groups])
    unit = "share of the rows, %" if len(groups) == 1 else "share of the rows of each class, %"
    return (
        alt.Chart(alt.Data(values=steps))
        .mark_area(interpolate="step-after", fillOpacity=0.4, line={"strokeWidth": 1.5})
        .encode(
            x=x,
            y=alt.Y("share:Q", title=unit, stack=None),
            color=alt.Color("kind:N", scale=color, title=None),
        )
    )


def _counts(scores: Values, edges: Values) -> list[int]:
    """Rows per bar; a bar holds its right edge, as the threshold itself is no alarm."""
    bars = np.searchsorted(edges, scores, side="left") - 1
    bars = np.clip(bars, 0, len(edges) - 2)
    return [int(count) for count in np.bincount(bars, minlength=len(edges) - 1)]


def _rule(threshold: float, edges: Values, x: Any) -> list[Any]:
    alt = theme.altair()
    data = alt.Data(values=[{"score": float(threshold)}])
    at_left = threshold < (edges[0] + edges[-1]) / 2
    rule = alt.Chart(data).mark_rule(color=theme.RULE, strokeWidth=1.5, strokeDash=[6, 4])
    label = alt.Chart(data).mark_text(
        text=f"threshold {number(threshold)}",
        align="left" if at_left else "right",
        baseline="top",
        dx=6 if at_left else -6,
        dy=2,
        fontSize=12.5,
        color=theme.INK,
    )
    return [rule.encode(x=x), label.encode(x=x, y=alt.value(0))]


def _alarms(groups: list[Group], threshold: float | None) -> list[str]:
    if threshold is None:
        return []
    caught = [
        f"{int((group.scores > threshold).sum())} of {len(group.scores)} {group.name}"
        + ("" if group.name == "all rows" else " rows")
        for group in groups
    ]
    return [f"Alarms, right of the threshold: {', '.join(caught)}"]


def _left_out(scores: Values, beyond: int) -> list[str]:
    unscored = int(np.isnan(scores).sum())
    lines = []
    if beyond:
        lines.append(f"{_rows(beyond)} further out, counted in the outermost bars")
    if unscored:
        lines.append(f"{_rows(unscored)} without a score, not shown")
    return lines


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"
