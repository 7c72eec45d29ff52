"""The simpler graph for rows without holes gives the same bits, for every kind of detector."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from beats import image_rows, mixed_rows, model_of, normal_beats, table_rows
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus import model_file
from isthmus.model_file.agreement import expected_inputs, expected_outputs
from isthmus.model_file.cut import cut
from isthmus.model_file.without_holes import without_holes
from isthmus.schema import ImageForm
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.session import Session
from isthmus.scoring.sessions import quicker, widest
from isthmus.scoring.sum import sum_of

SMALL = {"max_steps": 20, "encoder": (8,), "code_size": 4}


def whole(rows):
    """Rows in which nothing is missing: holes get the number that stands below them."""
    filled = rows.copy()
    filled[np.isnan(filled)] = 1.0
    return filled


DETECTORS = {
    "table": lambda: (table_rows(), "table", SMALL),
    "table without holes in training": lambda: (whole(table_rows()), "table", SMALL),
    "fast": lambda: (whole(table_rows()), "table", {"max_steps": 20, "preset": "fast"}),
    "categories": lambda: (mixed_rows(), "mixed", SMALL),
    "softmax": lambda: (mixed_rows(), "mixed", {**SMALL, "category_loss": "softmax"}),
    "signal": lambda: (normal_beats(), "signal", SMALL),
    "convolutions": lambda: (
        normal_beats(),
        "signal",
        {"max_steps": 5, "architecture": "conv1d", "encoder": (4,), "code_size": 4},
    ),
    "image": lambda: (
        image_rows(),
        "image",
        {"max_steps": 5, "image": ImageForm(height=9, width=7, channels=2), "code_size": 4},
    ),
    "targets": lambda: (table_rows(), "table", {**SMALL, "targets": (0, 2)}),
}


@pytest.fixture(scope="module", params=DETECTORS)
def detector(request):
    """A detector of some kind, and rows that it knows."""
    rows, kind, choices = DETECTORS[request.param]()
    return Scorer.load(model_of(rows, kind, **choices)), whole(rows), request.param


def both(scorer):
    """Two sessions for scores: by the whole graph, and by the simpler one."""
    model = scorer.model
    values = [v for v in expected_outputs(model.manifest) if v.name == "anomaly_score"]
    inputs = expected_inputs(model.manifest)
    simpler = without_holes(model.graph, inputs[0].name, ["anomaly_score"])
    width = widest(model)
    simpler = quicker(cut(simpler, inputs, values), inputs[0], ["anomaly_score"])
    graphs = cut(model.graph, inputs, values), simpler
    return graphs, [Session(graph, width=width) for graph in graphs]


def test_scores_have_the_same_bits_near_and_far(detector):
    scorer, rows, _ = detector
    (_, _), (slow, quick) = both(scorer)
    generator = np.random.default_rng(3)
    element = scorer._element
    for reach in (0.0, 1.0, 1e6, 1e300 if element is np.float64 else 1e30):
        far = rows + reach * generator.normal(size=rows.shape)
        with np.errstate(over="ignore"):
            far = far.astype(element)
        far = far[np.isfinite(far).all(axis=1)]
        expected = slow.run(far, ["anomaly_score"], element)["anomaly_score"]
        came = quick.run(far, ["anomaly_score"], element)["anomaly_score"]
        np.testing.assert_array_equal(came.view(np.uint32), expected.view(np.uint32))


def test_less_is_done_and_nothing_that_looks_for_holes_where_it_can_be_left_out(detector):
    scorer, _, name = detector
    (full, simpler), _ = both(scorer)
    before = [node.op_type for node in onnx.load_from_string(full).graph.node]
    after = [node.op_type for node in onnx.load_from_string(simpler).graph.node]
    onnx.checker.check_model(onnx.load_from_string(simpler), full_check=True)
    assert "IsNaN" in before
    assert len(after) < len(before)
    if name == "fast":  # distances and flags of holes are also about what is there
        assert not {"IsNaN", "Not", "Where"} & {*after}


def test_rows_with_and_without_holes_are_scored_as_alone_in_any_company(detector):
    scorer, rows, _ = detector
    mixed = np.concatenate([rows] * (1 + 2500 // len(rows)))
    mixed[5::1700, 1] = np.nan  # of three chunks, one has none
    together = scorer.anomaly_score(mixed)
    some = np.r_[0:8, 1700:1712, len(mixed) - 3 : len(mixed)]
    alone = [scorer.anomaly_score(mixed[row : row + 1])[0] for row in some]
    np.testing.assert_array_equal(together[some], alone)


@settings(max_examples=200, deadline=None)
@given(
    arrays(
        np.float64,
        (7, 3),
        elements=st.floats(allow_nan=True, allow_infinity=True, width=64),
    )
)
def test_a_hole_is_never_overlooked(chunk):
    if np.isnan(chunk).any():
        assert np.isnan(sum_of(chunk))
    if not np.isfinite(chunk).all():
        assert not np.isfinite(sum_of(chunk))


def test_a_file_of_an_older_version_is_scored_the_same_too():
    from pathlib import Path

    golden = Path(__file__).parent / "golden-format-1.onnx"
    scorer = Scorer(model_file.read(golden))
    (_, _), (slow, quick) = both(scorer)
    rows = np.random.default_rng(0).normal(size=(64, scorer.schema.width))
    names = ["anomaly_score"]
    np.testing.assert_array_equal(
        quick.run(rows, names, scorer._element)["anomaly_score"],
        slow.run(rows, names, scorer._element)["anomaly_score"],
    )
