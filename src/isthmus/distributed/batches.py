"""Batches in, scored batches out: what any engine can run in its own processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from isthmus import model_file
from isthmus.options import RowOptions
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.thresholds import Decision

SPARK_COLUMNS = (
    "`row` bigint",
    "anomaly_score float",
    "p_value double",
    "is_anomaly boolean",
    "status string",
    "reason string",
)
"""What Spark needs to know of the columns of `Scores.to_arrow`."""


class BatchScorer:
    """Scores Arrow batches; can be sent to other processes, where the model is loaded once.

    Of the shape that Spark's ``DataFrame.mapInArrow`` and Ray's ``Dataset.map_batches`` take. Rows
    are numbered from 0 in each call: give rows an id where they must be told apart.

    Parameters
    ----------
    model : path or bytes
        The model file.
    alpha, threshold
        As `Scorer.score` takes them.
    columns : RowOptions, optional
        Which columns to pass through or leave out.

    Raises
    ------
    ModelFileError
        If it is not what isthmus wrote, byte for byte.
    UsageError
        If the calibration rows do not support what is asked.
    """

    def __init__(
        self,
        model: str | Path | bytes,
        *,
        alpha: float | None = None,
        threshold: str | None = None,
        columns: RowOptions | None = None,
    ) -> None:
        self._model = model_file.read(model)
        self._asked = (alpha, threshold)
        self._columns = columns or RowOptions()
        self._here: tuple[Scorer, Decision] | None = None
        self._loaded()

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Batches with the id columns and those of the scores, one for each that has rows."""
        scorer, decision = self._loaded()
        return scorer.stream(batches, decision, self._columns)

    @staticmethod
    def spark_schema(*ids: str) -> str:
        """The columns that come out, as Spark is told them.

        Parameters
        ----------
        *ids : str
            Those that are passed through, each with its type: ``"who string"``.
        """
        return ", ".join([*ids, *SPARK_COLUMNS])

    def __getstate__(self) -> dict[str, Any]:
        """What goes to another process; it makes a scorer of its own."""
        return {**self.__dict__, "_here": None}

    def _loaded(self) -> tuple[Scorer, Decision]:
        if self._here is None:
            scorer = Scorer(self._model)
            self._here = scorer, scorer.decide(*self._asked)
        return self._here
