"""Figures one by one, for notebooks and papers: the ones of the report, and more.

Each is an Altair chart; `save` writes it as PNG or SVG, without a browser, or as its Vega-Lite
specification. `FIGURES` has those that `isthmus plot` draws of a detector and rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from isthmus.errors import UsageError
from isthmus.report.explorer import along, row
from isthmus.report.figures import (
    Picture,
    ReconstructedRow,
    SampleClass,
    confusion_matrix,
    headed,
    image_grid,
    reconstruction,
    reconstructions,
    samples,
    save,
    score_histogram,
    training_curve,
)
from isthmus.report.gathering import Gathered, gather
from isthmus.report.patterns import patterns
from isthmus.report.trust import calibration_curve, code_map, ranking_curves

__all__ = [
    "FIGURES",
    "Figure",
    "Gathered",
    "Picture",
    "ReconstructedRow",
    "SampleClass",
    "along",
    "calibration_curve",
    "code_map",
    "confusion_matrix",
    "gather",
    "headed",
    "image_grid",
    "ranking_curves",
    "reconstruction",
    "reconstructions",
    "row",
    "samples",
    "save",
    "score_histogram",
    "training_curve",
]


class Figure(NamedTuple):
    """A figure of what was gathered; `number` is that of a row, where one was asked for."""

    about: str
    draw: Callable[[Gathered, int | None], Any]


def _scores(gathered: Gathered, _: int | None) -> Any:
    return score_histogram(gathered.scores, gathered.abnormal, gathered.decision.threshold)


def _along(gathered: Gathered, _: int | None) -> Any:
    return headed(along(gathered), "Scores")


def _row(gathered: Gathered, number: int | None) -> Any:
    if number is None:
        if not gathered.strangest:
            raise UsageError(f"{gathered.source}: no row has a score, there is none to draw")
        number = gathered.strangest[0].row
    return row(gathered, number)


def _codes(gathered: Gathered, _: int | None) -> Any:
    alarms = [one for one in gathered.strangest if one.told.is_anomaly]
    chart = code_map(gathered, patterns(alarms, gathered.scorer.schema))
    if chart is None:
        raise UsageError(f"{gathered.source}: fewer than 3 rows have a score, there is no map")
    return headed(chart, "Codes")


def _calibration(gathered: Gathered, _: int | None) -> Any:
    if not gathered.is_scored.any():
        raise UsageError(f"{gathered.source}: no row has a score, there is no p-value to draw")
    return headed(calibration_curve(gathered), "Calibration")


def _training(gathered: Gathered, _: int | None) -> Any:
    return training_curve(gathered.scorer.manifest.training)


def _confusion(gathered: Gathered, _: int | None) -> Any:
    from isthmus.evaluation import evaluate

    truth = _truth(gathered)
    found = evaluate(gathered.scores, gathered.is_alarm, truth, alpha=None)
    return confusion_matrix(found.confusion)


def _ranking(place: int) -> Callable[[Gathered, int | None], Any]:
    def draw(gathered: Gathered, _: int | None) -> Any:
        _truth(gathered)
        curves = ranking_curves(gathered)
        if not curves:
            raise UsageError(f"{gathered.source}: rows of both kinds are needed for this curve")
        name, chart = curves[place]
        return headed(chart, name)

    return draw


def _truth(gathered: Gathered) -> npt.NDArray[np.bool_]:
    """Which rows are abnormal, or what to do so that it is known."""
    if gathered.abnormal is None:
        raise UsageError(
            f"{gathered.source}: this figure needs labels",
            advice="Say which rows are normal with --label COLUMN and --normal VALUE.",
        )
    return gathered.abnormal


FIGURES: dict[str, Figure] = {
    "scores": Figure("histogram of the scores, of both classes where labels are", _scores),
    "along": Figure("scores along the file", _along),
    "row": Figure("one row beside what was expected of it", _row),
    "codes": Figure("codes of the strangest rows on their two main axes", _codes),
    "calibration": Figure("share of rows with p-values up to each p", _calibration),
    "training": Figure("loss by epoch", _training),
    "confusion": Figure("alarms against the truth; needs labels", _confusion),
    "roc": Figure("caught against false alarms; needs labels", _ranking(0)),
    "precision-recall": Figure("true alarms against caught; needs labels", _ranking(1)),
}
