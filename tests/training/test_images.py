"""What is special about learning from images: one scale, one column a channel, many cells."""

from __future__ import annotations

import numpy as np
import pytest

from isthmus.errors import DataError
from isthmus.model_file import unseal
from isthmus.options import FitOptions, RowOptions
from isthmus.read import open_source, read_rows
from isthmus.schema import ImageForm
from isthmus.scoring.cell_errors import MOST_CELLS, most_rows
from isthmus.scoring.scorer import Scorer
from isthmus.training import describe as describing
from isthmus.training.describe import describe, warnings
from isthmus.training.learn import learn
from isthmus.training.prepare import prepare
from isthmus.training.versions import versions

FORM = ImageForm(height=5, width=4, channels=3)
STACK = np.random.default_rng(1).integers(0, 256, (40, 5, 4, 3), dtype=np.uint8)
CHANNELS = ("red", "green", "blue")
QUICK = {"architecture": "dense", "encoder": (8,), "code_size": 3, "max_steps": 20}


def flat(stack: np.ndarray) -> np.ndarray:
    return stack.reshape(len(stack), -1).astype(np.float32)


def test_a_channel_is_a_column_with_the_range_of_its_pixels():
    stack = STACK.copy()
    stack[..., 1] = stack[..., 1] // 2 + 7
    schema = describe(flat(stack), CHANNELS, "image", image=FORM)
    assert schema.names == CHANNELS
    assert schema.width == FORM.cells
    for place, column in enumerate(schema.columns):
        assert column.minimum == stack[..., place].min()
        assert column.maximum == stack[..., place].max()
        assert schema.column_of(5 * 3 + place) == column


def test_a_channel_that_never_varies_is_said_and_so_is_one_without_values():
    values = flat(STACK)
    values[:, 1::3], values[:, 2::3] = 9.0, np.nan
    said = warnings(values, describe(values, CHANNELS, "image", image=FORM))
    assert any("column 'green' never varied" in sentence for sentence in said)
    assert any("column 'blue' had no value at all" in sentence for sentence in said)
    assert len(said) == 2


def test_a_cell_that_cannot_be_learnt_from_is_named_by_its_place():
    values = flat(STACK)
    values[3, (2 * 4 + 1) * 3 + 2] = np.inf
    with pytest.raises(DataError, match=r"row 3, the pixel in line 2, column 1 \(blue\): inf"):
        describe(values, CHANNELS, "image", image=FORM)


def test_many_pixels_are_said_to_take_memory(monkeypatch):
    values = flat(STACK)
    schema = describe(values, CHANNELS, "image", image=FORM)
    assert warnings(values, schema) == []
    monkeypatch.setattr(describing, "_MANY", 1e-6)
    (said,) = warnings(values, schema)
    assert "make the images smaller (--size)" in said


def test_usual_errors_come_from_fewer_rows_where_a_row_has_many_cells():
    assert most_rows(140) == 10_000
    assert most_rows(3 * 64 * 64) * 3 * 64 * 64 <= MOST_CELLS
    assert most_rows(3 * 256 * 256) == 256


def test_pillow_counts_where_images_are_read():
    assert "pillow" in versions("image")
    assert "pillow" not in versions("table")


@pytest.fixture(scope="module")
def scorer():
    rows = read_rows(open_source(STACK), RowOptions())
    return Scorer(unseal(learn(rows, RowOptions(), FitOptions.from_flat(**QUICK)).model))


def test_the_model_file_knows_form_channels_and_the_error_of_every_cell(scorer):
    manifest = scorer.manifest
    assert manifest.row_schema.image == FORM
    assert manifest.row_schema.names == CHANNELS
    assert len(manifest.cells) == FORM.cells
    assert scorer.probe() == 0.0


def test_rows_of_numbers_of_another_width_are_refused(scorer):
    with pytest.raises(ValueError, match=r"rows of 60 numbers were expected"):
        scorer.run(np.zeros((2, 3)), ["anomaly_score"])


def test_a_channel_that_is_missing_throughout_is_warned_of(scorer):
    stack = STACK[:5].astype(np.float32)
    stack[..., 0] = np.nan
    with pytest.warns(UserWarning, match="column 'red' is missing in all 5 rows"):
        scorer.score(stack)


def test_an_image_scores_the_same_alone_and_in_company(scorer):
    together = scorer.score(STACK).anomaly_score
    alone = [scorer.score(STACK[place : place + 1]).anomaly_score[0] for place in range(40)]
    assert np.array_equal(together, alone)


def test_the_kind_of_images_is_said():
    prepared = prepare(read_rows(open_source(STACK), RowOptions()), RowOptions())
    assert prepared.decisions == ("kind: image (5 x 4, red, green, blue)",)
    assert prepared.schema.kind == "image"
