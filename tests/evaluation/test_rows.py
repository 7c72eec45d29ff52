"""Evaluating a model file on labelled rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from beats import abnormal_beats, normal_beats, quick_scorer

from isthmus.errors import DataError, UsageError
from isthmus.evaluation import evaluate_rows
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import open_source, read_rows


def labelled(labels, rows=None):
    rows = np.concatenate([normal_beats(), abnormal_beats()]) if rows is None else rows
    frame = pd.DataFrame(rows, columns=[f"t{i}" for i in range(140)]).assign(label=labels)
    source = open_source(frame, ReadOptions())
    return read_rows(source, RowOptions(label="label"), quick_scorer().schema)


LABELS = ["fine"] * 200 + ["odd"] * 100


def test_alarms_are_compared_with_the_labels():
    scorer = quick_scorer()
    found = evaluate_rows(scorer, labelled(LABELS), ["fine"], alpha=0.1)
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
    found = evaluate_rows(quick_scorer(), labelled(LABELS, rows), ["fine"]).evaluation
    assert (found.invalid_normal, found.invalid_abnormal) == (1, 2)
    assert found.normal + found.abnormal == 297


def test_the_best_f1_uses_the_labels_and_says_so():
    scorer, rows = quick_scorer(), labelled(LABELS)
    best = evaluate_rows(scorer, rows, ["fine"], threshold="best-f1")
    assert "optimistic" in best.warnings[0]
    assert best.evaluation.false_alarms.promised is None
    for threshold in ("percentile:80", "percentile:95", "mean-std:1", "mean-std:3"):
        other = evaluate_rows(scorer, rows, ["fine"], threshold=threshold).evaluation
        assert best.evaluation.abnormal_positive.f1 >= other.abnormal_positive.f1
    with pytest.raises(UsageError, match="exclude each other"):
        evaluate_rows(scorer, rows, ["fine"], threshold="best-f1", alpha=0.1)


def test_rows_without_a_label_are_refused_rather_than_guessed():
    with pytest.raises(DataError, match="2 rows have no label"):
        evaluate_rows(quick_scorer(), labelled([None, None, *LABELS[2:]]), ["fine"])


def test_rows_without_labels_at_all_are_refused():
    source = open_source(normal_beats(), ReadOptions())
    rows = read_rows(source, RowOptions(), quick_scorer().schema)
    with pytest.raises(DataError, match="no labels"):
        evaluate_rows(quick_scorer(), rows, ["fine"])


def test_evaluating_on_the_rows_that_were_learnt_is_warned_of():
    found = evaluate_rows(quick_scorer(), labelled(LABELS), ["fine"])
    assert "made from" in found.warnings[0]
    rows = np.concatenate([normal_beats()[:199], abnormal_beats()])
    fresh = evaluate_rows(quick_scorer(), labelled(LABELS[1:], rows), ["fine"])
    assert not any("made from" in line for line in fresh.warnings)
