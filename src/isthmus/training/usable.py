"""Which rows can be learnt from at all."""

from __future__ import annotations

import numpy as np

from isthmus.schema import Schema


def without_value(values: np.ndarray, schema: Schema) -> np.ndarray:
    """Which rows (N, D) have nothing to judge, or nothing to rebuild it from: shape (N,)."""
    missing = np.isnan(values)
    if not schema.targets:
        blank: np.ndarray = missing.all(axis=1)
        return blank
    judged, shown = list(schema.targets), list(schema.shown)
    nothing: np.ndarray = missing[:, judged].all(axis=1) | missing[:, shown].all(axis=1)
    return nothing
