"""Fill holes with a typical value of the column, so that the network always has an input."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from isthmus.training.graph import Graph

TYPICAL: dict[str, Callable[..., np.ndarray]] = {"median": np.nanmedian, "mean": np.nanmean}


@dataclass(frozen=True)
class Impute:
    """Replace missing cells by `fill`, shape (D,), in the user's units."""

    fill: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray, *, how: str) -> Self:
        """Learn from rows of shape (N, D); a column that is always missing is filled with 0."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # an all-missing column: 0 below
            typical = TYPICAL[how](values.astype(np.float64), axis=0)
        return cls(np.where(np.isnan(typical), 0.0, typical).astype(values.dtype))

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The rows without holes, for the steps that learn after this one."""
        return np.where(np.isnan(values), self.fill, values)

    def emit(self, graph: Graph, rows: str, missing: str) -> str:
        """Add the nodes for `rows` (N, D), given where they are `missing`."""
        fill = graph.constant("impute.fill", self.fill)
        return graph.node("Where", missing, fill, rows, name="imputed")
