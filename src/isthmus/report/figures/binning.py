"""Scores gathered into bars of one width, with the threshold on the edge between two of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]

BARS = 60
FAR = 1e30
"""Further from zero than this, a score is drawn as if it were infinite."""


def is_near(scores: Values) -> npt.NDArray[np.bool_]:
    """Which scores have a place on an axis, (N,) bool."""
    return np.less(np.abs(scores), FAR)


def bar_edges(groups: Sequence[Values], threshold: float | None) -> Values:
    """Edges of about `BARS` bars that hold the middle of every group and the threshold.

    A tail is cut where it reaches further beyond the middle 98 % of its group than these are wide.
    """
    spans = [_span(group[is_near(group)]) for group in groups if is_near(group).any()]
    low, high = min(first for first, _ in spans), max(last for _, last in spans)
    anchor = low
    if threshold is not None and abs(threshold) < FAR:
        anchor = threshold
        low, high = min(low, anchor), max(high, anchor)
    size = max(abs(low), abs(high), 1.0)
    width = (high - low) / BARS if high - low > 1e-9 * size else 0.1 * size
    below, above = np.ceil((anchor - low) / width) + 1, np.ceil((high - anchor) / width) + 1
    return np.asarray(anchor + width * np.arange(-below, above + 1))


def _span(scores: Values) -> tuple[float, float]:
    first, last = np.quantile(scores, [0.01, 0.99])
    reach = last - first
    return max(scores.min(), first - reach), min(scores.max(), last + reach)


def bar_counts(scores: Values, edges: Values) -> list[int]:
    """Rows per bar; those beyond the edges count in the outermost bars.

    A bar holds its right edge and not its left one, as a score equal to the threshold is no alarm.
    """
    bars = np.searchsorted(edges, scores, side="left") - 1
    bars = np.clip(bars, 0, len(edges) - 2)
    return [int(count) for count in np.bincount(bars, minlength=len(edges) - 1)]
