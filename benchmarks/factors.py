"""Made-up rows whose columns hang together, and rows in which one cell does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

NOISE = 0.3
"""Standard deviation of what each column has for itself."""


class Broken(NamedTuple):
    """Rows of which one cell each does not belong to them.

    Attributes
    ----------
    rows : array, shape (N, D)
        The rows.
    columns : array of int, shape (N,)
        Which cell it is.
    """

    rows: np.ndarray
    columns: np.ndarray


@dataclass(frozen=True)
class Factors:
    """Columns that are weighted sums of a few Gaussian factors, and noise.

    Attributes
    ----------
    loadings : array, shape (K, D)
        The weights of K factors in D columns.
    """

    loadings: np.ndarray

    @classmethod
    def drawn(cls, factors: int, columns: int, generator: np.random.Generator) -> Self:
        """With weights from N(0, 1)."""
        return cls(generator.normal(size=(factors, columns)))

    def rows(self, count: int, generator: np.random.Generator) -> np.ndarray:
        """So many rows (count, D), float64."""
        factors, columns = self.loadings.shape
        noise = NOISE * generator.normal(size=(count, columns))
        mixed: np.ndarray = generator.normal(size=(count, factors)) @ self.loadings + noise
        return mixed

    def surprises(self, rows: np.ndarray) -> np.ndarray:
        """How far each cell lies from what the others say of it, (N, D), in standard deviations.

        Nothing is learnt here: it is the conditional distribution that the rows were made by.
        """
        covariance = self.loadings.T @ self.loadings + NOISE**2 * np.eye(self.loadings.shape[1])
        precision = np.linalg.inv(covariance)
        apart: np.ndarray = np.abs(rows @ precision) / np.sqrt(np.diag(precision))
        return apart


def broken(rows: np.ndarray, generator: np.random.Generator) -> Broken:
    """One random column of each row (N, D) replaced by its value in another random row."""
    count = len(rows)
    places, columns = np.arange(count), generator.integers(rows.shape[1], size=count)
    others = (places + generator.integers(1, count, size=count)) % count
    changed = rows.copy()
    changed[places, columns] = rows[others, columns]
    return Broken(changed, columns)


def shifted(
    rows: np.ndarray, deviations: float, spread: np.ndarray, generator: np.random.Generator
) -> Broken:
    """One random column of each row (N, D) moved up or down by so many times its `spread` (D,)."""
    count = len(rows)
    places, columns = np.arange(count), generator.integers(rows.shape[1], size=count)
    signs = generator.choice((-1.0, 1.0), size=count)
    changed = rows.copy()
    changed[places, columns] += signs * deviations * spread[columns]
    return Broken(changed, columns)
