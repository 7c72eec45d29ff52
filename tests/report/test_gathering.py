"""What a report keeps of the rows that go by."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from beats import model_of, normal_beats, quick_beats_model

from isthmus.errors import DataError
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import open_source
from isthmus.report import gathering
from isthmus.report.gathering import gather
from isthmus.scoring.scorer import Scorer

FEW = {"max_steps": 20}


@pytest.fixture(scope="module")
def scorer():
    rows = np.random.default_rng(0).normal(size=(200, 4))
    return Scorer.load(model_of(rows, "table", **FEW))


def gathered(scorer, data, *, alpha=0.1, time=None, **columns):
    source = open_source(data, ReadOptions())
    return gather(scorer, source, RowOptions(**columns), scorer.decide(alpha), time=time)


def rows_of(count, seed=1):
    return np.random.default_rng(seed).normal(size=(count, 4))


def test_the_strangest_rows_are_kept_in_the_order_of_their_scores(scorer, monkeypatch):
    monkeypatch.setattr(gathering, "STRANGEST", 25)
    found = gathered(scorer, rows_of(400))
    order = np.lexsort((np.arange(400), -found.scores))
    assert [one.row for one in found.strangest] == order[:25].tolist()
    for one in found.strangest:
        assert np.float32(one.told.anomaly_score) == found.scores[one.row]


def test_typical_rows_have_no_alarm_and_do_not_hang_on_the_batches(scorer, monkeypatch, tmp_path):
    rows = rows_of(3000)
    np.save(tmp_path / "rows.npy", rows)
    whole = gathered(scorer, rows)
    parts = pa.RecordBatchReader.from_batches(
        (table := pa.table({f"c{n}": rows[:, n] for n in range(4)})).schema,
        table.to_batches(max_chunksize=7),
    )
    in_parts = gathered(scorer, parts)
    assert [one.row for one in in_parts.typical] == [one.row for one in whole.typical]
    assert [one.row for one in in_parts.strangest] == [one.row for one in whole.strangest]
    assert not any(whole.is_alarm[one.row] for one in whole.typical)
    assert len(whole.typical) == gathering.TYPICAL
    spread = np.array([one.row for one in whole.typical])
    assert spread.min() < 500
    assert spread.max() > 2500


def test_rows_that_cannot_be_scored_are_told_with_their_reason(scorer):
    rows = rows_of(50)
    rows[7] = np.nan
    rows[9, 2] = np.inf
    found = gathered(scorer, rows)
    assert [one.row for one in found.unscored] == [7, 9]
    assert "missing" in found.unscored[0].reason
    assert "infinite" in found.unscored[1].reason
    assert np.isnan(found.scores[[7, 9]]).all()
    assert {7, 9}.isdisjoint(one.row for one in found.kept)


def test_where_no_row_can_be_scored_there_is_still_a_report(scorer):
    found = gathered(scorer, np.full((5, 4), np.nan))
    assert found.strangest == found.typical == ()
    assert len(found.unscored) == 5


def test_without_a_row_there_is_nothing_to_report(scorer):
    empty = pa.table({f"c{n}": pa.array([], pa.float64()) for n in range(4)})
    with pytest.raises(DataError, match="nothing to report"):
        gathered(scorer, empty)


def test_labels_become_the_truth_and_a_missing_one_is_refused(scorer):
    table = pa.table({**{f"c{n}": rows_of(6)[:, n] for n in range(4)}, "y": ["a", "b"] * 3})
    found = gathered(scorer, table, label="y", normal=("a",))
    assert found.abnormal.tolist() == [False, True] * 3
    holes = table.set_column(4, "y", pa.array(["a", None] * 3))
    with pytest.raises(DataError, match="3 rows have no label"):
        gathered(scorer, holes, label="y", normal=("a",))


def test_a_time_column_has_to_be_passed_through(scorer):
    table = pa.table({**{f"c{n}": rows_of(6)[:, n] for n in range(4)}, "t": list(range(6))})
    assert gathered(scorer, table, time="t", id=("t",)).times == list(range(6))
    with pytest.raises(DataError, match="time column 'u'"):
        gathered(scorer, table, time="u", id=("t",))


def test_what_is_kept_of_a_row_is_what_explain_says_of_it():
    scorer = Scorer.load(quick_beats_model())
    rows = normal_beats(40)
    found = gathered(scorer, rows)
    told = {one.row: one for one in scorer.explain(rows, alpha=0.1, rows=range(40), top=6)}
    for one in found.kept:
        assert one.told == told[one.row]
        np.testing.assert_array_equal(one.observed, rows[one.row])
