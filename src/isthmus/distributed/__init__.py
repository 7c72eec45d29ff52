"""MANY FILES OR BATCHES -> SCORES: the same `Scorer`, once or in many processes.

`score_dataset` scores a folder of files into a folder of files. `BatchScorer` is for engines that
hand out Arrow batches by themselves.
"""

from __future__ import annotations

from isthmus.distributed.batches import BatchScorer
from isthmus.distributed.dataset import Outcome, score_dataset

__all__ = ["BatchScorer", "Outcome", "score_dataset"]
