"""Numbers with axes give the same bits as numbers without."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.model_file.axes import with_axes
from isthmus.scoring.session import Session
from isthmus.training.graph import Graph

STEPS = ["Sub", "Mul", "Add", "Max", "Min", "Log", "Cast"]


def graph_of(steps, members, views, seed, *, shared=False):
    generator = np.random.default_rng(seed)
    graph = Graph()
    value = graph.reshape("rows", [-1, members, views], name="views")
    for number, step in enumerate(steps):
        if step == "Cast":
            value = graph.cast(value, "float64", name=f"v{number}")
        elif step == "Log":
            value = graph.node(
                "Log", graph.node("Abs", value, name=f"a{number}"), name=f"v{number}"
            )
        else:
            constant = graph.constant(f"k{number}", np.asarray(generator.normal()))
            value = graph.node(step, value, constant, name=f"v{number}")
    if shared:
        other = graph.node("Add", "rows", "k0", name="other")
        outputs = [(other, "float64", ("N", members * views))]
    else:
        outputs = []
    outputs.append((value, "float64", ("N", members, views)))
    rows = ("rows", "float64", ("N", members * views))
    return graph.serialised([rows], outputs), [name for name, *_ in outputs]


def dims_of(graph):
    return {k.name: list(k.dims) for k in onnx.load_from_string(graph).graph.initializer}


@given(
    steps=st.lists(st.sampled_from(STEPS), min_size=1, max_size=8),
    members=st.integers(1, 3),
    views=st.integers(1, 3),
    count=st.integers(1, 40),
    seed=st.integers(0, 2**32),
)
def test_every_value_has_the_same_bits(steps, members, views, count, seed):
    graph, outputs = graph_of(steps, members, views, seed)
    changed = with_axes(graph, "views", 3)
    rows = np.random.default_rng(seed).normal(size=(count, members * views))
    slow, quick = (Session(made).run(rows, outputs) for made in (graph, changed))
    for name in outputs:
        assert quick[name].shape == slow[name].shape
        np.testing.assert_array_equal(quick[name], slow[name])


def test_numbers_on_the_way_get_axes_and_others_none():
    graph, _ = graph_of(["Sub", "Log", "Mul"], 1, 1, 0)
    dims = dims_of(with_axes(graph, "views", 3))
    assert (dims["k0"], dims["k2"]) == ([1, 1, 1], [])  # behind a step of another kind


@pytest.mark.parametrize("value", ["views", "nothing"])
def test_a_number_that_others_need_as_it_is_stays(value):
    graph, _ = graph_of(["Sub", "Mul"], 1, 1, 0, shared=True)
    dims = dims_of(with_axes(graph, value, 3))
    assert dims["k0"] == []
    assert dims["k1"] == ([1, 1, 1] if value == "views" else [])


@given(
    steps=st.lists(st.sampled_from(["Sub", "Mul", "Div", "Add"]), min_size=1, max_size=5),
    columns=st.integers(1, 30),
    count=st.integers(1, 40),
    odd=st.integers(-1, 4),
    seed=st.integers(0, 2**32),
)
def test_a_number_that_stands_there_for_every_column_becomes_one(steps, columns, count, odd, seed):
    generator = np.random.default_rng(seed)
    graph, value = Graph(), "rows"
    for number, step in enumerate(steps):
        numbers = np.full(columns, generator.normal())
        if number == odd:
            numbers = numbers + np.arange(columns)
        value = graph.node(step, value, graph.constant(f"k{number}", numbers), name=f"v{number}")
    shape = ("float64", ("N", columns))
    made = graph.serialised([("rows", *shape)], [(value, *shape)])
    changed = with_axes(made, "rows", 2, columns)
    for number in range(len(steps)):
        several = number == odd and columns > 1
        assert dims_of(changed)[f"k{number}"] == ([columns] if several else [1, 1])
    rows = generator.normal(size=(count, columns))
    slow, quick = (Session(one).run(rows, [value])[value] for one in (made, changed))
    assert quick.tobytes() == slow.tobytes()
