"""Made-up rows that a model file is tried on: does this machine compute the same scores?"""

from __future__ import annotations

import numpy as np

from isthmus.schema import Schema

TOLERANCE = 1e-5
"""Scores of another machine or ONNX Runtime may differ by this, relative to 1 or the score."""


def probe_rows(schema: Schema) -> np.ndarray:
    """Eight rows (8, D) in and around the ranges of the training rows; a function of the schema.

    All cells at their least, middle and largest; below and above the range by its width; least
    and largest in turn; a ramp from one to the other; the middle with the first cell missing.
    """
    pixels = schema.width // len(schema.columns)
    low = np.tile([column.minimum for column in schema.columns], pixels)
    high = np.tile([column.maximum for column in schema.columns], pixels)
    # Halved before they are added or taken apart: the range of a column may reach 1e308.
    middle, half = low / 2 + high / 2, high / 2 - low / 2
    ramp = np.linspace(-1.0, 1.0, len(low))
    turns = np.where(np.arange(len(low)) % 2, 1.0, -1.0)
    with np.errstate(over="ignore"):  # What lies beyond the largest number is taken back to it.
        rows = np.stack([middle + half * k for k in (-1.0, 0.0, 1.0, -3.0, 3.0, turns, ramp, 0.0)])
    rows = np.nan_to_num(rows, posinf=np.finfo(np.float64).max, neginf=np.finfo(np.float64).min)
    if len(low) > 1:
        rows[-1, 0] = np.nan
    return rows
