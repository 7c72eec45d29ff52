"""The scorer: a verified model file, ready to say of rows how strange they are."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from isthmus import model_file
from isthmus.errors import DetectorWarning, SchemaError
from isthmus.model_file import ModelFile
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import Rows, open_source, read_rows, stream_rows
from isthmus.scoring.asked import Asked
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.digest import ROW_TYPES
from isthmus.scoring.explain import Explanations, stream_entries
from isthmus.scoring.familiarity import Familiarity
from isthmus.scoring.fdr import RankCounts
from isthmus.scoring.probes import probe_rows
from isthmus.scoring.scores import Scores
from isthmus.scoring.session import Session
from isthmus.scoring.tally import Tally
from isthmus.scoring.thresholds import Decision, decide, kept


class Scorer:
    """Score rows with a model file; needs neither PyTorch nor scikit-learn.

    Parameters
    ----------
    model : ModelFile
        A verified model file; see `Scorer.load`.
    threads : int
        Threads of ONNX Runtime within one call.

    Attributes
    ----------
    manifest : Manifest
        What the model file says of itself.
    calibrator : Calibrator
        Turns scores into p-values.
    """

    def __init__(self, model: ModelFile, *, threads: int = 1) -> None:
        self.model = model
        self.manifest = model.manifest
        self.schema = model.manifest.row_schema
        self.calibrator = Calibrator.of(model.manifest.calibration)
        widest = max(
            int(np.prod([size for size in layer.shape if isinstance(size, int)]))
            for layer in self.manifest.layers
        )
        self._session = Session(model.graph, width=widest, threads=threads)
        self._element = ROW_TYPES[self.schema.kind]

    @classmethod
    def load(cls, source: str | Path | bytes, *, threads: int = 1) -> Scorer:
        """Read and verify a model file.

        Raises
        ------
        ModelFileError
            If it is not what isthmus wrote, byte for byte.
        FileAccessError
            If it cannot be read.
        """
        return cls(model_file.read(source), threads=threads)

    def score(
        self,
        data: Any,
        *,
        alpha: float | None = None,
        threshold: str | None = None,
        fdr: float | None = None,
        read: ReadOptions | None = None,
        columns: RowOptions | None = None,
    ) -> Scores:
        """Score all rows of a file, a frame, an array (N, D) or an Arrow table.

        Parameters
        ----------
        data : path, array, frame or table
            Columns are aligned by name where both sides have names, else by place.
        alpha : float, optional
            False-alarm rate; by default that of the model file.
        threshold : str, optional
            Threshold rule, such as ``percentile:99``; by default that of the model file.
        fdr : float, optional
            Choose alarms so that at most this share of them is false, over all rows of `data`.
        read, columns : ReadOptions, RowOptions, optional
            How to read a file, and which columns to set aside.

        Warns
        -----
        DetectorWarning
            If most names in a column are none that training had, or a column is missing
            throughout.

        Raises
        ------
        DataError
            If the data cannot be read or do not fit the schema.
        UsageError
            If the calibration rows do not support what is asked.
        """
        Asked(alpha, threshold, fdr)  # refuses what contradicts itself
        source = open_source(data, read or ReadOptions())
        rows = read_rows(source, columns or RowOptions(), self.schema)
        familiarity = Familiarity(self.schema)
        familiarity.add(rows)
        scores, reasons = self.score_rows(rows)
        decision = self.decide(alpha, threshold) if fdr is None else self.decide_fdr([scores], fdr)
        _warn(familiarity)
        return Scores.of(scores, reasons, self.calibrator, decision, rows.ids)

    def explain(
        self,
        data: Any,
        *,
        alpha: float | None = None,
        threshold: str | None = None,
        fdr: float | None = None,
        top: int = 3,
        rows: Collection[int] | None = None,
        read: ReadOptions | None = None,
        columns: RowOptions | None = None,
    ) -> Explanations:
        """Say of each alarm which cells, or which stretches of a signal, carry it.

        Batch by batch: memory grows only with what is explained.

        Parameters
        ----------
        data, alpha, threshold, fdr, read, columns
            As `score` takes them; `fdr` needs data that can be read twice.
        top : int
            Cells or stretches of each row, at most.
        rows : collection of int, optional
            Numbers of the rows to explain, from 0, whether they are alarms or not.

        Warns
        -----
        DetectorWarning
            As `score` does, about the rows that were read.

        Raises
        ------
        DataError
            If the data cannot be read or do not fit the schema, or have no such row.
        UsageError
            If the calibration rows do not support what is asked.
        """
        source = open_source(data, read or ReadOptions())
        columns = columns or RowOptions()
        decision = Asked(alpha, threshold, fdr).decide(self, source, columns)
        tally = Tally.of(self.schema)
        entries = stream_entries(self, source, columns, decision, top=top, rows=rows, tally=tally)
        explanations = Explanations.of(entries, decision, self.schema.kind)
        _warn(tally.familiarity)
        return explanations

    def decide(self, alpha: float | None = None, threshold: str | None = None) -> Decision:
        """The threshold, by what is asked or else by what the model file holds."""
        rule, alpha = kept(self.manifest.threshold, alpha, threshold)
        return decide(rule, self.calibrator, alpha)

    def decide_fdr(self, scores: Iterable[np.ndarray], share: float) -> Decision:
        """The threshold that keeps the share of false alarms among all of `scores` small."""
        counts = RankCounts(self.calibrator)
        for part in scores:
            counts.add(part)
        return counts.decide(share)

    def stream(
        self, batches: Iterable[pa.RecordBatch], decision: Decision
    ) -> Iterator[pa.RecordBatch]:
        """Score Arrow batches one by one, in constant memory, each row as alone."""
        first = 0
        for batch in batches:
            for rows in stream_rows(open_source(batch), RowOptions(), self.schema):
                yield self.scored(replace(rows, first=first + rows.first), decision).to_arrow()
            first += batch.num_rows

    def scored(self, rows: Rows, decision: Decision) -> Scores:
        """Score rows that were read for this schema."""
        scores, reasons = self.score_rows(rows)
        return Scores.of(scores, reasons, self.calibrator, decision, rows.ids, first=rows.first)

    def score_rows(self, rows: Rows) -> tuple[np.ndarray, dict[int, str]]:
        """Scores (N,) and, by row, why a row cannot be scored; its score is NaN."""
        results, reasons = self.run(rows.values, ["anomaly_score"])
        reasons = dict(sorted({**reasons, **rows.unusable}.items()))
        scores = results["anomaly_score"]
        scores[list(reasons)] = np.nan
        return scores, reasons

    def anomaly_score(self, values: np.ndarray) -> np.ndarray:
        """Scores (N,) in float32 for values (N, D) in the schema's order; NaN: not scorable."""
        results, reasons = self.run(values, ["anomaly_score"])
        results["anomaly_score"][list(reasons)] = np.nan
        return results["anomaly_score"]

    def run(
        self, values: np.ndarray, outputs: Sequence[str]
    ) -> tuple[dict[str, np.ndarray], dict[int, str]]:
        """Outputs of the graph for values (N, D), and the rows that it cannot take, with why.

        The outputs are `reconstruction`, `error`, `code`, `views` and `anomaly_score`.
        """
        if values.ndim != 2 or values.shape[1] != len(self.schema.columns):
            raise SchemaError(
                f"rows of {len(self.schema.columns)} numbers were expected, an array of shape "
                f"{values.shape} came"
            )
        reasons: dict[int, str] = {}

        def look(first: int, chunk: np.ndarray) -> None:
            if not np.isfinite(chunk).all():
                reasons.update(self._unusable(first, chunk))

        results = self._session.run(values, outputs, self._element, look)
        return results, reasons

    def probe(self) -> float:
        """The largest difference between the probe rows' scores here and in the manifest."""
        there = np.array(self.manifest.probes)
        here = self.anomaly_score(probe_rows(self.schema)).astype(np.float64)
        return float((np.abs(here - there) / np.maximum(1.0, np.abs(there))).max())

    def _unusable(self, first: int, chunk: np.ndarray) -> dict[int, str]:
        infinite = np.isinf(chunk)
        reasons = {
            first
            + int(row): f"column {self.schema.names[int(infinite[row].argmax())]!r} is infinite"
            for row in np.flatnonzero(infinite.any(axis=1))
        }
        for row in np.flatnonzero(np.isnan(chunk).all(axis=1)):
            reasons[first + int(row)] = "every cell is missing"
        return reasons


def _warn(familiarity: Familiarity) -> None:
    """Warn whoever called the scorer."""
    for sentence in familiarity.warnings:
        warnings.warn(sentence, DetectorWarning, stacklevel=3)
