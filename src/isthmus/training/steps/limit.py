"""Tame heavy tails at the network's input; the residual is measured against the untamed cell.

A network extrapolates linearly and can rebuild far anomalies perfectly (Bouman and Heskes, 2025).
Cut off at the edge of what it has seen, it cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from isthmus.training.graph import Graph


@dataclass(frozen=True)
class InputLimit:
    """Cut the network's input to the range `low` to `high`, each of shape (D,), scaled units."""

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def fit(cls, scaled: np.ndarray, *, deviations: float | None, constant: np.ndarray) -> Self:
        """Learn from scaled rows (N, D): the mean plus and minus so many standard deviations.

        A `constant` column (D,) never reaches the network: it has learnt nothing about it.
        """
        exact = scaled.astype(np.float64)
        middle = exact.mean(axis=0)
        reach = np.inf if deviations is None else deviations * exact.std(axis=0)
        largest = float(np.finfo(np.float32).max)
        low = np.where(constant, 0.0, np.clip(middle - reach, -largest, largest))
        high = np.where(constant, 0.0, np.clip(middle + reach, -largest, largest))
        return cls(low.astype(np.float32), high.astype(np.float32))

    def emit(self, graph: Graph, target: str) -> str:
        """Add the nodes that make the network's input from the `target` cells (N, D)."""
        capped = graph.node(
            "Min", target, graph.constant("limit.high", self.high), name="limit.capped"
        )
        return graph.node("Max", capped, graph.constant("limit.low", self.low), name="input")
