"""The preamble that the options of a fit ask for."""

from __future__ import annotations

import numpy as np

from isthmus.options import FitOptions
from isthmus.schema import Schema
from isthmus.training.preamble import Preamble


def preamble_of(rows: np.ndarray, schema: Schema, options: FitOptions) -> Preamble:
    """Preprocessing, fitted on rows (N, D)."""
    linear = options.network.output_activation == "linear"
    return Preamble.fit(
        rows,
        schema.kind,
        options.preprocessing,
        categories=schema.categories,
        # A logit may be any number, and the samples of a signal keep their places.
        rebuild_flags=schema.kind == "table" and linear,
        softmax=options.training.category_loss == "softmax",
        targets=schema.targets,
    )
