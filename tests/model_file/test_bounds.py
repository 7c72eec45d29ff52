"""Cells are bounded from both sides at once, with the same bits, where one bound is for all."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.model_file.bounds import with_bounds
from isthmus.scoring.session import Session
from isthmus.training.graph import Graph

COLUMNS = 5


def graph_of(pairs, *, turned=False, kept=False, kind=np.float64):
    """Bounds above and below, one after another, and a product; each may be of every column."""
    graph, value, outputs = Graph(), "rows", []
    element = np.dtype(kind).name
    for number, (most, least) in enumerate(pairs):
        for name, step, bound in (("a", "Min", most), ("b", "Max", least)):
            constant = graph.constant(f"k{name}{number}", np.asarray(bound, kind))
            inputs = (constant, value) if turned else (value, constant)
            value = graph.node(step, *inputs, name=f"{name}{number}")
            if kept and name == "a":
                outputs.append((value, element, ("N", COLUMNS)))
    outputs.append((value, element, ("N", COLUMNS)))
    return graph.serialised([("rows", element, ("N", COLUMNS))], outputs), [n for n, *_ in outputs]


def operators(graph):
    return [node.op_type for node in onnx.load_from_string(graph).graph.node]


numbers = st.floats(-3, 3, width=32)


@given(
    pairs=st.lists(st.tuples(numbers, numbers), min_size=1, max_size=3),
    every=st.booleans(),
    turned=st.booleans(),
    kind=st.sampled_from([np.float32, np.float64]),
    seed=st.integers(0, 2**32),
)
def test_every_cell_has_the_same_bits(pairs, every, turned, kind, seed):
    given_bounds = (
        [(np.full(COLUMNS, a), np.full(COLUMNS, b)) for a, b in pairs] if every else pairs
    )
    graph, outputs = graph_of(given_bounds, turned=turned, kind=kind)
    changed = with_bounds(graph, outputs)
    clips = sum(bool(b <= a and a and b) for a, b in np.asarray(pairs, kind))
    assert operators(changed).count("Clip") == clips
    rows = 3 * np.random.default_rng(seed).normal(size=(20, COLUMNS)).astype(kind)
    rows[::3, 1], rows[1::3, 2], rows[2, 2] = np.inf, -np.inf, -0.0
    slow, quick = (Session(made).run(rows, outputs)[outputs[-1]] for made in (graph, changed))
    assert quick.tobytes() == slow.tobytes()


@pytest.mark.parametrize(
    ("pair", "kept"),
    [
        ((np.arange(5.0) + 1, np.zeros(5)), False),  # another bound for every column
        ((1.0, -1.0), True),  # what is bounded from above alone is asked for
        ((np.full((1, 5), 2.0), -1.0), False),  # not in one line
        ((np.nan, -1.0), False),
    ],
)
def test_other_steps_stay_as_they_are(pair, kept):
    graph, outputs = graph_of([pair], kept=kept)
    assert with_bounds(graph, outputs) == graph
