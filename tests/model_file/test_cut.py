"""A graph that is cut holds what onnx itself would keep, and computes the same."""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
import pytest
from example import example_graph, example_rows, run
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnx.utils import Extractor

from isthmus.errors import ModelFileError
from isthmus.model_file import IR_VERSION, OPSET
from isthmus.model_file.cut import cut
from isthmus.model_file.graph import Value, walk

WIDTH = 3


@st.composite
def graphs(draw):
    """A graph of sums, products and constants, and all names in it, each after what it needs."""
    known = ["a", "b"]
    nodes, constants = [], []
    for number in range(draw(st.integers(1, 12))):
        name = f"v{number}"
        one = draw(st.sampled_from(known))
        operator = draw(st.sampled_from(["Add", "Mul", "Relu", "Constant"]))
        if operator == "Relu":
            nodes.append(helper.make_node("Relu", [one], [name]))
        elif operator == "Constant":
            value = np.full(WIDTH, number / 8, np.float32)
            constants.append(numpy_helper.from_array(value, f"k{number}"))
            nodes.append(helper.make_node("Add", [f"k{number}", one], [name]))
        else:
            other = draw(st.sampled_from(known))
            nodes.append(helper.make_node(operator, [one, other], [name]))
        known.append(name)
    graph = helper.make_graph(
        nodes, "g", [declared("a"), declared("b")], [declared(known[-1])], constants
    )
    model = helper.make_model(
        graph, ir_version=IR_VERSION, producer_name="isthmus", producer_version="1",
        opset_imports=[helper.make_opsetid("", OPSET)],
    )  # fmt: skip
    return model, known


def declared(name):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", WIDTH])


def value(name):
    return Value(name, "float32", ("N", WIDTH))


@st.composite
def cuts(draw):
    """A graph, what is given and what is asked for: never the same, never more than can be made."""
    model, known = draw(graphs())
    given_names = {"a", "b"} | draw(st.sets(st.sampled_from(known)))
    rest = [name for name in known if name not in given_names] or [known[-1]]
    wanted = draw(st.sets(st.sampled_from(rest), min_size=1))
    return model, sorted(given_names - wanted), sorted(wanted)


@given(cuts())
def test_the_same_nodes_tensors_and_values_are_kept_as_by_onnx(case):
    model, inputs, outputs = case
    ours = onnx.load_from_string(
        cut(model.SerializeToString(), list(map(value, inputs)), list(map(value, outputs)))
    )
    theirs = Extractor(onnx.shape_inference.infer_shapes(model)).extract_model(inputs, outputs)
    onnx.checker.check_model(ours, full_check=True)
    assert list(ours.graph.node) == list(theirs.graph.node)
    assert list(ours.graph.output) == list(theirs.graph.output)
    assert list(ours.graph.input) == list(theirs.graph.input)
    assert sorted(one.name for one in ours.graph.initializer) == sorted(
        one.name for one in theirs.graph.initializer
    )
    assert ours.producer_name == model.producer_name
    assert ours.opset_import == model.opset_import


@given(cuts(), st.integers(0, 2**32 - 1))
def test_the_parts_of_a_graph_in_turn_compute_what_the_whole_does(case, seed):
    model, inputs, outputs = case
    rows = np.random.default_rng(seed).normal(size=(2, 4, WIDTH)).astype(np.float32)
    data, given_rows = model.SerializeToString(), dict(zip("ab", rows, strict=True))
    ends = [value(name) for name in ("a", "b")]
    first = results(cut(data, ends, list(map(value, inputs + outputs))), given_rows)
    between = {name: first[name] for name in inputs}
    second = results(cut(data, list(map(value, inputs)), list(map(value, outputs))), between)
    for name in outputs:
        np.testing.assert_array_equal(second[name], first[name])


def results(graph, given_rows):
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    taken = {one.name: given_rows[one.name] for one in session.get_inputs()}
    return dict(zip(names, session.run(names, taken), strict=True))


SCORE = Value("anomaly_score", "float32", ("N",))
ROWS = Value("rows", "float64", ("N", 3))


def test_a_graph_cut_to_its_score_is_smaller_and_gives_the_same_bits():
    whole = example_graph()
    part = cut(whole, [ROWS], [SCORE])
    summary = walk(part)
    assert (summary.inputs, summary.outputs) == ((ROWS,), (SCORE,))
    assert len(summary.operators) < len(walk(whole).operators)
    rows = example_rows(20)
    assert np.array_equal(run(part, rows)["anomaly_score"], run(whole, rows)["anomaly_score"])


def test_all_that_a_graph_makes_is_the_graph_itself():
    whole = example_graph(views=("reconstruction", "largest"))
    summary = walk(whole)
    again = walk(cut(whole, summary.inputs, summary.outputs))
    assert (again.inputs, again.outputs) == (summary.inputs, summary.outputs)
    assert again.operators == summary.operators
    assert set(again.initializers) == set(summary.initializers)


@pytest.mark.parametrize(
    ("inputs", "outputs", "said"),
    [
        ([ROWS], [Value("nothing", "float32", ("N",))], "no node makes the output 'nothing'"),
        ([Value("codes", "float32", (2, "N", 2))], [SCORE], "the value 'rows' is used before"),
        ([ROWS, ROWS], [SCORE], "the value 'rows' is made twice"),
    ],
)
def test_what_cannot_be_made_is_said(inputs, outputs, said):
    with pytest.raises(ModelFileError, match=r"the graph cannot make .* of (rows|codes)") as caught:
        cut(example_graph(), inputs, outputs)
    assert said in str(caught.value)
    assert "fit it again" in str(caught.value)
