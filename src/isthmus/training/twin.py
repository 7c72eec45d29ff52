"""The linear twin of a network: what a principal component analysis makes of the same rows.

A network that rebuilds no better than a plane does has learnt nothing that a plane does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

EXPLAINED = 0.9
"""Share of the variance that the plane keeps."""
MOST_ROWS = 5000
MOST_NUMBERS = 1 << 22
"""Of the rows that it is fitted on."""


@dataclass(frozen=True)
class LinearTwin:
    """The plane of the first principal components.

    Attributes
    ----------
    middle : array, shape (U,)
        The mean of the rows.
    axes : array, shape (U, Q)
        Orthonormal directions of the plane.
    """

    middle: np.ndarray
    axes: np.ndarray

    @classmethod
    def fit(
        cls, rows: np.ndarray, generator: np.random.Generator, *, explained: float = EXPLAINED
    ) -> Self:
        """Find the plane of rows (n, U), of at most MOST_ROWS that are drawn from them.

        Its rank Q is the smallest for which l_1 + ... + l_Q >= `explained` * (l_1 + ... + l_U),
        where l are the variances along the components, in decreasing order (Jolliffe, 2002); but
        at most U - 1, as nothing lies outside the whole space.
        """
        most = min(MOST_ROWS, max(MOST_NUMBERS // rows.shape[1], 2))
        if len(rows) > most:
            rows = rows[np.sort(generator.choice(len(rows), most, replace=False))]
        exact = rows.astype(np.float64)
        middle = exact.mean(axis=0)
        variances, axes = _components(exact - middle)
        total = np.cumsum(variances)
        wanted = int(np.searchsorted(total, explained * total[-1]) + 1) if total[-1] > 0 else 0
        rank = min(wanted, rows.shape[1] - 1)
        return cls(middle.astype(np.float32), axes[:, :rank].astype(np.float32))

    @property
    def rank(self) -> int:
        """Q."""
        return int(self.axes.shape[1])

    def residual(self, rows: np.ndarray) -> np.ndarray:
        """The squared distance of rows (n, U) to the plane, (n,), in float64.

        |c|^2 - |c A|^2 with c the row without the middle and A the axes: the squared prediction
        error, or Q statistic (Jackson and Mudholkar, 1979).
        """
        apart = rows - self.middle
        inside = (apart @ self.axes).astype(np.float64)
        whole = np.einsum("ij,ij->i", apart, apart, dtype=np.float64)
        left: np.ndarray = np.maximum(whole - np.einsum("ij,ij->i", inside, inside), 0.0)
        return left


def _components(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Variances in decreasing order (K,) and their directions (U, K) of centred rows (n, U)."""
    count, width = rows.shape
    if width <= count:
        variances, axes = np.linalg.eigh(rows.T @ rows)
        return np.maximum(variances[::-1], 0.0), axes[:, ::-1]
    variances, mixes = np.linalg.eigh(rows @ rows.T)  # the same by the rows' products
    variances, mixes = np.maximum(variances[::-1], 0.0), mixes[:, ::-1]
    there = variances > 1e-12 * variances[0]
    return variances[there], rows.T @ mixes[:, there] / np.sqrt(variances[there])
