"""Where the scores of normal and abnormal rows lie, and where the threshold cuts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from isthmus.errors import DataError
from isthmus.report.figures import theme
from isthmus.report.figures.binning import FAR, Values, bar_counts, bar_edges, is_near
from isthmus.report.figures.text import number

if TYPE_CHECKING:
    import altair as alt


@dataclass(frozen=True, eq=False)
class Group:
    """The scores of one class, and how it is shown."""

    kind: str
    color: str
    scores: Values

    @property
    def name(self) -> str:
        return _rows(len(self.scores), self.kind)


def score_histogram(
    scores: npt.ArrayLike,
    is_abnormal: npt.ArrayLike | None = None,
    threshold: float | None = None,
    *,
    title: str = "Anomaly scores",
    quantity: str = "anomaly score (higher is stranger)",
) -> alt.LayerChart:
    """Draw the scores of each class as a histogram, with the threshold as a line.

    A bar is all alarms or none: the threshold lies between two of them. Bars show the share of
    their own class, so that a few abnormal rows among many normal ones stay visible. Rows far out
    in a tail are counted in the outermost bar, and the figure says how many.

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
    quantity : str
        What the scores are, under the axis.

    Raises
    ------
    DataError
        If no score is finite, or an array is of the wrong type or length.
    """
    alt = theme.altair()
    values = np.asarray(scores, np.float64)
    groups = _groups(values, is_abnormal)
    edges = bar_edges([group.scores for group in groups], threshold)
    subtitle = _alarms(groups, threshold) + _left_out(values, edges)
    x = alt.X(
        "score:Q",
        title=quantity,
        scale=alt.Scale(domain=[edges[0], edges[-1]], nice=False, zero=False),
        axis=alt.Axis(tickCount=10),
    )
    layers = [_bars(groups, edges, x)]
    if threshold is not None and abs(threshold) < FAR:
        layers += _rule(threshold, edges, x)
    chart = alt.layer(*layers).properties(
        title=theme.title(title, subtitle),
        width=theme.WIDTH,
        height=theme.HEIGHT,
    )
    return theme.themed(chart, "Histogram of anomaly scores", *subtitle)


def _groups(scores: Values, is_abnormal: npt.ArrayLike | None) -> list[Group]:
    if scores.ndim != 1:
        raise DataError(f"scores: shape (N,) was expected, {scores.shape} came")
    if not is_near(scores).any():
        raise DataError(f"scores: none of {len(scores)} is finite, there is nothing to draw")
    scored = ~np.isnan(scores)
    if is_abnormal is None:
        return [Group("", theme.NORMAL, scores[scored])]
    abnormal = np.asarray(is_abnormal)
    if abnormal.shape != scores.shape or abnormal.dtype != np.bool_:
        raise DataError(
            f"is_abnormal: True and False of shape {scores.shape}, as the scores, were expected, "
            f"{abnormal.dtype} of shape {abnormal.shape} came"
        )
    groups = [
        Group("normal", theme.NORMAL, scores[scored & ~abnormal]),
        Group("abnormal", theme.ABNORMAL, scores[scored & abnormal]),
    ]
    return [group for group in groups if len(group.scores)]


def _bars(groups: list[Group], edges: Values, x: Any) -> Any:
    """Stepped outlines in the class's colour, filled so that what lies behind shows through."""
    alt = theme.altair()
    corners = [
        {"kind": group.name, **corner} for group in groups for corner in _corners(group, edges)
    ]
    color = alt.Scale(
        domain=[group.name for group in groups], range=[group.color for group in groups]
    )
    unit = "share of the rows, %" if len(groups) == 1 else "share of the rows of each class, %"
    headroom = 1.12 * max(corner["share"] for corner in corners)
    return (
        alt.Chart(alt.Data(values=corners))
        .mark_area(interpolate="step-after", fillOpacity=0.4, line={"strokeWidth": 1.5})
        .encode(
            x=x,
            y=alt.Y("share:Q", title=unit, stack=None, scale=alt.Scale(domain=[0, headroom])),
            color=alt.Color("kind:N", scale=color, title=None),
            detail="island:N",
        )
    )


def _corners(group: Group, edges: Values) -> list[dict[str, Any]]:
    """The outline; each island of bars has one of its own, so that none runs along zero."""
    counts = bar_counts(group.scores, edges)
    corners: list[dict[str, Any]] = []
    island = 0
    for bar in np.flatnonzero(counts):
        left, right = float(edges[bar]), float(edges[bar + 1])
        if corners and corners[-1]["score"] == left:
            corners.pop()
        else:
            island += 1
            corners.append({"score": left, "share": 0.0, "island": island})
        share = 100 * counts[bar] / len(group.scores)
        corners.append({"score": left, "share": share, "island": island})
        corners.append({"score": right, "share": 0.0, "island": island})
    return corners


def _rule(threshold: float, edges: Values, x: Any) -> list[Any]:
    alt = theme.altair()
    data = alt.Data(values=[{"score": float(threshold)}])
    at_left = threshold < (edges[0] + edges[-1]) / 2
    rule = alt.Chart(data).mark_rule(color=theme.INK, strokeWidth=1.5, strokeDash=[6, 4])
    label = alt.Chart(data).mark_text(
        text=f"threshold {number(threshold)}",
        align="left" if at_left else "right",
        baseline="top",
        dx=6 if at_left else -6,
        dy=2,
        fontSize=theme.SMALL,
        color=theme.INK,
    )
    return [rule.encode(x=x), label.encode(x=x, y=alt.value(0))]


def _alarms(groups: list[Group], threshold: float | None) -> list[str]:
    if threshold is None:
        return []
    found = [f"{int((group.scores > threshold).sum())} of {group.name}" for group in groups]
    return [f"Alarms, right of the threshold: {', '.join(found)}"]


def _left_out(scores: Values, edges: Values) -> list[str]:
    unscored = int(np.isnan(scores).sum())
    beyond = int(((scores < edges[0]) | (scores > edges[-1])).sum())
    lines = []
    if beyond:
        lines.append(f"{_rows(beyond)} further out, counted in the outermost bars")
    if unscored:
        lines.append(f"{_rows(unscored)} without a score, not shown")
    return lines


def _rows(count: int, kind: str = "") -> str:
    noun = f"{kind} row" if kind else "row"
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
