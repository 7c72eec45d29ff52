from __future__ import annotations

import pytest

from isthmus.errors import DamagedModelError
from isthmus.model_file import unseal
from isthmus.model_file.agreement import MAX_LEVELS, MAX_QUANTILES, misfits
from isthmus.model_file.graph import walk
from isthmus.model_file.manifest import Calibration, Layer, Threshold
from isthmus.model_file.manifest_json import written_manifest
from isthmus.read.column_kinds import MOST_LEVELS
from isthmus.schema import ImageForm
from isthmus.scoring.cell_errors import MOST_QUANTILES
from tests.model_file.example import example_graph, example_manifest, example_model
from tests.model_file.forgery import forged

FORM = ImageForm(height=5, width=4, channels=2)
SUMMARY = walk(example_graph())
MANIFEST = example_manifest()


def problems(**changes) -> list[str]:
    return misfits(MANIFEST.model_copy(update=changes), SUMMARY)


def problems_of_schema(**changes) -> list[str]:
    return problems(row_schema=MANIFEST.row_schema.model_copy(update=changes))


def problems_of_column(**changes) -> list[str]:
    first, *rest = MANIFEST.row_schema.columns
    return problems_of_schema(columns=(first.model_copy(update=changes), *rest))


def test_what_belongs_together_agrees():
    assert misfits(MANIFEST, SUMMARY) == []


def test_every_misfit_is_in_one_message():
    manifest = example_manifest("signal", columns=4, members=3, code_size=7)
    with pytest.raises(DamagedModelError) as caught:
        unseal(forged(manifest=written_manifest(manifest)), name="detector.onnx")
    assert caught.value.problems == (
        "detector.onnx: input 1 is rows: float64 [N, 3], its manifest says rows: float32 [N, 4]",
        "detector.onnx: output 1 is reconstruction: float64 [N, 3], "
        "its manifest says reconstruction: float32 [N, 4]",
        "detector.onnx: output 2 is error: float32 [N, 3], its manifest says error: float32 [N, 4]",
        "detector.onnx: output 3 is code: float32 [N, 2], its manifest says code: float32 [N, 7]",
        "detector.onnx: output 4 is views: float32 [N, 2, 1], "
        "its manifest says views: float32 [N, 3, 1]",
    )


def test_a_missing_output_is_named():
    model = example_model()
    model.graph.output.pop()
    assert misfits(MANIFEST, walk(model.SerializeToString())) == [
        "the graph has 4 outputs, its manifest says 5"
    ]


def test_outputs_in_another_order_are_refused():
    model = example_model()
    first, second, *_ = model.graph.output
    first.name, second.name = second.name, first.name
    assert len(misfits(MANIFEST, walk(model.SerializeToString()))) == 2


def test_a_second_input_is_refused():
    model = example_model()
    model.graph.input.append(model.graph.input[0])
    model.graph.input[1].name = "more"
    assert misfits(MANIFEST, walk(model.SerializeToString())) == [
        "the graph has 2 inputs, its manifest says 1"
    ]


def test_a_batch_of_fixed_size_is_refused():
    model = example_model()
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    assert misfits(MANIFEST, walk(model.SerializeToString())) == [
        "input 1 is rows: float64 [1, 3], its manifest says rows: float64 [N, 3]"
    ]


def test_a_long_list_of_misfits_is_cut():
    columns = tuple(
        column.model_copy(update={"minimum": 9.0, "maximum": 1.0})
        for column in example_manifest(columns=500).row_schema.columns
    )
    found = problems_of_schema(columns=columns)
    assert len(found) == 21
    assert found[-1].startswith("and ")


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        ((1.0, 2.0), "are not in decreasing order"),
        ((0.1,), "are not all exactly float32"),
        ((1e300, 1.0), "are not all exactly float32"),
    ],
)
def test_scores_must_be_float32_in_decreasing_order(scores, words):
    calibration = Calibration(scheme="split", source="fit", scores=scores)
    assert problems(calibration=calibration) == [f"its manifest: calibration.scores {words}"]
    assert problems(calibration_history=(calibration,)) == problems(calibration=calibration)


def test_a_column_that_never_varied_makes_sense():
    assert problems_of_column(minimum=5.0, maximum=5.0) == []


def test_equal_scores_are_in_order():
    calibration = Calibration(scheme="split", source="fit", scores=(1.0, 1.0, -0.0, 0.0))
    assert problems(calibration=calibration) == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (problems(members=2, groups=0), "its manifest: groups is too small"),
        (problems(groups=-2), "its manifest: groups is too small"),
        (problems(groups=3), "its manifest: 2 members cannot form 3 groups of one size"),
        (problems(threshold=Threshold(alpha=0.0)), "threshold.alpha is 0.0, not between 0 and 1"),
        (problems(threshold=Threshold(alpha=1.0)), "threshold.alpha is 1.0, not between 0 and 1"),
        (
            problems(data=MANIFEST.data.model_copy(update={"digest": "abc"})),
            "data.digest is not 64 hex digits",
        ),
        (
            problems(data=MANIFEST.data.model_copy(update={"rows": -1})),
            "its manifest: data.rows is too small",
        ),
        (problems(views=MANIFEST.views * 2), "its manifest: views: a name stands twice"),
        (problems(layers=()), "its manifest: layers is empty"),
        (
            problems(layers=(Layer(name="a", operation="b", shape=("N", 0), parameters=0),)),
            "layer 'a' has an impossible shape",
        ),
        (
            problems(layers=(Layer(name="a", operation="b", shape=(2**31, 2**31), parameters=0),)),
            "layer 'a' has an impossible shape",
        ),
        (problems_of_schema(columns=()), "its manifest: row_schema has no columns"),
        (problems_of_column(name="c1"), "row_schema.columns: a name stands twice"),
        (problems_of_column(minimum=17.0), "column 'c0' has its minimum above its maximum"),
        (problems_of_column(missing=1.5), "column 'c0' has no share of missing values"),
        (
            problems(data=MANIFEST.data.model_copy(update={"rows": 10**400})),
            "its manifest: data.rows is too large",
        ),
        (problems(members=10**400), "its manifest: members is too large"),
        (
            problems(training=MANIFEST.training.model_copy(update={"steps": 2**53 + 1})),
            "its manifest: training.steps is too large",
        ),
        (
            problems(training=MANIFEST.training.model_copy(update={"kept_step": (0, 10**400)})),
            "its manifest: training.kept_step is too large",
        ),
        (
            problems(layers=(Layer(name="a", operation="b", shape=("N",), parameters=10**400),)),
            "its manifest: layers.parameters is too large",
        ),
        (problems_of_schema(kind="image"), "row_schema: kind and image do not agree"),
        (problems_of_schema(image=FORM), "row_schema: kind and image do not agree"),
        (
            problems_of_schema(kind="image", image=FORM),
            "its manifest: row_schema: 2 channels, 3 columns",
        ),
        (
            problems_of_schema(
                columns=tuple(
                    column.model_copy(update={"target": True})
                    for column in MANIFEST.row_schema.columns
                )
            ),
            "all are targets, and nothing is shown",
        ),
        (
            problems(training=MANIFEST.training.model_copy(update={"init_from": "abc"})),
            "training.init_from is not 64 hex digits",
        ),
        (
            problems_of_schema(set_aside={"c1": "id", "other": "drop"}),
            "its manifest: row_schema.set_aside: 'c1' is a feature",
        ),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(found, words):
    assert any(words in problem for problem in found)


def problems_of_cell(**changes) -> list[str]:
    first, *rest = MANIFEST.cells
    return problems(cells=(first.model_copy(update=changes), *rest))


CATEGORY = {
    "kind": "category",
    "levels": ("a", "b"),
    "counts": (3, 97),
    "minimum": 0.0,
    "maximum": 1.0,
}
NUMBERED = tuple(map(str, range(10_001)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({**CATEGORY, "kind": "numeric"}, "levels and kind do not agree"),
        ({"kind": "category"}, "levels and kind do not agree"),
        ({**CATEGORY, "levels": ("a", "a")}, "a level stands twice"),
        ({**CATEGORY, "counts": (3,)}, "one count for each level expected"),
        ({**CATEGORY, "counts": (3, -1)}, "one count for each level expected"),
        ({**CATEGORY, "counts": (3, 98)}, "its levels have more rows than data.rows"),
        ({**CATEGORY, "counts": (3, 10**400)}, "its levels have more rows than data.rows"),
        ({**CATEGORY, "maximum": 2.0}, "its range is not that of the places of its levels"),
        ({**CATEGORY, "maximum": 0.0}, "its range is not that of the places of its levels"),
        ({**CATEGORY, "minimum": -1.0}, "its range is not that of the places of its levels"),
        ({**CATEGORY, "levels": NUMBERED}, "10001 levels, at most 10000 expected"),
        (CATEGORY, "residual and kind disagree"),
    ],
)
def test_a_category_has_levels_and_their_counts(changes, said):
    assert any(said in problem for problem in problems_of_column(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"quantiles": (2.0, 1.0, 3.0)},
        {"quantiles": (-1.0, 1.0, 3.0)},
        {"quantiles": ()},
        {"mean": -1.0},
        {"residual": -1.0},
        {"rows": -3},
        {"rows": 0},
        {"rows": 2},
        {"rows": 101},
        {"rows": 10**400},
        {"quantiles": (1.0,) * 257, "rows": 257},
    ],
)
def test_usual_errors_grow_from_0_and_come_from_rows(changes):
    (problem,) = problems_of_cell(**changes)
    assert "the errors of column" in problem


def test_a_category_that_makes_sense_is_no_misfit():
    (problem,) = problems_of_column(**CATEGORY)
    assert "residual and kind disagree" in problem


def test_usual_errors_may_come_from_a_larger_calibration_than_the_fit():
    scores = (1.0,) * 200
    again = Calibration(scheme="split", source="recalibrated", scores=scores)
    cells = tuple(cell.model_copy(update={"rows": 200}) for cell in MANIFEST.cells)
    assert problems(cells=cells, calibration=again) == []
    assert len(problems(cells=cells)) == len(cells)


def test_what_is_written_is_at_most_what_is_read():
    assert MAX_LEVELS == MOST_LEVELS
    assert MAX_QUANTILES == MOST_QUANTILES


def test_every_column_has_its_usual_errors():
    assert problems(cells=MANIFEST.cells[1:]) == ["its manifest: cells has 2 entries for 3 cells"]
