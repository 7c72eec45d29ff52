"""What an event costs by itself, from how often it came in training."""

from __future__ import annotations

import numpy as np

USUAL = 0.01
"""Events in fewer than this share of the training rows stay a surprise."""


def surprise(count: np.ndarray | int, rows: np.ndarray | int) -> np.ndarray:
    """The error of an event that `count` of so many rows had; arrays of a common shape.

    ``-log((count + 1) / (rows + 2))``, the rule of succession (Laplace, 1774), less what its usual
    rate costs anyway: rows in which the usual happens must not hide all others.
    """
    share = np.maximum(np.asarray(count) / np.maximum(rows, 1), USUAL)
    usual = np.where(np.asarray(count) > 0, -np.log(share), 0.0)
    cost: np.ndarray = np.maximum(
        -np.log((np.asarray(count) + 1) / (np.asarray(rows) + 2)) - usual, 0.0
    )
    return cost
