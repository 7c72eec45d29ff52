"""Columns that are rebuilt from others: who trains, and what the file says of who does not."""

from __future__ import annotations

import numpy as np
import pytest
from beats import IMAGE, image_rows, model_of

from isthmus import Scorer, model_file
from isthmus.errors import DataError
from isthmus.options import FitOptions, RowOptions
from isthmus.read import open_source, read_rows
from isthmus.training.learn import learn
from isthmus.training.prepare import prepare

TARGET = RowOptions(target=("y",))
QUICK = FitOptions.from_flat(max_steps=5, folds=2, alpha=0.1)


def table(rows=60, missing=()):
    random = np.random.default_rng(0)
    a = random.normal(size=rows)
    y = [None if row in missing else float(value) for row, value in enumerate(2 * a)]
    return {"a": a.tolist(), "k": [("u", "v")[row % 2] for row in range(rows)], "y": y}


def test_rows_without_a_target_do_not_train_and_leave_nothing_in_the_file():
    data = table(missing=range(10))
    data["a"][3], data["k"][3] = 1e6, "only here"
    rows = read_rows(open_source(data), TARGET)
    prepared = prepare(rows, TARGET)
    assert len(prepared.values) == 50
    assert prepared.decisions[0].endswith("10 rows have no target, or nothing to rebuild it from, "
                                          "and cannot train")  # fmt: skip
    a, k, y = prepared.schema.columns
    assert a.maximum < 100 and y.missing == 0.0
    assert k.levels == ("u", "v") and k.counts == (25, 25)
    manifest = model_file.unseal(learn(rows, TARGET, QUICK).model).manifest
    assert manifest.data.rows == 50


def test_too_few_rows_with_a_target_are_refused():
    rows = read_rows(open_source(table(missing=range(3, 60))), TARGET)
    with pytest.raises(DataError, match="3 normal rows with a value came"):
        prepare(rows, TARGET)


def test_an_image_is_rebuilt_from_its_other_channels_seen_whole():
    rows = image_rows(120)
    scorer = Scorer.load(
        model_of(rows, "image", image=IMAGE, targets=("green",), max_steps=400, folds=2)
    )
    made, _ = scorer.run(rows, ["reconstruction"])
    apart = (made["reconstruction"] - rows).reshape(-1, 9, 7, 2)
    assert np.abs(apart[..., 1]).mean() < 0.3 * rows.reshape(-1, 9, 7, 2)[..., 1].std()
    np.testing.assert_allclose(apart[..., 0], 0, atol=1e-3)
