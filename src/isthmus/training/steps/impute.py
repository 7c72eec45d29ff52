"""Fill holes with a typical value of the column, so that the network always has an input."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from isthmus.training.graph import Graph
from isthmus.training.steps.columns import of_columns

TYPICAL: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "median": lambda columns: np.nanmedian(columns, axis=1),
    "mean": lambda columns: np.nanmean(columns, axis=1),
}
"""A typical value of each of n columns (n, N); NaN where there is none."""


@dataclass(frozen=True)
class Impute:
    """Replace missing cells by `fill`, shape (D,), in the user's units."""

    fill: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray, *, how: str) -> Self:
        """Learn from rows of shape (N, D); a column that is always missing is filled with 0."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # an all-missing column: 0 below
            typical = of_columns(values, lambda columns, _: TYPICAL[how](columns))
        return cls(np.where(np.isnan(typical), 0.0, typical).astype(values.dtype))

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The rows without holes, for the steps that learn after this one."""
        missing = np.isnan(values)
        return np.where(missing, self.fill, values) if missing.any() else values

    def emit(self, graph: Graph, rows: str, missing: str) -> str:
        """Add the nodes for `rows` (N, D), given where they are `missing`."""
        fill = graph.constant("impute.fill", self.fill)
        return graph.node("Where", missing, fill, rows, name="imputed")
