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


def rows_digest(values: np.ndarray, kind: Kind) -> str:
    """SHA-256 of values (N, D), row by row, as 64 hex digits.

    Every way to write a missing cell counts as the same.
    """
    with np.errstate(over="ignore"):
        exact = np.array(values, ROW_TYPES[kind], order="C")
    exact[np.isnan(exact)] = np.nan
    # Rows without any value teach nothing and do not count.
    exact = exact[~np.isnan(exact).all(axis=1)]
    return hashlib.sha256(exact.tobytes()).hexdigest()
