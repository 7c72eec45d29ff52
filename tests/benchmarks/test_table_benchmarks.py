"""The counting of the benchmarks of tables; what they measure is in their stored results."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import missing_cells, real_tables
from benchmarks.table_targets import TABLE_TARGETS

RATE = {"rows": 1000, "0.01": 0.02, "0.05": 0.05}


class Calibrator:
    """Takes scores for p-values."""

    def p_values(self, scores):
        return scores


class Scorer:
    """Scores a row by its first cell that is there."""

    calibrator = Calibrator()

    def anomaly_score(self, rows):
        return np.nanmin(rows, axis=1)


def test_alarms_are_counted_by_how_many_cells_are_missing():
    rows = np.array([[0.03, 1], [0.01, 1], [0.9, 1], [np.nan, 0.04], [0.5, np.nan]])
    counted = {}
    for _ in range(2):
        missing_cells._count(counted, ("0.1", "same"), Scorer(), rows)
    rates = missing_cells._rates(counted["0.1", "same"])
    assert (rates["rows"], rates["0.01"], rates["0.05"]) == (10, 0.2, 0.6)
    assert rates["by_missing_cells"] == {
        "0": {"rows": 6, "0.01": pytest.approx(1 / 3), "0.05": pytest.approx(2 / 3)},
        "1": {"rows": 4, "0.01": 0.0, "0.05": 0.5},
    }


def test_holes_come_as_often_as_said_and_no_row_is_left_without_a_cell():
    rows = np.zeros((4000, 3))
    masked = missing_cells._masked(rows, 0.5, np.random.default_rng(0))
    assert len(masked) == pytest.approx(4000 * (1 - 0.5**3), rel=0.02)
    assert not np.isnan(masked).all(axis=1).any()
    assert np.isnan(masked).mean() == pytest.approx((0.5 - 0.125) / 0.875, abs=0.02)


def test_the_summary_tells_the_mean_from_the_worst_set_and_the_worst_number():
    rates = {
        "one": {
            **RATE,
            "by_missing_cells": {"0": {**RATE, "0.01": 0.07}, "1": {**RATE, "rows": 1}},
        },
        "two": {**RATE, "0.01": 0.04, "by_missing_cells": {"3": {**RATE, "0.01": 0.03}}},
    }
    found = missing_cells._over(0.01, rates)
    assert found["mean"] == pytest.approx(3)
    assert (found["largest_set"], found["largest"]) == ("two", pytest.approx(4))
    assert found["largest_number"] == "one, 0 missing"


@pytest.fixture
def folder(tmp_path):
    """A tiny ai4i2020: 6 normal rows and 2 failures."""
    (tmp_path / "ai4i2020").mkdir()
    lines = [f"{row},L,{int(row in (2, 5))}\r\n" for row in range(8)]
    text = "UDI,Type,Machine failure\r\n" + "".join(lines)
    (tmp_path / "ai4i2020" / "ai4i2020.csv").write_bytes(text.encode("utf-8-sig"))
    return tmp_path


def test_half_of_the_normal_lines_train_and_all_others_are_scored_byte_for_byte(folder, tmp_path):
    whole = (folder / "ai4i2020" / "ai4i2020.csv").read_bytes().splitlines(keepends=True)
    training, test = (
        path.read_bytes().splitlines(keepends=True)
        for path in real_tables._halves(folder, tmp_path, seed=1)
    )
    assert training[0] == test[0] == whole[0]
    assert len(training) == 1 + 3
    assert sorted(training[1:] + test[1:]) == sorted(whole[1:])
    assert all(line.endswith(b",0\r\n") for line in training[1:])


def test_the_examples_are_the_strangest_the_middle_and_the_weakest_alarm():
    reasons = [{"anomaly_score": score, "sentence": str(score)} for score in (2, 9, 5, 7, 1)]
    assert real_tables._examples(reasons) == {"strangest": "9", "middle": "5", "weakest": "1"}


def test_leading_is_by_the_better_of_the_others():
    others = {"isolation forest, roc_auc": 0.9, "nearest neighbours, roc_auc": 0.7}
    mean = {"isthmus, roc_auc": 0.8, **others}
    lead = next(one for one in TABLE_TARGETS if one.sentence.startswith("ai4i2020: ROC AUC, less"))
    figure = lead.figure({"tables": {"ai4i2020": {"mean": mean}}})
    assert figure == pytest.approx(-0.1)
    assert lead.verdict(figure) == "MISSED"
