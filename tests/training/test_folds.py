"""The plan: nobody is calibrated on what was learnt from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.options import CalibrationOptions, TrainingOptions
from isthmus.training.folds import MOST_HELD_OUT, plan

ROWS = st.integers(10, 3000)
TRAINING = st.sampled_from(
    [
        TrainingOptions(),
        TrainingOptions(patience=3),
        TrainingOptions(keep="best", validation=0.3),
        TrainingOptions(validation=0.25),
        TrainingOptions(seed=9, validation=0.0),
    ]
)
CALIBRATION = st.sampled_from(
    [
        CalibrationOptions(),
        CalibrationOptions(scheme="split"),
        CalibrationOptions(scheme="cross"),
        CalibrationOptions(scheme="cross", folds=3),
        CalibrationOptions(scheme="split", calibration_share=0.5),
    ]
)


@given(ROWS, CALIBRATION, TRAINING)
def test_no_group_trains_or_decides_on_rows_that_it_is_calibrated_on(rows, calibration, training):
    dealt = plan(rows, calibration, training)
    for learning, held_out, watched in zip(
        dealt.training, dealt.held_out, dealt.validation, strict=True
    ):
        assert len(learning)
        assert len(held_out)
        assert not np.intersect1d(learning, held_out).size
        assert not np.intersect1d(learning, watched).size
        if training.needs_validation or dealt.scheme == "split":
            assert not np.intersect1d(watched, held_out).size


@given(ROWS, CALIBRATION, TRAINING)
def test_every_row_is_dealt_and_none_is_calibrated_on_twice(rows, calibration, training):
    dealt = plan(rows, calibration, training)
    held_out = np.concatenate(dealt.held_out)
    assert len(np.unique(held_out)) == len(held_out)
    everything = np.concatenate([*dealt.training, *dealt.held_out, *dealt.validation])
    assert np.array_equal(np.unique(everything), np.arange(rows))


def test_a_split_calibrates_on_a_bounded_number_of_rows():
    dealt = plan(1_000_000, CalibrationOptions(), TrainingOptions())
    assert [len(rows) for rows in dealt.held_out] == [MOST_HELD_OUT]
    assert len(dealt.training[0]) + len(dealt.validation[0]) == 1_000_000 - MOST_HELD_OUT


@given(ROWS)
def test_across_folds_every_row_is_calibrated_on_once_and_folds_differ_by_one_row(rows):
    dealt = plan(rows, CalibrationOptions(scheme="cross"), TrainingOptions())
    assert np.array_equal(np.sort(np.concatenate(dealt.held_out)), np.arange(rows))
    sizes = [len(fold) for fold in dealt.held_out]
    assert max(sizes) - min(sizes) <= 1


def test_auto_splits_from_2000_rows_on():
    schemes = [plan(n, CalibrationOptions(), TrainingOptions()).scheme for n in (1999, 2000)]
    assert schemes == ["cross", "split"]


def test_the_plan_depends_on_the_seed_alone():
    def held_out(seed):
        return plan(500, CalibrationOptions(), TrainingOptions(seed=seed)).held_out[0].tolist()

    np.random.seed(0)
    first = held_out(1)
    np.random.seed(1)
    assert held_out(1) == first
    assert held_out(2) != first


@pytest.mark.parametrize("scheme", ["split", "cross"])
def test_what_is_watched_and_held_out_comes_from_the_whole_file(scheme):
    """A file is often in order: of time, of size, of kind. No stretch of it may go unlearnt."""
    dealt = plan(
        4000, CalibrationOptions(scheme=scheme), TrainingOptions(keep="best", validation=0.1)
    )
    for part in (*dealt.validation, *dealt.held_out, *dealt.training):
        assert abs(np.mean(part) / 4000 - 0.5) < 0.05
        assert part.min() < 200
        assert part.max() > 3800
        assert (np.diff(part) > 0).all()
        assert len(np.unique(np.diff(part))) > 2  # no fixed step, either
