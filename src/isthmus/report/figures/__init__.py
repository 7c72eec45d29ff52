"""Figures, each from one function; `save` makes files of them."""

from isthmus.report.figures.confusion import confusion_matrix
from isthmus.report.figures.heading import headed
from isthmus.report.figures.histogram import score_histogram
from isthmus.report.figures.image_grid import Picture, image_grid
from isthmus.report.figures.loss_curve import training_curve
from isthmus.report.figures.overlay import ReconstructedRow, reconstruction, reconstructions
from isthmus.report.figures.samples import SampleClass, samples
from isthmus.report.figures.saving import save

__all__ = [
    "Picture",
    "ReconstructedRow",
    "SampleClass",
    "confusion_matrix",
    "headed",
    "image_grid",
    "reconstruction",
    "reconstructions",
    "samples",
    "save",
    "score_histogram",
    "training_curve",
]
