"""Four rows as one give the same bits, in any number, and other graphs stay as they are."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from beats import mixed_rows, model_of, normal_beats, table_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.model_file.agreement import expected_inputs, expected_outputs
from isthmus.model_file.cut import cut
from isthmus.model_file.side_by_side import TOGETHER, WIDEST, side_by_side
from isthmus.model_file.without_holes import without_holes
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.session import FEWEST_ROWS, Session
from isthmus.training.graph import Graph


def graph_of(columns, steps, seed, *, keep):
    """Random steps with a number for every column, then a product; some are asked for as well."""
    generator = np.random.default_rng(seed)
    graph, value, outputs = Graph(), "rows", []
    for number, step in enumerate(steps):
        if step == "Cast":
            kept = graph.cast(value, "float64", name=f"v{number}")
        else:
            numbers = generator.normal(size=(1, columns) if number % 2 else columns)
            constant = graph.constant(f"k{number}", numbers)
            inputs = (value, constant) if number % 3 else (constant, value)
            kept = graph.node(step, *inputs, name=f"v{number}")
        value = kept
        if number in keep:
            outputs.append((value, "float64", ("N", columns)))
    weight = graph.constant("weight", generator.normal(size=(columns, 3)))
    product = graph.node("MatMul", value, weight, name="product")
    outputs.append((product, "float64", ("N", 3)))
    rows = ("rows", "float64", ("N", columns))
    return graph.serialised([rows], outputs), [name for name, *_ in outputs]


@settings(max_examples=60)
@given(
    columns=st.integers(2, 40),
    steps=st.lists(
        st.sampled_from(["Sub", "Mul", "Add", "Min", "Max", "Cast"]), min_size=1, max_size=7
    ),
    count=st.integers(1, 70),
    seed=st.integers(0, 2**32),
    data=st.data(),
)
def test_every_value_has_the_same_bits(columns, steps, count, seed, data):
    keep = data.draw(st.sets(st.integers(0, len(steps) - 1)))
    graph, outputs = graph_of(columns, steps, seed, keep=keep)
    wide = side_by_side(graph, "rows")
    assert (wide == graph) == (sum(step != "Cast" for step in steps) < 3)
    rows = 10 * np.random.default_rng(seed).normal(size=(count, columns))
    slow, quick = (Session(made).run(rows, outputs) for made in (graph, wide))
    for name in outputs:
        np.testing.assert_array_equal(quick[name], slow[name])


def test_calls_are_padded_to_as_many_rows_as_are_one():
    assert FEWEST_ROWS % TOGETHER == 0


@pytest.mark.parametrize("columns", [1, WIDEST])
def test_one_column_and_very_many_stay_as_they_are(columns):
    graph, _ = graph_of(columns, ["Sub", "Mul", "Min", "Max"], 0, keep=())
    assert side_by_side(graph, "rows") == graph


def test_what_is_no_number_for_every_column_ends_the_chain():
    graph = Graph()
    value = "rows"
    for number, shape in enumerate([(5,), (1,), (5,), (5,), (5,)]):
        constant = graph.constant(f"k{number}", np.ones(shape))
        value = graph.node("Add", value, constant, name=f"v{number}")
    rows = ("rows", "float64", ("N", 5))
    made = graph.serialised([rows], [(value, "float64", ("N", 5))])
    assert side_by_side(made, "rows") == made


def simpler(scorer):
    model = scorer.model
    inputs = expected_inputs(model.manifest)
    values = [v for v in expected_outputs(model.manifest) if v.name == "anomaly_score"]
    return cut(without_holes(model.graph, inputs[0].name, ["anomaly_score"]), inputs, values)


def test_of_tables_of_numbers_the_first_steps_lie_side_by_side_and_of_others_none():
    small = {"max_steps": 2, "encoder": (8,), "code_size": 4}
    table = Scorer.load(model_of(np.nan_to_num(table_rows()), "table", **small))
    wide = onnx.load_from_string(side_by_side(simpler(table), "rows"))
    assert sum(".side" in node.output[0] for node in wide.graph.node) >= 6
    for rows, kind in ((mixed_rows(), "mixed"), (normal_beats(60), "signal")):
        graph = simpler(Scorer.load(model_of(rows, kind, **small)))
        if kind == "mixed":
            assert side_by_side(graph, "rows") == graph
