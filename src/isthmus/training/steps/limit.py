"""Tame heavy tails at the network's input; the residual is measured against the untamed cell.

A network extrapolates linearly and can rebuild far anomalies perfectly (Bouman and Heskes, 2025).
Cut off at the edge of what it has seen, it cannot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from isthmus.training.graph import Graph
from isthmus.training.steps.columns import of_columns
from isthmus.training.steps.scale import Scale


@dataclass(frozen=True)
class InputLimit:
    """Cut the network's input to the range `low` to `high`, each of shape (D,), scaled units."""

    low: np.ndarray
    high: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray, scale: Scale, *, deviations: float | None) -> Self:
        """Learn from rows (N, D): the scaled mean plus and minus so many standard deviations.

        A constant column never reaches the network: it has learnt nothing about it.
        """

        def look(columns: np.ndarray, place: slice) -> np.ndarray:
            scaled = scale.part(place).apply(columns.T).T.astype(np.float64, copy=False)
            return np.stack([scaled.mean(axis=1), scaled.std(axis=1)])

        middle, reach = np.zeros(values.shape[1]), np.inf
        if deviations is not None:
            middle, deviation = of_columns(values, look, values.dtype)
            reach = deviations * deviation
        largest = float(np.finfo(np.float32).max)
        ends = (np.clip(end, -largest, largest) for end in (middle - reach, middle + reach))
        return cls(*(np.where(scale.constant, 0.0, end).astype(np.float32) for end in ends))

    @property
    def is_none(self) -> bool:
        """Whether no target, which is bounded far below, is ever cut off."""
        largest = np.finfo(np.float32).max
        return bool((self.low == -largest).all() and (self.high == largest).all())

    def emit(self, graph: Graph, target: str) -> str:
        """Add the nodes that make the network's input from the `target` cells (N, D)."""
        if self.is_none:
            return target
        capped = graph.node(
            "Min", target, graph.constant("limit.high", self.high), name="limit.capped"
        )
        return graph.node("Max", capped, graph.constant("limit.low", self.low), name="input")
