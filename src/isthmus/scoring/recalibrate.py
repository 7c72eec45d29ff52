"""New p-values for the same network: the scores of recent normal rows take the old ones' place."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from isthmus import model_file
from isthmus.errors import DataError
from isthmus.model_file.manifest import Calibration, CellErrors, Manifest, Threshold
from isthmus.options import MINIMUM_ROWS
from isthmus.read.counting import counted
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.cell_errors import cell_errors, evenly, most_rows
from isthmus.scoring.digest import rows_digest
from isthmus.scoring.familiarity import foreign
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.thresholds import decide, kept


def recalibrate(
    scorer: Scorer,
    values: np.ndarray,
    *,
    alpha: float | None = None,
    threshold: str | None = None,
    texts: Mapping[str, pa.Array | pa.ChunkedArray] | None = None,
    source: str = "",
) -> bytes:
    """A model file with the same graph, calibrated on the scores of `values`.

    The rows are fresh to every member, so the scheme becomes the exact `split`; the calibration
    that was in force goes to the history.

    Parameters
    ----------
    scorer : Scorer
        The detector.
    values : array, shape (n, D)
        Recent normal rows, in the schema's order; those that cannot be scored are left out.
    alpha, threshold : optional
        New defaults; left out, those of the model file stay.
    texts : mapping of str to Array, optional
        The names (n,) in the categories, for messages.
    source : str, optional
        What messages call the rows.

    Raises
    ------
    DataError
        If fewer than 10 rows have a score, if they are the rows that the detector learnt from, or
        if whole columns are foreign to it.
    UsageError
        If they do not support what is asked.
    """
    where = f"{source}: " if source else ""
    if rows_digest(values, scorer.schema.kind) == scorer.manifest.data.digest:
        raise DataError(
            f"{where}these are the rows that the detector was made from; on rows that it learnt "
            "it is surer than on fresh ones",
            advice="Calibrate on normal rows that it has not seen.",
        )
    if said := foreign(scorer.schema, values, texts or {}):
        raise DataError(
            *[where + sentence for sentence in said],
            advice="Such rows would be taken for normal from now on. Correct the file, or, if the "
            "world has changed, fit a new detector.",
        )
    scores = scorer.anomaly_score(values)
    scored = ~np.isnan(scores)
    usable = np.sort(scores[scored])[::-1]
    if len(usable) < MINIMUM_ROWS:
        raise DataError(
            f"{where}{counted(len(usable), 'row')} with a score came, at least {MINIMUM_ROWS} are "
            "needed to calibrate",
            advice="Give more normal rows that the detector has not seen.",
        )
    old: Manifest = scorer.manifest
    fresh = Calibration(scheme="split", source="recalibrated", scores=tuple(map(float, usable)))
    rule, alpha = kept(old.threshold, alpha, threshold)
    decide(rule, Calibrator.of(fresh), alpha)
    manifest = old.model_copy(
        update={
            "cells": _usual_errors(scorer, values[scored]),
            "calibration": fresh,
            "calibration_history": (*old.calibration_history, old.calibration),
            "threshold": Threshold(rule=rule, alpha=alpha),
        }
    )
    return model_file.with_manifest(scorer.model, manifest)


def _usual_errors(scorer: Scorer, values: np.ndarray) -> tuple[CellErrors, ...]:
    some = evenly(values, most_rows(values.shape[1]))
    made, _ = scorer.run(some, ["reconstruction", "error"])
    rebuilt = made["reconstruction"].astype(np.float64)
    held = scorer.manifest.cells
    curves = {place: cell.curve for place, cell in enumerate(held) if cell.curve is not None}
    return cell_errors(some, rebuilt, made["error"], scorer.schema, curves)
