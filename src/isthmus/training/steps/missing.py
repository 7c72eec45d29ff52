"""Missing cells: each column's missing flag is a cell of its own, folded into that column.

Where holes are usual the network sees the flags and rebuilds them, so that holes which come
together are learnt, and one costs what it surprises beyond its usual rate. Where they never were,
one costs what so many rows without any say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from isthmus.training.graph import Graph
from isthmus.training.steps.surprise import USUAL, surprise

MOST_SHOWN = 5.0
"""No unit is shown to the network farther than so many deviations from its mean."""


@dataclass(frozen=True)
class MissingFlags:
    """What the network is told of holes, and what a hole costs by itself.

    Attributes
    ----------
    columns : array of int, shape (F,)
        The columns whose flags the network sees and rebuilds.
    center, scale : array, shape (F,)
        What is taken from a flag, and what it is then divided by.
    usual_hole, usual_value : array, shape (F,)
        What a flag's cross-entropy is for holes and for values by the usual rate alone.
    surprise : array, shape (D,)
        The error that a missing cell costs whatever the network says, 0 for the columns above:
        ``-log((missing + 1) / (rows + 2))`` (Laplace, 1774), beyond its usual rate if it has one.
    presence : array, shape (D,)
        The same for a value in a column that never or hardly ever had one.
    surest : float
        The largest surprise that so many rows can warrant, ``log(rows + 2)``.
    """

    columns: np.ndarray
    center: np.ndarray
    scale: np.ndarray
    usual_hole: np.ndarray
    usual_value: np.ndarray
    surprise: np.ndarray
    presence: np.ndarray
    surest: float

    @classmethod
    def fit(cls, values: np.ndarray, *, rebuilt: bool) -> Self:
        """Learn from rows (N, D); `rebuilt`: whether the network takes the usual flags."""
        missing = np.isnan(values)
        count, rows = missing.sum(axis=0), len(values)
        share = count / max(rows, 1)
        # A flag that the network hardly ever met would upset all that it rebuilds.
        flagged = (share >= USUAL) & (share <= 1 - USUAL) & rebuilt
        own = share[flagged]
        present = np.where(share > 1 - USUAL, surprise(rows - count, rows), 0.0)
        return cls(
            columns=np.flatnonzero(flagged),
            center=own.astype(np.float32),
            scale=np.maximum(
                np.sqrt(own * (1 - own)), np.maximum(own, 1 - own) / MOST_SHOWN
            ).astype(np.float32),
            usual_hole=-np.log(own).astype(np.float32),
            usual_value=-np.log1p(-own).astype(np.float32),
            surprise=np.where(flagged, 0.0, surprise(count, rows)).astype(np.float32),
            presence=np.where(flagged, 0.0, present).astype(np.float32),
            surest=float(np.log(rows + 2)),
        )

    def emit(self, graph: Graph, missing: str) -> tuple[str, str]:
        """Add the nodes for where rows are `missing` (N, D), float32: flags and input, (N, F)."""
        flags = graph.take(missing, self.columns, name="flags")
        shifted = graph.node(
            "Sub", flags, graph.constant("flags.center", self.center), name="flags.shifted"
        )
        scaled = graph.node(
            "Div", shifted, graph.constant("flags.scale", self.scale), name="flags.scaled"
        )
        return flags, scaled

    def emit_surprise(self, graph: Graph, missing: str, observed: str) -> str:
        """Add the nodes for the cost (N, D) of what is `missing` and of what is there (N, D)."""
        cost = graph.constant("missing.cost", self.surprise)
        surprise = graph.node("Mul", missing, cost, name="missing.surprise")
        if not self.presence.any():
            return surprise
        value = graph.constant("missing.value_cost", self.presence)
        present = graph.node("Mul", observed, value, name="missing.value_surprise")
        return graph.node("Add", surprise, present, name="missing.either")
