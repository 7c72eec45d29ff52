"""The tail is exact: no last bit hangs on a row's place, and the score is rounded once."""

from __future__ import annotations

import numpy as np
import pytest
from beats import model_of

from isthmus.model_file.manifest import View
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.session import Session
from isthmus.scoring.views import combine
from isthmus.training.graph import Graph
from isthmus.training.tail import emit_score

CONSTANTS = (View(name="reconstruction", center=-3.7, spread=0.9),)


@pytest.mark.parametrize("columns", [5, 13, 30])
def test_sums_over_cells_have_the_same_bits_wherever_a_row_stands(columns):
    rows = np.random.default_rng(0).normal(size=(400, columns))
    scorer = Scorer.load(model_of(rows, "table", encoder=(8,), code_size=3, max_steps=5))
    whole, _ = scorer.run(rows, ["views"])
    for size in (3, 5, 33):
        for first in range(0, len(rows), size):
            part, _ = scorer.run(rows[first : first + size], ["views"])
            assert np.array_equal(part["views"], whole["views"][first : first + size])


def test_scores_near_nought_keep_their_digits():
    graph = Graph()
    views = graph.reshape("rows", [-1, 2, 1], name="views")
    emit_score(graph, views, CONSTANTS)
    model = graph.serialised(
        [("rows", "float32", ("N", 2))], [("anomaly_score", "float32", ("N",))]
    )
    near = np.exp(-3.7 + np.random.default_rng(0).normal(size=(200, 2)) * 1e-4).astype(np.float32)
    scores = Session(model).run(near, ["anomaly_score"], np.float32)["anomaly_score"]
    np.testing.assert_allclose(scores, combine(near[:, :, None], CONSTANTS), rtol=3e-7, atol=1e-10)
