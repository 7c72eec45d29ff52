"""The calibration curve: rows beside held-out ones, and the band that luck leaves."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from isthmus.report.trust import HELD_OUT, calibration_curve
from isthmus.scoring.calibration import Calibrator


def gathered(scores, abnormal=None, held_out=200, seed=0):
    held = np.random.default_rng(seed).normal(size=held_out).astype(np.float32)
    calibrator = Calibrator(np.sort(held), "split")
    scores = np.asarray(scores, np.float32)
    return SimpleNamespace(
        scores=scores,
        is_scored=~np.isnan(scores),
        abnormal=abnormal,
        scorer=SimpleNamespace(calibrator=calibrator),
    )


def drawn(chart):
    """Points of each line as arrays (p, share), and the half width of the band."""
    band, _, lines = chart.to_dict()["layer"]
    points = lines["data"]["values"]
    found = {
        name: np.array([[one["p"], one["s"]] for one in points if one["k"] == name])
        for name in {one["k"] for one in points}
    }
    (start, *_) = band["data"]["values"]
    assert start["p"] == 0
    return found, start["b"]


@pytest.mark.parametrize("held_out", [1, 7, 300, 3000])
def test_held_out_rows_follow_the_diagonal_as_closely_as_steps_can(held_out):
    lines, _ = drawn(calibration_curve(gathered([0.0, 1.0], held_out=held_out)))
    p, share = lines[HELD_OUT].T
    assert np.abs(p - share).max() <= 1 / held_out + 1e-5


def test_the_line_of_normal_rows_leaves_the_band_in_about_5_of_100_files():
    left = 0
    for seed in range(300):
        rows = np.random.default_rng([1, seed]).normal(size=400)
        lines, half = drawn(calibration_curve(gathered(rows, seed=seed)))
        p, share = lines["all rows"].T
        left += np.abs(p - share).max() > half
    assert 4 <= left <= 26  # of 300; 15 are expected, and 26 or more come once in 200 times


def test_strange_rows_leave_the_band_on_the_left():
    rows = np.concatenate([np.random.default_rng(1).normal(size=400), np.full(100, 9.0)])
    lines, half = drawn(calibration_curve(gathered(rows)))
    p, share = lines["all rows"].T
    assert (share - p)[p < 0.1].max() > half


def test_where_labels_are_known_the_normal_rows_alone_are_drawn():
    rows = np.concatenate([np.random.default_rng(1).normal(size=400), np.full(100, 9.0), [np.nan]])
    abnormal = np.arange(501) >= 400
    lines, half = drawn(calibration_curve(gathered(rows, abnormal)))
    assert set(lines) == {"normal rows", HELD_OUT}
    p, share = lines["normal rows"].T
    assert np.abs(p - share).max() < half
