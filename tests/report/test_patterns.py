"""Alarms with one cause are one story."""

from __future__ import annotations

import numpy as np
from beats import abnormal_beats, quick_beats_model
from made_pages import gathered_from, images, machines

from isthmus.report.patterns import patterns, plane
from isthmus.scoring.scorer import Scorer


def found_in(gathered):
    alarms = [one for one in gathered.strangest if one.told.is_anomaly]
    return patterns(alarms, gathered.scorer.schema), alarms


def test_rows_with_the_same_cell_off_are_grouped_and_named_after_it():
    groups, alarms = found_in(machines())
    by_row = {row: group for group in groups for row in group.rows}
    hot, turbo = ({by_row[row].name for row in range(first, 30, 3)} for first in (1, 0))
    assert len(hot) == len(turbo) == 1
    assert hot.pop().startswith("heat")
    assert "mode" in turbo.pop()
    assert sorted(by_row) == sorted(one.row for one in alarms)


def test_every_alarm_is_in_one_group_and_the_largest_comes_first():
    scorer = Scorer.load(quick_beats_model())
    groups, alarms = found_in(gathered_from(scorer, abnormal_beats(60)))
    rows = [row for group in groups for row in group.rows]
    assert sorted(rows) == sorted(one.row for one in alarms)
    assert len(groups[0].rows) == max(len(group.rows) for group in groups)
    assert "samples" in groups[0].name


def test_images_are_grouped_by_the_place_that_is_off():
    groups, _ = found_in(images())
    assert groups[0].name == "top left"


def test_without_an_alarm_there_is_no_story():
    assert patterns([], machines().scorer.schema) == []


def test_codes_are_shown_on_their_main_axes():
    generator = np.random.default_rng(0)
    codes = generator.normal(size=(200, 6)) * [9, 1, 0.1, 4, 0.1, 0.1]
    places, kept = plane(codes)
    assert kept > 0.95
    assert abs(np.corrcoef(places[:, 0], codes[:, 0])[0, 1]) > 0.99
    assert abs(np.corrcoef(places[:, 1], codes[:, 3])[0, 1]) > 0.95
    one, kept = plane(np.ones((4, 1)))
    assert (one == 0).all()
    assert kept == 1.0
