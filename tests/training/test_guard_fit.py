"""What a fit could leave out without anything looking wrong."""

from __future__ import annotations

import numpy as np
import pytest
from beats import model_of, normal_beats

from isthmus.errors import IsthmusError
from isthmus.scoring.scorer import Scorer

SMALL = {"encoder": (8,), "code_size": 4, "max_steps": 5}


def test_rows_without_any_value_neither_train_nor_calibrate():
    rows = normal_beats(60)
    blank = np.insert(rows, [0, 30, 60], np.nan, axis=0)
    manifest = Scorer.load(model_of(blank, "signal", **SMALL)).manifest
    expected = Scorer.load(model_of(rows, "signal", **SMALL)).manifest
    assert manifest.calibration == expected.calibration
    assert manifest.training == expected.training


@pytest.mark.parametrize("choices", [{"scaling": "minmax"}, {"scaling": "none"}])
def test_noise_is_measured_by_what_the_network_sees(choices):
    generator = np.random.default_rng(4)
    mixing = generator.normal(size=(2, 6)) * 0.01
    rows = generator.normal(size=(600, 2)) @ mixing + 0.0005 * generator.normal(size=(600, 6))
    broken = rows[300:].copy()
    broken[:, 2] = generator.permutation(broken[:, 2])
    made = model_of(rows[:300], "table", max_steps=1500, encoder=(32,), code_size=2, **choices)
    scorer = Scorer.load(made)
    fine, odd = scorer.anomaly_score(rows[300:]), scorer.anomaly_score(broken)
    assert (odd > np.median(fine)).mean() > 0.85


def test_parity_is_judged_in_each_columns_own_unit(monkeypatch):
    from isthmus.training.steps.scale import Scale

    emit = Scale.emit_inverse

    def wrong(self, graph, cells):
        tripled = Scale(self.center, self.scale * [3.0, 1.0], self.limit, self.constant)
        return emit(tripled, graph, cells)

    monkeypatch.setattr(Scale, "emit_inverse", wrong)
    generator = np.random.default_rng(0)
    rows = np.column_stack([generator.normal(size=60), 1.7e9 + 1000.0 * np.arange(60)])
    with pytest.raises(IsthmusError, match="reconstruction: "):
        model_of(rows, "table", max_steps=20, encoder=(8,), code_size=2)
