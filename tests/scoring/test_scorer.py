"""The scorer: what it says of rows, and what it refuses to say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from beats import (
    abnormal_beats,
    model_of,
    normal_beats,
    quick_beats_model,
    quick_scorer,
    table_rows,
)

from isthmus import Scorer, model_file
from isthmus.errors import DataError, SchemaError, UsageError
from isthmus.options import FitOptions, RowOptions
from isthmus.scoring.recalibrate import recalibrate
from isthmus.training.describe import describe
from isthmus.training.fit import fit

NAMES = list("abcdefg")
SMALL = {"encoder": (8,), "code_size": 4, "max_steps": 40}


@pytest.fixture(scope="module")
def named():
    """A detector of a table whose columns have names, and its rows."""
    rows = table_rows()
    schema = describe(rows, NAMES, "table")
    return Scorer.load(fit(rows, schema, FitOptions.from_flat(**SMALL))), rows


def test_every_kind_of_table_gives_the_same_scores_in_any_order_of_columns(named):
    scorer, rows = named
    expected = scorer.anomaly_score(rows)
    frame = pd.DataFrame(rows, columns=NAMES)
    order = [4, 2, 6, 0, 1, 3, 5]
    shuffled = frame[[NAMES[place] for place in order]]
    for data in (
        rows,
        rows.tolist(),
        frame,
        shuffled,
        pl.from_pandas(shuffled),
        pa.Table.from_pandas(shuffled),
        {name: rows[:, i] for i, name in enumerate(NAMES)},
    ):
        np.testing.assert_array_equal(scorer.score(data).anomaly_score, expected)


def test_wrong_columns_are_refused_with_every_problem_in_one_message(named):
    scorer, rows = named
    frame = pd.DataFrame(rows, columns=NAMES).rename(columns={"c": "cc"}).drop(columns="f")
    frame["extra"] = 1.0
    with pytest.raises(SchemaError) as failure:
        scorer.score(frame)
    said = str(failure.value)
    for part in ("'c' is missing", "'cc'", "'f' is missing", "'extra'"):
        assert part in said


def test_one_column_never_stands_for_many(named):
    scorer, rows = named
    for data in (rows[:, :1], rows[:, :6], np.hstack([rows, rows])):
        with pytest.raises(SchemaError):
            scorer.score(data)
        with pytest.raises(SchemaError):
            scorer.anomaly_score(data)


def test_a_row_that_cannot_be_scored_is_invalid_with_a_reason_and_nothing_else(named):
    scorer, rows = named
    bad = pd.DataFrame(rows[:6], columns=NAMES).astype(object)
    bad.loc[1, "b"] = np.inf
    bad.loc[2, :] = None
    bad.loc[4, "d"] = "broken"
    for data in (bad.astype({"d": str}),):
        table = pa.Table.from_batches([scorer.score(data).to_arrow()]).to_pylist()
        assert [row["status"] for row in table] == [
            "scored",
            "invalid",
            "invalid",
            "scored",
            "invalid",
            "scored",
        ]
        for row in (table[1], table[2], table[4]):
            assert row["anomaly_score"] is row["p_value"] is row["is_anomaly"] is None
        assert table[1]["reason"] == "column 'b' is infinite"
        assert "every cell is missing" in table[2]["reason"] or "d" in table[2]["reason"]
        assert table[4]["reason"] == "column 'd': 'broken' is not a number"
        assert table[0]["reason"] is None


def test_a_cell_too_large_for_a_signal_makes_its_row_invalid():
    rows = abnormal_beats(4).astype(np.float64)
    rows[2, 7] = 1e300
    scores = quick_scorer().score(rows)
    assert scores.is_invalid.tolist() == [False, False, True, False]
    assert scores.reasons == {2: "column 'c7' is infinite"}


def test_batches_score_as_the_whole_and_rows_are_numbered_through():
    scorer = quick_scorer()
    rows = abnormal_beats(50)
    whole = scorer.score(rows).to_arrow()
    table = pa.table({f"c{i}": rows[:, i] for i in range(140)})
    parts = scorer.stream(table.to_batches(max_chunksize=7), scorer.decide())
    joined = pa.Table.from_batches(parts).combine_chunks().to_batches()[0]
    assert joined.equals(whole)


def test_ids_pass_through_untouched_and_may_not_take_the_names_of_scores(named):
    scorer, rows = named
    frame = pd.DataFrame(rows, columns=NAMES).assign(unit=[f"{i:04d}" for i in range(len(rows))])
    scored = scorer.score(frame, columns=RowOptions(id=("unit",))).to_arrow()
    assert scored.column("unit").to_pylist()[:2] == ["0000", "0001"]
    taken = frame.rename(columns={"unit": "p_value"})
    with pytest.raises(DataError, match="'p_value' has the name of a column of the scores"):
        scorer.score(taken, columns=RowOptions(id=("p_value",))).to_arrow()


def test_alpha_threshold_and_fdr_choose_the_alarms_without_refitting():
    scorer = quick_scorer()
    rows = np.concatenate([normal_beats(), abnormal_beats()])
    counts = [int(scorer.score(rows, alpha=alpha).is_anomaly.sum()) for alpha in (0.01, 0.1, 0.5)]
    assert counts == sorted(counts)
    assert counts[0] < counts[2]
    fixed = scorer.score(rows, threshold="fixed:0").is_anomaly
    np.testing.assert_array_equal(fixed, scorer.anomaly_score(rows) > 0)
    fdr = scorer.score(rows, fdr=0.2)
    assert fdr.decision.rule == "fdr:0.2"
    with pytest.raises(UsageError, match="by itself"):
        scorer.score(rows, fdr=0.2, alpha=0.1)
    assert 0 < fdr.is_anomaly.sum() < len(rows)


def test_the_defaults_of_the_file_are_used_where_nothing_is_asked():
    scorer = Scorer.load(quick_beats_model(alpha=0.25))
    assert scorer.decide().alpha == 0.25
    assert scorer.decide(0.1).alpha == 0.1
    ruled = Scorer.load(quick_beats_model(threshold="percentile:90"))
    assert ruled.decide().rule == "percentile:90"


def test_fit_refuses_an_alpha_that_its_rows_cannot_support():
    with pytest.raises(UsageError, match="needs 9999 calibration rows"):
        model_of(normal_beats(), "signal", alpha=0.0001, **SMALL)


def test_two_threads_and_one_give_the_same_bits():
    rows = np.concatenate([normal_beats(), abnormal_beats()] * 20)
    one = Scorer.load(quick_beats_model()).anomaly_score(rows)
    two = Scorer.load(quick_beats_model(), threads=2).anomaly_score(rows)
    np.testing.assert_array_equal(one, two)


def test_memory_layout_and_type_do_not_matter():
    rows = abnormal_beats(33)
    scorer = quick_scorer()
    expected = scorer.anomaly_score(rows)
    for same in (np.asfortranarray(rows), rows.astype(np.float64), np.repeat(rows, 2, 0)[::2]):
        np.testing.assert_array_equal(scorer.anomaly_score(same), expected)


def test_no_rows_give_no_scores():
    assert quick_scorer().anomaly_score(np.empty((0, 140))).shape == (0,)


class TestRecalibration:
    """New p-values for the same network."""

    def test_the_network_stays_and_the_p_values_are_those_of_the_new_rows(self):
        scorer, recent = quick_scorer(), abnormal_beats()
        again = Scorer.load(recalibrate(scorer, recent))
        assert again.model.graph == scorer.model.graph
        np.testing.assert_array_equal(
            again.calibrator.scores, np.sort(scorer.anomaly_score(recent))
        )
        assert again.manifest.calibration.scheme == "split"
        assert again.manifest.calibration.source == "recalibrated"

    def test_what_was_in_force_goes_to_the_history_each_time(self):
        scorer = quick_scorer()
        once = Scorer.load(recalibrate(scorer, abnormal_beats(30)))
        twice = Scorer.load(recalibrate(once, abnormal_beats(60)))
        assert twice.manifest.calibration_history == (
            scorer.manifest.calibration,
            once.manifest.calibration,
        )

    def test_the_rows_that_it_learnt_are_refused(self):
        with pytest.raises(DataError, match="made from"):
            recalibrate(quick_scorer(), normal_beats())

    def test_rows_that_cannot_be_scored_are_left_out_and_too_few_refused(self):
        recent = abnormal_beats(12).copy()
        recent[:2] = np.nan
        made = model_file.read(recalibrate(quick_scorer(), recent))
        assert len(made.manifest.calibration.scores) == 10
        recent[:3] = np.inf
        with pytest.raises(DataError, match="9 rows with a score came, at least 10"):
            recalibrate(quick_scorer(), recent)

    def test_a_stored_alpha_that_the_new_rows_cannot_support_is_refused(self):
        scorer = Scorer.load(quick_beats_model(alpha=0.01))
        with pytest.raises(UsageError, match="needs 99 calibration rows"):
            recalibrate(scorer, abnormal_beats(50))
        assert Scorer.load(recalibrate(scorer, abnormal_beats(50), alpha=0.1)).decide().alpha == 0.1


class TestWhatIsStored:
    """What is not asked for is taken from the file."""

    def test_an_alpha_that_is_asked_for_leaves_the_stored_rule(self):
        made = quick_beats_model(threshold="confident:0.9", alpha=0.3, scheme="split")
        decision = Scorer.load(made).decide(alpha=0.2)
        assert (decision.rule, decision.alpha) == ("confident:0.9", 0.2)

    def test_a_rule_that_is_asked_for_leaves_the_stored_alpha_where_it_takes_one(self):
        scorer = Scorer.load(quick_beats_model(alpha=0.2, scheme="split"))
        assert scorer.decide(threshold="confident:0.5").alpha == 0.2
        assert scorer.decide(threshold="percentile:90").alpha is None

    def test_an_alpha_asked_of_a_stored_rule_that_has_none_makes_it_conformal(self):
        scorer = Scorer.load(quick_beats_model(threshold="percentile:90"))
        assert scorer.decide(alpha=0.2).rule == "conformal"


def test_a_false_discovery_rate_across_folds_is_not_called_proved():
    rows = np.concatenate([normal_beats(), abnormal_beats()])
    assert "no proof" in quick_scorer().score(rows, fdr=0.2).decision.warnings[-1]
    split = Scorer.load(quick_beats_model(scheme="split"))
    assert not any("no proof" in line for line in split.score(rows, fdr=0.2).decision.warnings)
