"""Scores and labels -> numbers: how well alarms and scores agree with what is known."""

from isthmus.evaluation.best_f1 import BestF1, best_f1_threshold
from isthmus.evaluation.confusion import ClassFigures, Confusion
from isthmus.evaluation.evaluation import Evaluation, evaluate
from isthmus.evaluation.false_alarms import FalseAlarms
from isthmus.evaluation.source import Evaluated, evaluate_source
from isthmus.evaluation.table import as_table

__all__ = [
    "BestF1",
    "ClassFigures",
    "Confusion",
    "Evaluated",
    "Evaluation",
    "FalseAlarms",
    "as_table",
    "best_f1_threshold",
    "evaluate",
    "evaluate_source",
]
