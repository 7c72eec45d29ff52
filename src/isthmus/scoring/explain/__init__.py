"""SCORED ROWS -> REASONS: which cells carry a row's score, and one sentence in plain words."""

from __future__ import annotations

from isthmus.scoring.explain.explanation import (
    Cell,
    Entry,
    Explanation,
    Interval,
    Region,
    Unexplained,
)
from isthmus.scoring.explain.explanations import Explanations
from isthmus.scoring.explain.streaming import strangest, stream_entries
from isthmus.scoring.explain.table import as_text
from isthmus.scoring.explain.views import PictureView, stacked_heat, stream_views

__all__ = [
    "Cell",
    "Entry",
    "Explanation",
    "Explanations",
    "Interval",
    "PictureView",
    "Region",
    "Unexplained",
    "as_text",
    "stacked_heat",
    "strangest",
    "stream_entries",
    "stream_views",
]
