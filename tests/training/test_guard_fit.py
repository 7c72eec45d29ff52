"""What a fit could leave out without anything looking wrong."""

from __future__ import annotations

import numpy as np
from beats import model_of, normal_beats

from isthmus.scoring.scorer import Scorer

SMALL = {"encoder": (8,), "code_size": 4, "max_steps": 5}


def test_rows_without_any_value_neither_train_nor_calibrate():
    rows = normal_beats(60)
    blank = np.insert(rows, [0, 30, 60], np.nan, axis=0)
    manifest = Scorer.load(model_of(blank, "signal", **SMALL)).manifest
    expected = Scorer.load(model_of(rows, "signal", **SMALL)).manifest
    assert manifest.calibration == expected.calibration
    assert manifest.training == expected.training
