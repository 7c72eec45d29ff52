"""SCORED ROWS -> REASONS: which cells carry a row's score, and one sentence in plain words."""

from __future__ import annotations

from isthmus.scoring.explain.explanation import Cell, Entry, Explanation, Interval, Unexplained
from isthmus.scoring.explain.explanations import Explanations
from isthmus.scoring.explain.streaming import strangest, stream_entries
from isthmus.scoring.explain.table import as_text

__all__ = [
    "Cell",
    "Entry",
    "Explanation",
    "Explanations",
    "Interval",
    "Unexplained",
    "as_text",
    "strangest",
    "stream_entries",
]
