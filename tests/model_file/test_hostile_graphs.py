"""Files whose digest is right and whose content is not: anyone can compute a digest."""

from __future__ import annotations

import random
import time
import tracemalloc
from typing import Any

import onnx
import pytest
from onnx import helper, numpy_helper

from isthmus.errors import DamagedModelError
from isthmus.model_file import ALLOWED_OPERATORS, unseal
from isthmus.model_file.graph import Summary, Value, walk
from isthmus.model_file.wire import RefusedError
from tests.model_file.attacks import ATTACKS, GRAPH, Attack, with_node
from tests.model_file.example import example_model
from tests.model_file.forgery import entry, forged, record, signed


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_graph_with_a_valid_digest_is_refused_in_a_moment(attack):
    build, words = ATTACKS[attack]
    data = forged(build())
    began = time.process_time()
    with pytest.raises(DamagedModelError) as caught:
        unseal(data, name="evil.onnx")
    assert time.process_time() - began < 10  # against running away, not a stopwatch
    assert words in caught.value.problems[0]
    assert caught.value.problems[0].startswith("evil.onnx: ")
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize("attack", [name for name in ATTACKS if "10^6" in name or "deep" in name])
def test_a_large_hostile_graph_is_refused_in_little_memory(attack):
    data = forged(ATTACKS[attack][0]())
    tracemalloc.start()
    with pytest.raises(DamagedModelError):
        unseal(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * len(data) + 50_000_000


METADATA: dict[str, Attack] = {
    "no manifest": (lambda: signed(GRAPH), "has a digest, but no manifest"),
    "one more entry": (
        lambda: signed(forged()[:-84] + entry("note", b"hello")),
        "it holds the metadata entry 'note', which isthmus does not write",
    ),
    "two manifests": (
        lambda: signed(forged()[:-84] + entry("isthmus.manifest", b"{}")),
        "its manifest or its digest stands more than once",
    ),
    "two digests": (lambda: signed(forged()), "its manifest or its digest stands more than once"),
    "a field after the manifest": (
        lambda: signed(forged()[:-84] + record(6, b"hello")),
        "something stands between its manifest and its digest",
    ),
    "a field before the graph's end": (
        lambda: forged(GRAPH + record(6, b"hello")),
        "ModelProto.doc_string is not allowed",
    ),
    "an entry of three parts": (
        lambda: signed(forged()[:-84] + record(14, record(1, b"a") * 3)),
        "a metadata entry is not one key and one value",
    ),
    "an entry whose key comes last": (
        lambda: signed(GRAPH + record(14, record(2, b"{}") + record(1, b"isthmus.manifest"))),
        "a metadata entry is not one key and one value",
    ),
    "10^6 entries": (
        lambda: signed(GRAPH + entry("a", b"b") * 1_000_000),
        "it holds more fields than any isthmus model has",
    ),
    "text with a digest": (lambda: signed(b"a,b\n1,2\n"), "reaches beyond its end"),
    "nothing with a digest": (lambda: signed(b""), "has a digest, but no manifest"),
}


@pytest.mark.parametrize("attack", METADATA)
def test_metadata_that_isthmus_does_not_write_are_refused(attack):
    build, words = METADATA[attack]
    data = build()
    began = time.process_time()
    with pytest.raises(DamagedModelError) as caught:
        unseal(data)
    assert time.process_time() - began < 10  # against running away, not a stopwatch
    assert words in caught.value.problems[0]


def test_every_allowed_operator_is_let_through_and_every_other_is_not():
    def refused(operator: str) -> bool:
        try:
            unseal(forged(with_node(operator)()))
        except DamagedModelError as error:
            return "operator" in str(error)
        return False

    known = {schema.name for schema in onnx.defs.get_all_schemas() if schema.domain == ""}
    assert known >= ALLOWED_OPERATORS
    assert {operator for operator in known if not refused(operator)} == ALLOWED_OPERATORS


def test_as_many_numbers_and_as_long_a_name_as_allowed_are_let_through():
    model = example_model()
    model.graph.node[-1].name = "x" * 1024
    model.graph.node[-1].attribute.append(helper.make_attribute("axes", [1] * 10_000))
    assert walk(model.SerializeToString()) == walk(GRAPH)


def test_an_operator_without_a_type_is_refused():
    with pytest.raises(DamagedModelError, match="operator ''"):
        unseal(forged(with_node("")()))


def seen_by_onnx(data: bytes) -> Summary:
    """What `walk` says, from onnx's own reading."""
    graph = onnx.load_from_string(data).graph
    names = {1: "float32", 7: "int64", 9: "bool", 11: "float64"}

    def value(info: Any) -> Value:
        tensor = info.type.tensor_type
        dims = [dim.dim_param or dim.dim_value for dim in tensor.shape.dim]
        return Value(info.name, names[tensor.elem_type], tuple(dims))

    return Summary(
        inputs=tuple(map(value, graph.input)),
        outputs=tuple(map(value, graph.output)),
        initializers=tuple(
            Value(tensor.name, names[tensor.data_type], numpy_helper.to_array(tensor).shape)
            for tensor in graph.initializer
        ),
        operators=tuple(node.op_type for node in graph.node),
    )


def test_the_walk_reads_what_onnx_reads():
    assert walk(GRAPH) == seen_by_onnx(GRAPH)
    assert walk(GRAPH).inputs == (Value("rows", "float64", ("N", 3)),)
    assert "MatMul" in walk(GRAPH).operators


def test_whatever_the_walk_lets_through_reads_the_same_in_onnx():
    source = random.Random(3)
    passed = refused = 0
    for _ in range(4000):
        data = bytearray(GRAPH)
        for _ in range(source.choice([1, 1, 2, 4])):
            data[source.randrange(len(data))] = source.randrange(256)
        try:
            summary = walk(bytes(data))
        except RefusedError:
            refused += 1
        else:
            passed += 1
            assert summary == seen_by_onnx(bytes(data))
    assert passed > 100
    assert refused > 1000
