"""From scores to p-values: the place of a score among those of held-out normal rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isthmus.model_file.manifest import Calibration
from isthmus.options import Scheme


@dataclass(frozen=True)
class Calibrator:
    """Held-out normal scores, ready to be compared with.

    Attributes
    ----------
    scores : array of float32, shape (n,)
        In increasing order.
    scheme : {"split", "cross"}
        `split` p-values are exact: for a fresh normal row, p <= alpha has a probability of at
        most alpha (Vovk, Gammerman and Shafer, 2005). For `cross` that is measured, not proved.
    """

    scores: np.ndarray
    scheme: Scheme

    @classmethod
    def of(cls, calibration: Calibration) -> Calibrator:
        """Made from what the manifest holds."""
        return cls(np.sort(np.array(calibration.scores, np.float32)), calibration.scheme)

    @property
    def rows(self) -> int:
        """The number n of held-out rows."""
        return len(self.scores)

    @property
    def smallest_alpha(self) -> float:
        """The smallest false-alarm rate that n rows can support: 1 / (n + 1)."""
        return 1.0 / (self.rows + 1)

    def ranks(self, scores: np.ndarray) -> np.ndarray:
        """1 + the number of held-out scores at least as large, for scores (N,): 1 to n + 1."""
        order = np.argsort(scores)  # neighbours are looked up near each other: many times as fast
        below = np.empty(len(scores), np.int64)
        sorted_scores = scores[order].astype(np.float32)
        below[order] = np.searchsorted(self.scores, sorted_scores, side="left")
        return 1 + self.rows - below

    def p_values(self, scores: np.ndarray) -> np.ndarray:
        """P-values (N,) for scores (N,): rank / (n + 1); NaN for NaN.

        The conformal p-value of Vovk, Gammerman and Shafer (2005), in the form of Bates, Candes,
        Lei, Romano and Sesia (2023).
        """
        p = self.ranks(scores) / (self.rows + 1)
        return np.where(np.isnan(scores), np.nan, p)

    def alarms_allowed(self, alpha: float) -> int:
        """The largest rank k with k / (n + 1) <= alpha; 0 where n rows cannot support alpha."""
        guess = int(alpha * (self.rows + 1)) + 1
        while guess > 0 and guess / (self.rows + 1) > alpha:
            guess -= 1
        return guess

    def order_statistic(self, k: int) -> float:
        """The k-th largest held-out score."""
        return float(self.scores[self.rows - k])
