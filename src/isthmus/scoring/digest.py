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


class RowsDigest:
    """SHA-256 of rows that come in batches, row by row, and not of how they were dealt.

    Every way to write a missing cell counts as the same.

    Parameters
    ----------
    kind : str
        Of the rows.
    """

    def __init__(self, kind: Kind) -> None:
        self._element = ROW_TYPES[kind]
        self._digest = hashlib.sha256()

    def add(self, values: np.ndarray) -> None:
        """Go on with values (N, D)."""
        rows = max(_TOGETHER // max(values.shape[1], 1), 1)
        for first in range(0, len(values), rows):
            with np.errstate(over="ignore"):
                exact = np.array(values[first : first + rows], self._element, order="C")
            missing = np.isnan(exact)
            if missing.any():
                exact[missing] = np.nan
                # Rows without any value teach nothing and do not count.
                exact = exact[~missing.all(axis=1)]
            self._digest.update(exact.data)

    @property
    def text(self) -> str:
        """64 hex digits."""
        return self._digest.hexdigest()


def rows_digest(values: np.ndarray, kind: Kind) -> str:
    """The digest of values (N, D)."""
    digest = RowsDigest(kind)
    digest.add(values)
    return digest.text
