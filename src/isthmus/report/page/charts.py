"""The figures of the page as Vega-Lite specifications that take on its width and its colours."""

from __future__ import annotations

from typing import Any

from isthmus.evaluation import Evaluation, evaluate
from isthmus.report.figures import confusion_matrix, score_histogram, theme, training_curve
from isthmus.report.figures.confusion import WIDTH as CONFUSION_WIDTH
from isthmus.report.gathering import Gathered
from isthmus.report.patterns import Pattern
from isthmus.report.trust import SIDE, calibration_curve, code_map, ranking_curves

Record = dict[str, Any]
Chart = dict[str, Any]


def evaluated(gathered: Gathered) -> Evaluation | None:
    """The alarms held against the labels, where there are any."""
    if gathered.abnormal is None:
        return None
    alpha = gathered.decision.alpha
    return evaluate(gathered.scores, gathered.is_alarm, gathered.abnormal, alpha=alpha)


def charts_of(gathered: Gathered, groups: list[Pattern]) -> dict[str, Chart]:
    """The figures below the explorer, by name."""
    found: dict[str, Chart] = {}
    if (codes := code_map(gathered, groups)) is not None:
        found["codes"] = chart_of(codes.to_dict(), "Codes", "")
    if gathered.is_scored.any():
        found["calibration"] = chart_of(
            calibration_curve(gathered).to_dict(),
            "Calibration",
            "Of normal rows as many have a p-value up to p as p says: the dashed line. In 95 of "
            "100 files of normal rows their whole line stays in the band. Above it on the left: "
            "more strange rows than normal data have.",
        )
    for place, (name, chart) in enumerate(ranking_curves(gathered)):
        captions = (
            "How many abnormal rows are caught for how many false alarms.",
            "How many of the alarms are true, for how many that are caught.",
        )
        found[f"ranking{place}"] = chart_of(chart.to_dict(), name, captions[place])
    if (found_out := evaluated(gathered)) is not None and found_out.confusion.rows:
        found["confusion"] = chart_of(
            confusion_matrix(found_out.confusion).to_dict(), "Alarms against the truth", ""
        )
        both = score_histogram(gathered.scores, gathered.abnormal, gathered.decision.threshold)
        found["classes"] = chart_of(
            both.to_dict(), "Scores of both classes", "Right of the line are alarms."
        )
    if gathered.scorer.manifest.training.epochs:
        curve = training_curve(gathered.scorer.manifest.training)
        found["training"] = chart_of(
            curve.to_dict(), "Training", "Loss by epoch; both lines should fall and level off."
        )
    return found


def chart_of(spec: Record, heading: str, caption: str) -> Chart:
    """A chart as the page takes it: specification, heading, caption, and what it tells."""
    told = str(spec.pop("description", ""))
    return {"spec": adaptable(spec), "heading": heading, "caption": caption, "told": told}


_PARTS = {
    theme.INK: "@ink",
    theme.SOFT_INK: "@soft",
    theme.GRID: "@grid",
    theme.NORMAL: "@normal",
    theme.ABNORMAL: "@odd",
    theme.GAP: "@gap",
}


def adaptable(spec: Record) -> Record:
    """The same with colours named by their part, and without a width and a title of its own.

    The page knows how wide it is, and whether it is dark.
    """
    made: Record = _named(spec)
    made.pop("title", None)
    made["config"] |= {"background": None, "padding": 4, "aria": False, "mark": {"aria": False}}
    return made


def _named(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            name: value
            if name == "datasets"
            else 0
            if name == "width" and value in (theme.WIDTH, SIDE, CONFUSION_WIDTH)
            else _named(value)
            for name, value in part.items()
        }
    if isinstance(part, list):
        return [_named(one) for one in part]
    return _PARTS.get(part, part) if isinstance(part, str) else part
