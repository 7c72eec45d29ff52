"""What a score could be called wrongly without any score being wrong."""

from __future__ import annotations

import numpy as np
from beats import normal_beats, quick_scorer


def test_a_row_that_cannot_be_scored_is_the_right_one_however_far_down_it_stands():
    scorer = quick_scorer()
    rows = np.tile(normal_beats(), (40, 1))  # 8000 rows: several calls of the graph
    wrong = [3, 1500, 4200, 7999]
    rows[wrong[:3], 7] = np.inf
    rows[7999] = np.nan
    scores = scorer.score(rows)
    assert np.flatnonzero(scores.is_invalid).tolist() == wrong
    assert sorted(scores.reasons) == wrong
    assert np.flatnonzero(np.isnan(scores.anomaly_score)).tolist() == wrong


def test_a_score_equal_to_the_threshold_is_no_alarm():
    scorer, rows = quick_scorer(), normal_beats()
    scores = scorer.anomaly_score(rows)
    at = float(np.sort(scores)[100])
    alarms = scorer.score(rows, threshold=f"fixed:{at!r}").is_anomaly
    np.testing.assert_array_equal(alarms, scores > np.float32(at))
    assert alarms.sum() < (scores >= np.float32(at)).sum()
