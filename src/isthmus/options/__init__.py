"""Every choice a user can make, as frozen and validated values.

The same objects feed the estimator, the command line and the model file, so a choice has one
name, one default and one check. `FitOptions.from_flat` accepts all names side by side.
"""

from __future__ import annotations

from isthmus.options.calibration import (
    DEFAULT_ALPHA,
    MINIMUM_ROWS,
    SPLIT_FROM_ROWS,
    CalibrationOptions,
)
from isthmus.options.choices import Alpha, Frozen, Kind, Options, Scheme, Share, Width
from isthmus.options.fitting import FLAT_NAMES, FitOptions, checked
from isthmus.options.network import Activation, NetworkOptions, Widths
from isthmus.options.presets import PRESETS, Preset, PresetOptions
from isthmus.options.reading import ReadOptions, RowOptions
from isthmus.options.suspects import SuspectOptions
from isthmus.options.training import (
    Loss,
    Optimizer,
    Precision,
    PreprocessingOptions,
    Scaling,
    TrainingOptions,
)
from isthmus.options.views import ViewOptions

__all__ = [
    "DEFAULT_ALPHA",
    "FLAT_NAMES",
    "MINIMUM_ROWS",
    "PRESETS",
    "SPLIT_FROM_ROWS",
    "Activation",
    "Alpha",
    "CalibrationOptions",
    "FitOptions",
    "Frozen",
    "Kind",
    "Loss",
    "NetworkOptions",
    "Optimizer",
    "Options",
    "Precision",
    "PreprocessingOptions",
    "Preset",
    "PresetOptions",
    "ReadOptions",
    "RowOptions",
    "Scaling",
    "Scheme",
    "Share",
    "SuspectOptions",
    "TrainingOptions",
    "ViewOptions",
    "Width",
    "Widths",
    "checked",
]
