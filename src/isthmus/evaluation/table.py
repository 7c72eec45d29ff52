"""An evaluation as lines of words and numbers, for people."""

from __future__ import annotations

from isthmus.evaluation.confusion import ClassFigures
from isthmus.evaluation.evaluation import Evaluation
from isthmus.evaluation.false_alarms import FalseAlarms

NOT_DEFINED = "not defined"


def as_table(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Lay out an evaluation as labels and values with their units, top to bottom.

    Notes on figures that are not defined come last, each labelled "note".
    """
    counts = evaluation.confusion
    return [
        ("rows with a score", _rows(evaluation.normal, evaluation.abnormal)),
        *_invalid(evaluation),
        ("alarms among abnormal rows", _of(counts.alarms_among_abnormal, evaluation.abnormal)),
        ("alarms among normal rows", _of(counts.alarms_among_normal, evaluation.normal)),
        *_false_alarms(evaluation.false_alarms),
        ("accuracy", _figure(evaluation.accuracy)),
        *_class_figures("abnormal", evaluation.abnormal_positive),
        *_class_figures("normal", evaluation.normal_positive),
        ("ROC AUC", _figure(evaluation.roc_auc)),
        ("average precision, abnormal as positive", _figure(evaluation.average_precision)),
        *(("note", note) for note in evaluation.notes),
    ]


def _invalid(evaluation: Evaluation) -> list[tuple[str, str]]:
    if not evaluation.invalid:
        return []
    counts = _rows(evaluation.invalid_normal, evaluation.invalid_abnormal)
    return [("rows without a score, in no figure below", counts)]


def _false_alarms(rates: FalseAlarms) -> list[tuple[str, str]]:
    lines = []
    if rates.low is not None and rates.high is not None:
        interval = f"{_percent(rates.low)} to {_percent(rates.high)}"
        lines.append((f"{100 * rates.confidence:g} % interval of the false-alarm rate", interval))
    if rates.promised is not None:
        inside = {True: ", inside the interval", False: ", outside the interval", None: ""}
        promised = f"{_percent(rates.promised)}{inside[rates.promise_inside]}"
        lines.append(("promised false-alarm rate (alpha)", promised))
    return lines


def _class_figures(name: str, figures: ClassFigures) -> list[tuple[str, str]]:
    return [
        (f"precision, {name} as positive", _figure(figures.precision)),
        (f"recall, {name} as positive", _figure(figures.recall)),
        (f"F1, {name} as positive", _figure(figures.f1)),
    ]


def _rows(normal: int, abnormal: int) -> str:
    return f"{normal + abnormal} ({normal} normal, {abnormal} abnormal)"


def _of(part: int, whole: int) -> str:
    return f"{part} of {whole} ({_percent(part / whole)})" if whole else f"{part} of {whole}"


def _percent(rate: float) -> str:
    few = 0 < rate < 0.001
    return f"{100 * rate:.2g} %" if few else f"{100 * rate:.2f} %"


def _figure(value: float | None) -> str:
    return NOT_DEFINED if value is None else f"{value:.4f}"
