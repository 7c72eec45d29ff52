"""From rows as they were read to a model file: what is chosen, said and refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from beats import abnormal_beats, normal_beats, table_rows

from isthmus import model_file
from isthmus.errors import DataError, UsageError
from isthmus.options import FitOptions, ReadOptions, RowOptions
from isthmus.read import open_source, read_rows
from isthmus.training.describe import describe, warnings
from isthmus.training.learn import learn

SMALL = FitOptions.from_flat(encoder=(8,), code_size=4, max_steps=20)


def learnt(frame, **columns):
    options = RowOptions(**columns)
    rows = read_rows(open_source(frame, ReadOptions()), options)
    return learn(rows, options, SMALL)


def labelled_beats():
    rows = np.concatenate([normal_beats(60), abnormal_beats(40)])
    frame = pd.DataFrame(rows, columns=[f"t{i}" for i in range(140)])
    return frame.assign(label=["n"] * 60 + ["a"] * 40, id=range(100))


def test_only_normal_rows_train_and_the_label_is_no_feature():
    made = learnt(labelled_beats(), label="label", normal=("n",), id=("id",))
    manifest = model_file.read(made.model).manifest
    alone = learnt(labelled_beats()[:60].drop(columns="label"), id=("id",))
    assert manifest.data.rows == 60
    assert manifest.data.digest == model_file.read(alone.model).manifest.data.digest
    assert "label" not in manifest.row_schema.names
    assert manifest.row_schema.set_aside == {"label": "label", "id": "id"}
    assert "60 of 100 rows are normal" in made.decisions[0]


def test_the_labels_of_abnormal_rows_never_change_the_file():
    frame = labelled_beats()
    other = frame.assign(label=["n"] * 60 + ["b", "c"] * 20)
    other.iloc[60:, :140] = 7.0
    choices = {"label": "label", "normal": ("n",), "id": ("id",)}
    assert learnt(frame, **choices).model == learnt(other, **choices).model


def test_labels_without_saying_which_are_normal_are_refused():
    with pytest.raises(UsageError, match="nothing says which are normal"):
        learnt(labelled_beats(), label="label", id=("id",))


def test_rows_without_a_label_do_not_train():
    frame = labelled_beats()
    frame.loc[[0, 1], "label"] = None
    made = learnt(frame, label="label", normal=("n",), id=("id",))
    assert model_file.read(made.model).manifest.data.rows == 58
    assert "2 have no label and do not" in made.decisions[0]


def test_fewer_than_ten_rows_are_refused_with_every_other_problem():
    rows = table_rows()[:9].copy()
    rows[2, 1] = np.inf
    with pytest.raises(DataError) as failure:
        describe(rows, list("abcdefg"), "table")
    assert "9 normal rows with a value came, at least 10" in str(failure.value)
    assert "row 2, column 'b': inf cannot be learnt from" in str(failure.value)


def test_a_cell_too_large_for_float32_is_refused_in_a_signal_and_taken_in_a_table():
    rows = np.random.default_rng(0).normal(size=(20, 3))
    rows[4, 0] = 1e39
    assert describe(rows, list("abc"), "table").columns[0].maximum == 1e39
    with pytest.raises(DataError, match="row 4, column 'a'"):
        describe(rows, list("abc"), "signal")


def test_constant_and_empty_columns_and_blank_rows_are_warned_of():
    rows = table_rows().copy()
    rows[:, 0] = np.nan
    rows[5] = np.nan
    said = warnings(rows, describe(rows, list("abcdefg"), "table"))
    assert any("column 'f' never varied" in line for line in said)
    assert any("column 'a' had no value at all" in line for line in said)
    assert any("1 training row has no value in any column and teaches" in line for line in said)


def test_the_schema_knows_ranges_and_missing_shares():
    rows = np.array([[1.0, np.nan]] * 5 + [[3.0, 7.0]] * 5)
    columns = describe(rows, ["a", "b"], "table").columns
    assert (columns[0].minimum, columns[0].maximum, columns[0].missing) == (1.0, 3.0, 0.0)
    assert (columns[1].minimum, columns[1].maximum, columns[1].missing) == (7.0, 7.0, 0.5)


@pytest.mark.parametrize(
    "rows",
    [
        np.ones((20, 3)),
        np.full((20, 3), 0.0),
        np.arange(20.0)[:, None],
        np.random.default_rng(0).normal(size=(10, 2)),
        np.eye(12),
        np.random.default_rng(0).normal(size=(30, 2)) * 1e299,
        np.random.default_rng(0).standard_cauchy(size=(40, 3)) ** 3,
    ],
)
def test_awkward_rows_still_make_a_detector_that_scores_them(rows):
    from beats import model_of

    from isthmus import Scorer

    scorer = Scorer.load(model_of(rows, "table", encoder=(8,), code_size=4, max_steps=20))
    assert np.isfinite(scorer.anomaly_score(rows)).all()
