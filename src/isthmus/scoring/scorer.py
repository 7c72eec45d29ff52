"""The scorer: a verified model file, ready to say of rows how strange they are."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus import model_file
from isthmus.errors import DetectorWarning, SchemaError
from isthmus.model_file import ModelFile
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import Rows, open_source, read_rows, stream_rows
from isthmus.read.absent import with_absent_targets
from isthmus.scoring.asked import Asked
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.digest import ROW_TYPES
from isthmus.scoring.familiarity import Familiarity
from isthmus.scoring.fdr import RankCounts
from isthmus.scoring.probes import probe_rows
from isthmus.scoring.scores import Scores
from isthmus.scoring.sessions import Sessions
from isthmus.scoring.tally import Tally
from isthmus.scoring.thresholds import Decision, decide, kept

# What scores do not need is imported where it is used: one row should be scored in no time.
if TYPE_CHECKING:
    from isthmus.scoring.apart import Decoder
    from isthmus.scoring.explain import Explanations


class Scorer:
    """Score rows with a model file; needs neither PyTorch nor scikit-learn.

    Parameters
    ----------
    model : ModelFile
        A verified model file; see `Scorer.load`.
    threads : int
        Chunks of rows that are computed at the same time.

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
        self._threads = threads
        self._sessions = Sessions(model, threads=threads)
        self._decoder: Decoder | None = None
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
        """Score all rows of a file, a frame, an array (N, D) or an Arrow table, or all images.

        Parameters
        ----------
        data : path, array, frame or table
            Images: a file or folder, an array (N, height, width) with channels or without.
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
        from isthmus.scoring.explain import Explanations, stream_entries

        source = open_source(data, read or ReadOptions())
        columns = columns or RowOptions()
        decision = Asked(alpha, threshold, fdr).decide(self, source, columns)
        tally = Tally.of(self.schema)
        entries = stream_entries(self, source, columns, decision, top=top, rows=rows, tally=tally)
        explanations = Explanations.of(entries, decision, self.schema.kind)
        _warn(tally.familiarity)
        return explanations

    def heat_maps(
        self,
        data: Any,
        *,
        rows: Collection[int] | None = None,
        read: ReadOptions | None = None,
        columns: RowOptions | None = None,
    ) -> np.ndarray:
        """How far each pixel of images is off: its error over its usual one, (n, height, width).

        About 1 in normal images; NaN throughout for one that could not be scored.

        Parameters
        ----------
        data, read, columns
            As `score` takes them.
        rows : collection of int, optional
            Numbers of the images, from 0; by default all. The maps are in the order of the data.

        Raises
        ------
        UsageError
            If the detector knows no images, or there is no such row.
        """
        from isthmus.scoring.explain import stacked_heat, stream_views

        source = open_source(data, read or ReadOptions())
        return stacked_heat(stream_views(self, source, columns or RowOptions(), rows), self.schema)

    def encode(
        self, data: Any, *, read: ReadOptions | None = None, columns: RowOptions | None = None
    ) -> np.ndarray:
        """The codes (N, Z) of all rows, float32; NaN where a row is invalid.

        They are those of the first member: codes of different members have no axes in common.
        `data`, `read` and `columns`, what is warned of and what raised are as in `score`.
        """
        from isthmus.scoring.apart import encoded

        return encoded(self, self._read(data, read, columns)).codes

    def decode(self, codes: npt.ArrayLike, member: int | np.ndarray = 0) -> np.ndarray:
        """The rows (N, D), in the user's units, of codes (N, Z); see `apart.Decoder.decode`."""
        from isthmus.scoring.apart import Decoder

        if self._decoder is None:
            self._decoder = Decoder(self.model, threads=self._threads)
        return self._decoder.decode(codes, member)

    def reconstruct(
        self,
        data: Any,
        *,
        mask: bool = False,
        read: ReadOptions | None = None,
        columns: RowOptions | None = None,
    ) -> np.ndarray:
        """All rows (N, D) as the members rebuild them in the mean, in the user's units.

        With `mask` only missing cells are, and all others stay as they came. An invalid row is
        NaN, with `mask` as it came. A category's cell is the place of its level; see `named`.
        The rest is as in `score`.
        """
        from isthmus.scoring.apart import rebuilt

        return rebuilt(self, self._read(data, read, columns, mask=mask), mask=mask).values

    def sample(self, count: int, seed: int = 0) -> np.ndarray:
        """New rows (count, D), in the user's units, of a variational model; see `apart.sampled`."""
        from isthmus.scoring.apart import sampled

        none = np.empty((0, self.schema.width), self._element)
        return np.concatenate([none, *sampled(self, count, seed)])

    def similar(
        self,
        index: Any,
        queries: Any,
        k: int = 5,
        *,
        read: ReadOptions | None = None,
        columns: RowOptions | None = None,
    ) -> pa.Table:
        """For each query the k rows of an index whose codes are nearest; a line for each.

        See `isthmus.scoring.apart.neighbours`; `index` and `queries` are what `score` takes.
        """
        from isthmus.scoring.apart import Indexed, Passed, neighbours

        columns = columns or RowOptions()
        passed = [Passed(open_source(data, read), self.schema) for data in (index, queries)]
        indexed = Indexed.of(self, passed[0], columns)
        found = pa.Table.from_batches(neighbours(self, indexed, passed[1], columns, k))
        for one in passed:
            _warn(one.familiarity)
        return found

    def named(self, values: np.ndarray) -> pa.Table:
        """Rows (N, D) as a table: columns under their names, levels instead of their places."""
        from isthmus.scoring.apart import named

        return pa.Table.from_batches([named(self.schema, values)])

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
        self,
        batches: Iterable[pa.RecordBatch],
        decision: Decision,
        columns: RowOptions | None = None,
    ) -> Iterator[pa.RecordBatch]:
        """Score Arrow batches one by one, in constant memory, each row as alone."""
        first = 0
        for batch in batches:
            for rows in stream_rows(open_source(batch), columns or RowOptions(), self.schema):
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
        if values.ndim != 2 or values.shape[1] != self.schema.width:
            raise SchemaError(
                f"rows of {self.schema.width} numbers were expected, an array of shape "
                f"{values.shape} came"
            )
        reasons: dict[int, str] = {}
        needed = self._needed(outputs)

        def look(first: int, chunk: np.ndarray) -> None:
            for cells, missing in needed:
                for row in np.flatnonzero(np.isnan(chunk[:, cells]).all(axis=1)):
                    reasons[first + int(row)] = missing
            reasons.update(self._infinite(first, chunk))

        results = self._sessions.of(outputs).run(values, outputs, self._element, look)
        return results, dict(sorted(reasons.items()))

    def probe(self) -> float:
        """The largest difference between the probe rows' scores here and in the manifest."""
        there = np.array(self.manifest.probes)
        here = self.anomaly_score(probe_rows(self.schema)).astype(np.float64)
        return float((np.abs(here - there) / np.maximum(1.0, np.abs(there))).max())

    def _read(
        self,
        data: Any,
        read: ReadOptions | None,
        columns: RowOptions | None,
        *,
        mask: bool = False,
    ) -> Rows:
        """All rows to encode or rebuild, with a warning where they are foreign to the detector."""
        source = with_absent_targets(open_source(data, read), self.schema)
        rows = read_rows(source, columns or RowOptions(), self.schema)
        familiarity = Familiarity(self.schema, judged=False, filled=mask)
        familiarity.add(rows)
        _warn(familiarity, stacklevel=4)
        return rows

    def _needed(self, outputs: Sequence[str]) -> list[tuple[slice | list[int], str]]:
        """The cells of which a row must have one for these outputs, and what to say if it has none.

        Codes and reconstructions need what is shown, errors and scores also what is judged: where
        there are targets these are not the same.
        """
        targets = list(self.schema.targets)
        if not targets:
            return [(slice(None), "every cell is missing")]
        shown: tuple[slice | list[int], str] = (
            list(self.schema.shown),
            "every cell to rebuild from is missing",
        )
        if set(outputs) <= {"code", "reconstruction"}:
            return [shown]
        return [shown, (targets, "every target is missing")]

    def _infinite(self, first: int, chunk: np.ndarray) -> dict[int, str]:
        infinite = np.isinf(chunk)
        return {
            first + int(row): f"{self.schema.cell_name(int(infinite[row].argmax()))} is infinite"
            for row in np.flatnonzero(infinite.any(axis=1))
        }


def _warn(familiarity: Familiarity, stacklevel: int = 3) -> None:
    """Warn whoever called the scorer."""
    for sentence in familiarity.warnings:
        warnings.warn(sentence, DetectorWarning, stacklevel=stacklevel)
