"""What people read: labels and values, word for word."""

from __future__ import annotations

import numpy as np

from isthmus.evaluation import as_table, evaluate


def test_the_whole_table_of_a_usual_evaluation() -> None:
    abnormal = np.repeat([False, True, False, True], [8, 4, 2, 1])
    alarms = np.array([False] * 7 + [True] * 4 + [False, False, False, False])
    scores = np.array([*range(12), np.nan, np.nan, np.nan])
    assert as_table(evaluate(scores, alarms, abnormal, alpha=0.1)) == [
        ("rows with a score", "12 (8 normal, 4 abnormal)"),
        ("rows without a score, in no figure below", "3 (2 normal, 1 abnormal)"),
        ("alarms among abnormal rows", "3 of 4 (75.00 %)"),
        ("alarms among normal rows", "1 of 8 (12.50 %)"),
        ("95 % interval of the false-alarm rate", "0.32 % to 52.65 %"),
        ("promised false-alarm rate (alpha)", "10.00 %, inside the interval"),
        ("accuracy", "0.8333"),
        ("precision, abnormal as positive", "0.7500"),
        ("recall, abnormal as positive", "0.7500"),
        ("F1, abnormal as positive", "0.7500"),
        ("precision, normal as positive", "0.8750"),
        ("recall, normal as positive", "0.8750"),
        ("F1, normal as positive", "0.8750"),
        ("ROC AUC", "1.0000"),
        ("average precision, abnormal as positive", "1.0000"),
    ]


def test_open_figures_are_said_to_be_open_and_why() -> None:
    table = as_table(evaluate([1.0, 2.0], [True, False], [True, True], alpha=0.0001))
    lines = dict(table)
    assert lines["alarms among normal rows"] == "0 of 0"
    assert lines["promised false-alarm rate (alpha)"] == "0.01 %"
    assert lines["ROC AUC"] == lines["F1, normal as positive"] == "not defined"
    assert table[-1][0] == "note"
    assert table[-1][1].startswith("No normal row has a score")
    assert "rows without a score, in no figure below" not in lines
    assert not any("interval" in label for label in lines)


def test_a_broken_promise_is_named() -> None:
    normal = np.zeros(1000, np.bool_)
    alarms = np.arange(1000) < 100
    lines = dict(as_table(evaluate(np.arange(1000), alarms, normal, alpha=0.01)))
    assert lines["promised false-alarm rate (alpha)"] == "1.00 %, outside the interval"


def test_small_rates_keep_their_digits() -> None:
    lines = dict(as_table(evaluate([0.0] * 9, [False] * 9, [False] * 9, alpha=0.00012)))
    assert lines["promised false-alarm rate (alpha)"] == "0.012 %, inside the interval"
    assert lines["alarms among normal rows"] == "0 of 9 (0.00 %)"
