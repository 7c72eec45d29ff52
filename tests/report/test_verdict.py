"""The findings in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made_pages import beats, machines

from isthmus.evaluation.drift import ColumnDrift, Drift
from isthmus.report import verdict


def with_alarms(count, rows=1000, alpha=0.02):
    """Rows of which so many are alarms."""
    made = beats()
    threshold = made.decision.threshold
    scores = np.full(rows, threshold - 1, np.float32)
    scores[:count] = threshold + 1
    return replace(made, scores=scores, decision=replace(made.decision, alpha=alpha))


def test_the_headline_says_how_many_came_and_how_many_luck_would_bring():
    said = verdict.headline(with_alarms(31))
    assert said == (
        "31 alarms among 1000 rows; were all of them normal, about 20 would be expected."
    )
    assert verdict.headline(with_alarms(0)).startswith("No alarm among 1000 rows; ")
    assert verdict.headline(with_alarms(1, 50)).endswith("about 1 would be expected.")
    assert "states no false-alarm rate" in verdict.headline(with_alarms(3, alpha=None))


@pytest.mark.parametrize(
    ("alarms", "word"), [(0, "fewer than"), (20, "about what"), (33, "about what"), (40, "more")]
)
def test_luck_is_called_luck_and_more_is_called_more(alarms, word):
    assert word in verdict.beyond_luck(with_alarms(alarms))


def test_rows_are_counted_by_how_rare_they_are_and_none_twice():
    made = machines()
    counts = verdict.counts_by_severity(made)
    assert sum(count for *_, count in counts) == made.is_scored.sum()
    p_values = made.scorer.calibrator.p_values(made.scores[made.is_scored])
    assert {word: n for word, _, n in counts}["usual"] == (p_values > 0.05).sum()
    assert all(most >= made.scorer.calibrator.smallest_alpha for _, most, _ in counts)


def drift(*p_values, distance=0.3):
    columns = tuple(
        ColumnDrift(f"c{n}", "numeric", p, distance, 0.2, 0.0, 0.0) for n, p in enumerate(p_values)
    )
    return Drift(columns, 1000, 1000)


def test_the_world_has_changed_only_where_quiet_rows_and_all_rows_have():
    far, near = 1e-9, 0.5
    assert verdict.world(drift(near, near), drift(near, near))[0] == "calm"
    assert verdict.world(drift(far, near), drift(near, near))[0] == "strange"
    assert verdict.world(drift(near, near), drift(far, near))[0] == "calm"
    word, said = verdict.world(drift(far, near), drift(far, near))
    assert word == "changed"
    assert "c0 (up by 0.2 standard deviations)" in said
    assert "calibrate again" in said
    small = verdict.world(drift(far, distance=0.01), drift(far, distance=0.01))[1]
    assert "It is small" in small
