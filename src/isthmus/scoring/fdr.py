"""Choose alarms among many rows so that a stated share of them is false at most."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from isthmus.errors import UsageError
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.thresholds.decision import Decision, written


@dataclass
class RankCounts:
    """How many rows have each rank among the calibration scores: all that the choice needs.

    P-values have only n + 1 levels, so that a first pass over any number of rows is remembered in
    constant memory.
    """

    calibrator: Calibrator
    counts: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.counts = np.zeros(self.calibrator.rows + 2, np.int64)  # by rank, from 1

    def add(self, scores: np.ndarray) -> None:
        """Count scores (N,); NaN, of rows that cannot be scored, are left out."""
        ranks = self.calibrator.ranks(scores[~np.isnan(scores)])
        self.counts += np.bincount(ranks, minlength=len(self.counts))

    @property
    def rows(self) -> int:
        return int(self.counts.sum())

    def largest_rank(self, share: float) -> int:
        """The largest rank that is an alarm, by Benjamini and Hochberg (1995); 0 for no alarms.

        With p-values from one calibration set the share of false alarms stays at most `share` in
        expectation (Bates, Candes, Lei, Romano and Sesia, 2023).

        Raises
        ------
        UsageError
            If `share` is not between 0 and 1.
        """
        if not 0 < share < 1:
            raise UsageError(f"fdr: expected a number between 0 and 1, got {share}")
        ranks = np.arange(len(self.counts))
        up_to = np.cumsum(self.counts)
        passing = ranks * self.rows <= share * up_to * (self.calibrator.rows + 1)
        passing &= self.counts > 0
        return int(ranks[passing].max(initial=0))

    def decide(self, share: float) -> Decision:
        """The threshold that makes exactly those rows alarms, and what the user should know."""
        k = self.largest_rank(share)
        if k > self.calibrator.rows:
            threshold = -float("inf")
        else:
            threshold = self.calibrator.order_statistic(k) if k else float("inf")
        sentence = f"at most {share:g} of the alarms false, over {self.rows} rows"
        warnings = self._coarse(share, k) + self._unproved()
        return Decision(threshold, written("fdr", share), None, sentence, warnings)

    def _unproved(self) -> tuple[str, ...]:
        """The theorem is about one set of calibration rows for all p-values."""
        if self.calibrator.scheme == "split":
            return ()
        return (
            "across folds the false-discovery rate has no proof, only the p-values' own record",
        )

    def _coarse(self, share: float, k: int) -> tuple[str, ...]:
        """P-values can be too coarse for so many rows; then anomalies are missed."""
        alarms = max(1, int(self.counts[: k + 1].sum()))
        needed = self.rows / (share * alarms)
        if self.calibrator.rows >= needed:
            return ()
        return (
            f"{self.calibrator.rows} calibration rows are few for a false-discovery rate of "
            f"{share:g} over {self.rows} rows: finding {alarms} alarms takes about "
            f"{int(np.ceil(needed))}; anomalies may be missed",
        )
