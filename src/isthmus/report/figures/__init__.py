"""Figures, each from one function; `save` makes files of them."""

from isthmus.report.figures.histogram import score_histogram
from isthmus.report.figures.loss_curve import training_curve
from isthmus.report.figures.overlay import ReconstructedRow, reconstruction, reconstructions
from isthmus.report.figures.saving import save

__all__ = [
    "ReconstructedRow",
    "reconstruction",
    "reconstructions",
    "save",
    "score_histogram",
    "training_curve",
]
