"""The digest of rows: to tell later which rows a detector was made from."""

from __future__ import annotations

import hashlib

import numpy as np

from isthmus.options import Kind

ROW_TYPES: dict[Kind, type[np.float32] | type[np.float64]] = {
    "table": np.float64,
    "signal": np.float32,
    "image": np.float32,
}
"""The element type in which rows enter the graph.

Tables mix units and hold such things as Unix times, which float32 cannot tell apart.
"""

_TOGETHER = 1 << 18
"""Cells that are looked at together: they stay near."""


def rows_digest(values: np.ndarray, kind: Kind) -> str:
    """SHA-256 of values (N, D), row by row, as 64 hex digits.

    Every way to write a missing cell counts as the same.
    """
    digest = hashlib.sha256()
    rows = max(_TOGETHER // max(values.shape[1], 1), 1)
    for first in range(0, len(values), rows):
        with np.errstate(over="ignore"):
            exact = np.array(values[first : first + rows], ROW_TYPES[kind], order="C")
        missing = np.isnan(exact)
        if missing.any():
            exact[missing] = np.nan
            # Rows without any value teach nothing and do not count.
            exact = exact[~missing.all(axis=1)]
        digest.update(exact.data)
    return digest.hexdigest()
