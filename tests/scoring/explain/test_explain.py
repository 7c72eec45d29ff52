"""`Scorer.explain`: each row as alone, the rows that were asked for, and nothing silent."""

from __future__ import annotations

import io
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import category, model, number, scorer, usual

import isthmus.read.parts
from isthmus.errors import DataError, ModelFileError, UsageError
from isthmus.options import ReadOptions, RowOptions
from isthmus.scoring.explain import strangest
from isthmus.scoring.explain.explainer import Explainer
from isthmus.scoring.scorer import Scorer

COLUMNS = [number(name, missing=0.1) for name in "abcd"]
DETECTOR = scorer(COLUMNS, [0.0, 1.0, 2.0, 3.0])
SIGNAL = scorer([number(f"t{place}") for place in range(6)], [0.5] * 6, kind="signal", named=False)
CELLS = st.one_of(st.floats(-50, 50), st.sampled_from([0.0, 1.0, 2.0, np.nan]))


def rows(count, seed=0, columns=4):
    values = np.random.default_rng(seed).normal(1.5, 3, (count, columns))
    values[values > 6] = np.nan
    return values


def as_alone(explanation):
    return {**explanation.as_json(), "row": 0, "sentence": explanation.sentence.partition(": ")[2]}


@pytest.mark.parametrize("detector", [DETECTOR, SIGNAL], ids=["table", "signal"])
def test_a_row_is_explained_alone_as_in_any_company_and_order(detector):
    values = rows(700, columns=len(detector.schema.columns))
    order = np.random.default_rng(1).permutation(700)
    together = detector.explain(values, threshold="fixed:5")
    shuffled = detector.explain(values[order], threshold="fixed:5")
    by_row = {int(order[one.row]): as_alone(one) for one in shuffled}
    assert len(together) > 300
    for one in together:
        assert as_alone(one) == by_row[one.row]
    for one in together[:40]:
        (alone,) = detector.explain(values[[one.row]], threshold="fixed:5")
        assert as_alone(alone) == as_alone(one)


def test_the_size_of_batches_changes_nothing(monkeypatch):
    values = rows(200)
    expected = DETECTOR.explain(values, alpha=0.2)
    monkeypatch.setattr(isthmus.read.parts, "MOST_ROWS", 7)
    assert DETECTOR.explain(values, alpha=0.2) == expected
    assert len({one.row for one in expected}) == len(expected) > 20


@given(st.lists(st.lists(CELLS, min_size=4, max_size=4), min_size=1, max_size=8))
def test_shares_of_all_cells_sum_to_one_and_ranks_are_by_times_usual(values):
    found = DETECTOR.explain(np.array(values), rows=range(len(values)), top=9)
    for one in found:
        assert len(one.cells) == 4
        total = sum(cell.error for cell in one.cells)
        assert sum(cell.share for cell in one.cells) == pytest.approx(float(total > 0))
        assert [c.times for c in one.cells] == sorted((c.times for c in one.cells), reverse=True)
        for cell in one.cells:
            assert 0 < cell.p_value <= 1
            assert cell.share == pytest.approx(cell.error / (total or 1.0), rel=1e-6)
            assert cell.observed is None or cell.observed == values[one.row][cell.place]
            assert cell.expected == pytest.approx(cell.place, abs=1e-5)  # but for rounding


def test_alarms_are_those_of_the_scores():
    values = rows(300)
    for asked in ({}, {"alpha": 0.3}, {"threshold": "fixed:20"}, {"fdr": 0.5}):
        scores = DETECTOR.score(values, **asked)
        found = DETECTOR.explain(values, **asked)
        assert [one.row for one in found] == np.flatnonzero(scores.is_anomaly).tolist()
        assert found.decision == scores.decision
        for one in found:
            assert np.float32(one.anomaly_score) == scores.anomaly_score[one.row]
            assert (one.p_value, one.is_anomaly) == (scores.p_value[one.row], True)


def test_the_cell_that_is_off_more_than_usual_comes_before_one_that_is_always_hard():
    cells = [usual(mean=100.0), usual(mean=1.0)]
    detector = scorer(COLUMNS[:2], [0.0, 0.0], cells=cells)
    (one,) = detector.explain([[10.0, 4.0]], rows=[0])
    assert [(cell.name, cell.times) for cell in one.cells] == [("b", 16.0), ("a", 1.0)]
    assert one.cells[1].share > one.cells[0].share


def test_a_cell_that_is_as_always_is_not_named_for_the_unrest_of_the_network():
    columns = [*COLUMNS[:2], number("pump", minimum=2, maximum=2)]
    cells = [usual(), usual(), usual(1e-12, mean=1e-6)]
    detector = scorer(columns, [0.0, 0.0, 2.0 + 1e-8], cells=cells, scale=1e-5)
    same, changed = detector.explain([[1e-4, 0.0, 2.0], [1e-4, 0.0, 3.0]], rows=[0, 1])
    assert same.cells[0].name == "a"
    assert (same.cells[1].name, same.cells[1].expected, same.cells[1].deviation) == ("pump", 2.0, 0)
    assert changed.cells[0].name == "pump"
    assert "`pump` is 3, in training always 2" in changed.sentence


def test_rows_are_explained_by_their_numbers_whether_alarms_or_not():
    values = rows(50)
    found = DETECTOR.explain(values, rows=[17, 3, 17, 49], threshold="fixed:30")
    assert [one.row for one in found] == [3, 17, 49]
    assert [one.is_anomaly for one in found] == [
        bool(DETECTOR.score(values, threshold="fixed:30").is_anomaly[row]) for row in (3, 17, 49)
    ]
    assert len(DETECTOR.explain(values, rows=[])) == 0


def test_top_limits_the_cells_of_each_row():
    for top in (1, 2, 4, 99):
        found = DETECTOR.explain(rows(5), rows=range(5), top=top)
        assert {len(one.cells) for one in found} == {min(top, 4)}
    with pytest.raises(UsageError, match="top: at least 1 was expected, got 0"):
        DETECTOR.explain(rows(5), top=0)


def test_rows_that_do_not_exist_are_refused_together():
    with pytest.raises(DataError) as failure:
        DETECTOR.explain(rows(5), rows=[2, 5, 99])
    assert [problem.partition("there is")[2] for problem in failure.value.problems] == [
        " no row 5; it has 5 rows, numbered from 0",
        " no row 99; it has 5 rows, numbered from 0",
    ]
    with pytest.raises(UsageError, match="rows: numbers from 0 were expected, got -1"):
        DETECTOR.explain(rows(5), rows=[-1])


def test_what_contradicts_itself_is_refused_as_for_scores():
    for asked in ({"alpha": 0.1}, {"threshold": "fixed:1"}):
        with pytest.raises(UsageError, match="fdr chooses the alarms by itself"):
            DETECTOR.explain(rows(5), fdr=0.1, **asked)
    for fdr in (0.0, 1.0, float("nan")):
        with pytest.raises(UsageError, match="fdr: a number between 0 and 1 was expected"):
            DETECTOR.explain(rows(5), fdr=fdr)


def test_a_source_that_can_be_read_once_has_no_false_discovery_rate():
    class OneWay:
        read = io.BytesIO(b"a,b,c,d\n1,2,3,4\n").read

    with pytest.raises(UsageError, match=r"fdr reads the data twice, and .* can be read once"):
        DETECTOR.explain(OneWay(), fdr=0.1, read=ReadOptions(format="csv"))


def test_rows_without_a_score_are_listed_with_their_reasons():
    values = rows(6)
    values[2] = np.nan
    values[4, 1] = -np.inf
    found = DETECTOR.explain(values, threshold="fixed:0")
    assert [one.row for one in found] == [0, 1, 3, 5]
    assert [(one.row, one.reason) for one in found.invalid] == [
        (2, "every cell is missing"),
        (4, "column 'b' is infinite"),
    ]
    assert [one.row for one in found.entries] == list(range(6))
    asked = DETECTOR.explain(values, rows=[1, 2])
    assert [one.row for one in asked.entries] == [1, 2]


def test_an_error_too_large_for_a_number_is_explained_all_the_same():
    (one,) = DETECTOR.explain([[0.0, 1e300, 2.0, 4.0]], rows=[0])
    assert [(cell.name, cell.share) for cell in one.cells] == [("b", 1.0), ("d", 0.0), ("a", 0.0)]
    assert "`b` is 1e+300, above anything in training (max 80)" in one.sentence
    assert json.loads(json.dumps(one.as_json(), allow_nan=False))["cells"][0]["error"] is None


def test_ids_stand_beside_the_explanations():
    frame = pd.DataFrame(rows(5), columns=list("abcd"))
    frame.insert(0, "machine", [f"00{k}" for k in range(5)])
    found = DETECTOR.explain(frame, rows=[3], columns=RowOptions(id=("machine",)))
    assert found[0].ids == {"machine": "003"}
    assert "machine 003, score" in str(found)
    assert found.to_arrow().column("machine").to_pylist() == ["003"] * 3


def test_an_id_with_the_name_of_another_column_is_refused_in_the_table():
    frame = pd.DataFrame(rows(5), columns=list("abcd")).assign(share="x")
    found = DETECTOR.explain(frame, rows=[3], columns=RowOptions(id=("share",)))
    with pytest.raises(DataError, match="'share' has the name of a column of the explanations"):
        found.to_arrow()


def test_a_category_is_explained_in_its_own_words(tmp_path):
    columns = [category("service", "http", "ftp"), number("bytes")]
    detector = scorer(columns, [0.0, 10.0])
    path = tmp_path / "new.csv"
    path.write_text("bytes,service\n10,ftp\n10,xyz\n10,http\n10,\n")
    found = detector.explain(path, rows=range(4), threshold="fixed:0.5", top=1)
    assert [(c.observed, c.expected, c.finding) for (c,) in (one.cells for one in found)] == [
        ("ftp", "http", "level"),
        ("xyz", "http", "unseen"),
        ("http", "http", "level"),
        (None, "http", "never missing"),
    ]
    assert "`service` is 'xyz', which training never had" in found[1].sentence


def test_a_model_file_without_usual_errors_cannot_explain():
    found = Scorer.load(model(COLUMNS, [0.0] * 4))
    found.manifest = found.manifest.model_copy(update={"cells": ()})
    with pytest.raises(ModelFileError, match="usual errors of 0 cells, its rows have 4"):
        found.explain(rows(5))


def test_only_the_rows_that_are_explained_are_rebuilt(monkeypatch):
    asked = []
    run = Scorer.run

    def watched(self, values, outputs):
        if "reconstruction" in outputs:
            asked.append(len(values))
        return run(self, values, outputs)

    monkeypatch.setattr(Scorer, "run", watched)
    found = DETECTOR.explain(rows(500), alpha=0.1)
    assert sum(asked) == len(found) < 400


def test_reading_stops_at_the_last_row_that_was_asked_for(monkeypatch):
    monkeypatch.setattr(isthmus.read.parts, "MOST_ROWS", 10)
    seen = []
    entries = Explainer.entries

    def watched(self, rows, scores, wanted):
        seen.append(rows.first)
        return entries(self, rows, scores, wanted)

    monkeypatch.setattr(Explainer, "entries", watched)
    DETECTOR.explain(rows(100), rows=[3, 15])
    assert seen == [0, 10]


def test_the_strangest_come_in_the_order_of_the_rows():
    values = rows(100)
    values[[5, 50, 70]] = np.nan
    found = DETECTOR.explain(values, threshold="fixed:0")
    kept = strangest(found.entries, 10)
    best = sorted(found, key=lambda one: (-one.anomaly_score, one.row))[:10]
    assert [e for e in kept if e in best] == sorted(best, key=lambda one: one.row)
    assert [one.row for one in kept if one not in best] == [5, 50, 70]
    assert [one.row for one in kept] == sorted(one.row for one in kept)
    assert [one.row for one in strangest(found.entries, 2) if one in found.invalid] == [5, 50]


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.integers(1, 8))
def test_of_equal_scores_the_earlier_rows_are_kept(values, most):
    table = np.full((len(values), 4), [0.0, 1.0, 2.0, 3.0])
    table[:, 0] = values
    found = DETECTOR.explain(table, rows=range(len(values)))
    twin = sorted(range(len(values)), key=lambda row: (-values[row], row))[:most]
    assert [one.row for one in strangest(found, most)] == sorted(twin)


def test_arrow_tables_and_files_give_the_same(tmp_path):
    values = rows(30)
    table = pa.table({name: values[:, place] for place, name in enumerate("abcd")})
    expected = DETECTOR.explain(values, alpha=0.3)
    assert DETECTOR.explain(table.select(list("dbca")), alpha=0.3) == expected
    np.savetxt(
        tmp_path / "rows.csv", values, delimiter=",", fmt="%.17g", header="a,b,c,d", comments=""
    )
    assert DETECTOR.explain(tmp_path / "rows.csv", alpha=0.3) == expected
