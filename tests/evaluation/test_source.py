"""Evaluating a model file on labelled rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from beats import abnormal_beats, normal_beats, quick_scorer

from isthmus.errors import DataError, UsageError
from isthmus.evaluation import evaluate_source
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import open_source, parquet, stream_rows


def labelled(labels, rows=None):
    rows = np.concatenate([normal_beats(), abnormal_beats()]) if rows is None else rows
    frame = pd.DataFrame(rows, columns=[f"t{i}" for i in range(140)]).assign(label=labels)
    return open_source(frame, ReadOptions())


def evaluated(scorer, source, **choices):
    return evaluate_source(scorer, source, RowOptions(label="label", normal=("fine",)), **choices)


LABELS = ["fine"] * 200 + ["odd"] * 100


def test_alarms_are_compared_with_the_labels():
    scorer = quick_scorer()
    found = evaluated(scorer, labelled(LABELS), alpha=0.1)
    scores = scorer.score(np.concatenate([normal_beats(), abnormal_beats()]), alpha=0.1)
    assert found.evaluation.normal == 200
    assert found.evaluation.abnormal == 100
    assert found.evaluation.confusion.alarms_among_normal == scores.is_anomaly[:200].sum()
    assert found.evaluation.confusion.alarms_among_abnormal == scores.is_anomaly[200:].sum()
    assert found.evaluation.false_alarms.promised == 0.1
    assert found.is_abnormal.sum() == 100


def test_invalid_rows_are_counted_apart():
    rows = np.concatenate([normal_beats(), abnormal_beats()])
    rows[[3, 250, 251]] = np.nan
    found = evaluated(quick_scorer(), labelled(LABELS, rows)).evaluation
    assert (found.invalid_normal, found.invalid_abnormal) == (1, 2)
    assert found.normal + found.abnormal == 297


def test_the_best_f1_uses_the_labels_and_says_so():
    scorer, rows = quick_scorer(), labelled(LABELS)
    best = evaluated(scorer, rows, threshold="best-f1")
    assert "optimistic" in best.warnings[0]
    assert best.evaluation.false_alarms.promised is None
    for threshold in ("percentile:80", "percentile:95", "mean-std:1", "mean-std:3"):
        other = evaluated(scorer, rows, threshold=threshold).evaluation
        assert best.evaluation.abnormal_positive.f1 >= other.abnormal_positive.f1
    with pytest.raises(UsageError, match="exclude each other"):
        evaluated(scorer, rows, threshold="best-f1", alpha=0.1)


def test_rows_without_a_label_are_refused_rather_than_guessed():
    with pytest.raises(DataError, match="2 rows have no label"):
        evaluated(quick_scorer(), labelled([None, None, *LABELS[2:]]))


def test_rows_without_labels_at_all_are_refused():
    source = open_source(normal_beats(), ReadOptions())
    with pytest.raises(DataError, match="no labels"):
        evaluate_source(quick_scorer(), source, RowOptions())


def test_evaluating_on_the_rows_that_were_learnt_is_warned_of():
    found = evaluated(quick_scorer(), labelled(LABELS))
    assert "made from" in found.warnings[0]
    rows = np.concatenate([normal_beats()[:199], abnormal_beats()])
    fresh = evaluated(quick_scorer(), labelled(LABELS[1:], rows))
    assert not any("made from" in line for line in fresh.warnings)


@pytest.fixture
def beats(tmp_path):
    """A file of 300 beats with labels and numbers, two of which are empty."""
    rows = np.concatenate([normal_beats(), abnormal_beats()])
    rows[[60, 299]] = np.nan
    names = [f"t{i}" for i in range(140)]
    path = tmp_path / "beats.parquet"
    columns = dict(zip(names, rows.T, strict=True))
    pq.write_table(pa.table({**columns, "label": LABELS, "beat": range(300)}), path)
    return path


def in_batches(path, rows, monkeypatch):
    """The evaluation of a file that is read so many rows at a time."""
    monkeypatch.setattr(parquet, "ROWS", rows)
    columns = RowOptions(label="label", normal=("fine",), id=("beat",))
    batches = list(stream_rows(open_source(path), columns, quick_scorer().schema))
    assert len(batches) == -(-300 // rows)
    return evaluate_source(quick_scorer(), open_source(path), columns)


def test_an_evaluation_is_the_same_however_the_rows_are_dealt_into_batches(beats, monkeypatch):
    whole, dealt = (in_batches(beats, rows, monkeypatch) for rows in (300, 37))
    assert dealt.evaluation == whole.evaluation
    assert dealt.scores.anomaly_score.tobytes() == whole.scores.anomaly_score.tobytes()
    assert dealt.is_abnormal.tobytes() == whole.is_abnormal.tobytes()
    assert dealt.warnings == whole.warnings


def test_reasons_and_ids_are_those_of_the_whole_file_and_not_of_a_batch(beats, monkeypatch):
    scores = in_batches(beats, 37, monkeypatch).scores
    assert sorted(scores.reasons) == np.flatnonzero(scores.is_invalid).tolist() == [60, 299]
    assert scores.ids["beat"].to_pylist() == list(range(300))


def test_rows_that_were_learnt_are_known_again_whatever_the_batches(tmp_path, monkeypatch):
    columns = dict(zip([f"t{i}" for i in range(140)], normal_beats().T, strict=True))
    path = tmp_path / "learnt.parquet"
    pq.write_table(pa.table({**columns, "label": LABELS[:200]}), path)
    monkeypatch.setattr(parquet, "ROWS", 37)
    assert "made from" in evaluated(quick_scorer(), open_source(path)).warnings[0]


def test_a_file_without_rows_is_refused(tmp_path):
    path = tmp_path / "none.csv"
    path.write_text(",".join([*(f"t{i}" for i in range(140)), "label"]) + "\n")
    with pytest.raises(DataError, match="columns but no rows"):
        evaluated(quick_scorer(), open_source(path))
