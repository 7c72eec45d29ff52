"""Which rows are to be alarms, as a user asks for it; whoever decides over a source starts here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from isthmus.errors import UsageError
from isthmus.options import RowOptions
from isthmus.read import Source, stream_rows
from isthmus.scoring.thresholds import Decision

if TYPE_CHECKING:
    from isthmus.scoring.scorer import Scorer


@dataclass(frozen=True)
class Asked:
    """What was asked for; left out, it is what the model file holds.

    Attributes
    ----------
    alpha : float, optional
        False-alarm rate.
    threshold : str, optional
        Threshold rule, such as ``percentile:99``.
    fdr : float, optional
        Largest share of false ones among all alarms, instead of the other two.

    Raises
    ------
    UsageError
        If they exclude each other, or `fdr` is no share.
    """

    alpha: float | None = None
    threshold: str | None = None
    fdr: float | None = None

    def __post_init__(self) -> None:
        if self.fdr is None:
            return
        if not (self.alpha is None and self.threshold is None):
            raise UsageError("fdr chooses the alarms by itself: leave out alpha and threshold")
        if not 0 < self.fdr < 1:  # before the first pass over the data, not after it
            raise UsageError(f"fdr: a number between 0 and 1 was expected, got {self.fdr}")

    def decide(self, scorer: Scorer, source: Source, columns: RowOptions) -> Decision:
        """The threshold; `fdr` takes a first pass over the source, in constant memory.

        Raises
        ------
        UsageError
            If the calibration rows do not support it, or a source that can be read once would be
            read twice.
        """
        if self.fdr is None:
            return scorer.decide(self.alpha, self.threshold)
        if not source.rereadable:
            raise UsageError(
                f"fdr reads the data twice, and {source.name} can be read once",
                advice="Store it in a file first.",
            )
        first_pass = stream_rows(source, columns, scorer.schema)
        return scorer.decide_fdr((scorer.score_rows(rows)[0] for rows in first_pass), self.fdr)
