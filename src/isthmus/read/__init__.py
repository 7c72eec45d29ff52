"""FILES -> ROWS: any input as features, ids and labels."""

from __future__ import annotations

from isthmus.read.kind import choose_kind
from isthmus.read.labels import normal_rows
from isthmus.read.opening import open_source
from isthmus.read.rows import Rows, read_rows, stream_rows
from isthmus.read.sampling import Sampling
from isthmus.read.source import Source

__all__ = [
    "Rows",
    "Sampling",
    "Source",
    "choose_kind",
    "normal_rows",
    "open_source",
    "read_rows",
    "stream_rows",
]
