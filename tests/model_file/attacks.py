"""Hostile graphs, each with the words that must refuse it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from tests.model_file.example import example_graph, example_model
from tests.model_file.forgery import number, record, varint

GRAPH = example_graph()
FLOATS = numpy_helper.from_array(np.zeros(3, np.float32), "extra")

Attack = tuple[Callable[[], bytes], str]


def changed(change: Callable[[Any], Any]) -> Callable[[], bytes]:
    """The example graph, after `change` was made to it as an onnx.ModelProto."""

    def build() -> bytes:
        model = example_model()
        change(model)
        return model.SerializeToString()

    return build


def in_graph(change: Callable[[Any], Any]) -> Callable[[], bytes]:
    return changed(lambda model: change(model.graph))


def node(operator: str, **attributes: Any) -> Any:
    return helper.make_node(operator, ["x"], ["unused"], **attributes)


def with_node(operator: str, **attributes: Any) -> Callable[[], bytes]:
    return in_graph(lambda graph: graph.node.append(node(operator, **attributes)))


def with_tensor(**fields: Any) -> Callable[[], bytes]:
    def change(graph: Any) -> None:
        tensor = graph.initializer.add()
        tensor.CopyFrom(FLOATS)
        for name, value in fields.items():
            tensor.ClearField(name)
            if isinstance(value, list):
                getattr(tensor, name).extend(value)
            else:
                setattr(tensor, name, value)

    return in_graph(change)


def external_data() -> bytes:
    model = example_model()
    tensor = model.graph.initializer[2]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return model.SerializeToString()


def inside_graph(content: bytes) -> bytes:
    """The example with `content` appended to its GraphProto."""
    graph = example_model().graph.SerializeToString()
    return outer(graph + content)


def outer(graph: bytes) -> bytes:
    start = number(1, 8) + record(2, b"isthmus") + record(3, b"0.1.0")
    return start + record(7, graph) + record(8, record(1, b"") + number(2, 17))


def nested(depth: int) -> bytes:
    """TypeProto inside TypeProto.Sequence inside TypeProto ..."""
    content = b""
    for _ in range(depth):
        content = record(4, record(1, content))
    return inside_graph(record(11, record(1, b"deep") + record(2, content)))


def nested_subgraphs(depth: int) -> bytes:
    content = b""
    for _ in range(depth):
        attribute = record(1, b"body") + record(6, content) + number(20, 5)
        content = record(1, record(4, b"Identity") + record(5, attribute))
    return inside_graph(content)


def a_subgraph() -> Any:
    return helper.make_graph([node("Identity")], "body", [], [])


def second_set(model: Any) -> None:
    model.opset_import.add(domain="com.microsoft", version=1)


def microsoft_only(model: Any) -> None:
    model.opset_import[0].domain = "com.microsoft"


ATTACKS: dict[str, Attack] = {
    # Operators and what hangs on them.
    "Loop": (with_node("Loop"), "operator 'Loop'"),
    "If": (with_node("If"), "operator 'If'"),
    "Scan": (with_node("Scan"), "operator 'Scan'"),
    "random numbers": (with_node("RandomNormalLike"), "operator 'RandomNormalLike'"),
    "strings": (with_node("StringNormalizer"), "operator 'StringNormalizer'"),
    "a group of no channels": (
        with_node("ConvTranspose", group=0),
        "'group' of node '' is not between 1 and 65536",
    ),
    "steps of nothing": (with_node("Conv", strides=[1, 0]), "'strides' of node ''"),
    "a negative edge": (with_node("MaxPool", pads=[-1, 0]), "is told 'pads'"),
    "negative padding": (with_node("Conv", pads=[-1, 0, 0, 0]), "'pads' of node ''"),
    "a huge hidden state": (with_node("LSTM", hidden_size=1 << 40), "'hidden_size' of node ''"),
    "an attribute that nobody writes": (
        with_node("LSTM", activation_alpha=[1.0]),
        "is told 'activation_alpha', which no model file may say",
    ),
    "subgraph": (with_node("Identity", body=a_subgraph()), "AttributeProto.g is not allowed"),
    "subgraphs": (
        with_node("Identity", bodies=[a_subgraph()]),
        "AttributeProto.graphs is not allowed",
    ),
    "tensor attribute": (with_node("Identity", value=FLOATS), "AttributeProto.t is not allowed"),
    "custom domain": (with_node("Relu", domain="evil"), "NodeProto.domain must be empty"),
    "named default domain": (with_node("Relu", domain="ai.onnx"), "NodeProto.domain must be empty"),
    "overload": (with_node("Relu", overload="x"), "NodeProto.overload is not allowed"),
    "attribute twice": (
        in_graph(lambda g: g.node[4].attribute.append(g.node[4].attribute[0])),
        "has an attribute twice",
    ),
    "attribute of another type": (
        in_graph(lambda g: setattr(g.node[4].attribute[0], "type", 1)),
        "the attribute 'to' of node '' does not hold what its type says",
    ),
    "attribute of two types": (
        in_graph(lambda g: setattr(g.node[4].attribute[0], "f", 1.0)),
        "does not hold what its type says",
    ),
    "reference attribute": (
        in_graph(lambda g: setattr(g.node[4].attribute[0], "ref_attr_name", "x")),
        "AttributeProto.ref_attr_name is not allowed",
    ),
    # The model around the graph.
    "functions": (changed(lambda m: m.functions.add(name="f")), "ModelProto.functions"),
    "training_info": (changed(lambda m: m.training_info.add()), "ModelProto.training_info"),
    "doc_string": (changed(lambda m: setattr(m, "doc_string", "x")), "ModelProto.doc_string"),
    "domain": (changed(lambda m: setattr(m, "domain", "x")), "ModelProto.domain"),
    "second operator set": (changed(second_set), "ModelProto.opset_import stands more than once"),
    "other operator set": (changed(microsoft_only), "OperatorSetIdProto.domain must be empty"),
    "newer operator set": (
        changed(lambda m: setattr(m.opset_import[0], "version", 18)),
        "its ONNX operator set is 18, not 17",
    ),
    "newer IR": (changed(lambda m: setattr(m, "ir_version", 9)), "IR version is 9, not 8"),
    "other producer": (changed(lambda m: setattr(m, "producer_name", "x")), "its producer is 'x'"),
    "no operator set": (
        changed(lambda m: m.ClearField("opset_import")),
        "ModelProto.opset_import is missing",
    ),
    "fields out of order": (
        lambda: outer(b"")[11:] + outer(b"")[:11],
        "its fields stand in the order [3, 7, 8, 1, 2], not [1, 2, 3, 7, 8]",
    ),
    # The graph.
    "sparse initializer": (
        in_graph(lambda g: g.sparse_initializer.add()),
        "GraphProto.sparse_initializer is not allowed",
    ),
    "quantization": (
        in_graph(lambda g: g.quantization_annotation.add()),
        "GraphProto.quantization_annotation is not allowed",
    ),
    "value_info": (in_graph(lambda g: g.value_info.add()), "GraphProto.value_info is not allowed"),
    "initializer replaces the input": (
        with_tensor(name="rows"),
        "the value 'rows' is made twice",
    ),
    "initializer replaces a value": (with_tensor(name="scaled"), "'scaled' is made twice"),
    "initializer twice": (with_tensor(name="scale"), "'scale' is made twice"),
    "use before definition": (
        in_graph(lambda g: g.node[0].input.__setitem__(0, "score_column")),
        "the value 'score_column' is used before anything makes it",
    ),
    "a cycle": (
        in_graph(lambda g: g.node[0].input.__setitem__(0, "missing")),
        "the value 'missing' is used before anything makes it",
    ),
    "nothing makes an output": (
        in_graph(lambda g: g.node.pop()),
        "no node makes the output 'anomaly_score'",
    ),
    "a value without a name": (with_tensor(name=""), "a value of the graph has no name"),
    # Tensors.
    "external data": (external_data, "TensorProto.external_data is not allowed"),
    "external location only": (with_tensor(data_location=1), "TensorProto.data_location"),
    "float_data": (
        with_tensor(raw_data=b"", float_data=[1.0, 2.0, 3.0]),
        "TensorProto.float_data is not allowed",
    ),
    "strings in a tensor": (with_tensor(data_type=8), "has ONNX element type 8, not one of"),
    "half floats": (with_tensor(data_type=10), "has ONNX element type 10, not one of"),
    "too few bytes": (with_tensor(raw_data=b"\0" * 8), "holds 8 bytes, its shape [3] of float32"),
    "too many bytes": (with_tensor(raw_data=b"\0" * 16), "holds 16 bytes, its shape [3]"),
    "huge size": (with_tensor(dims=[2**62]), "has a size of 0, or beyond 2**31 - 1"),
    "size of 2**31": (with_tensor(dims=[2**31]), "has a size of 0, or beyond 2**31 - 1"),
    "sizes whose product wraps round": (
        with_tensor(dims=[2**31 - 1] * 8),
        "holds 12 bytes, its shape [2147483647, ",
    ),
    "negative size": (with_tensor(dims=[-1]), "has a size of 0, or beyond 2**31 - 1"),
    "no size": (with_tensor(dims=[0], raw_data=b""), "has a size of 0"),
    "many axes": (with_tensor(dims=[1] * 9), "TensorProto.dims stands more than 8 times"),
    "a bool that is neither": (
        with_tensor(data_type=9, raw_data=b"\0\1\2"),
        "holds something else than 0 and 1",
    ),
    "sequence input": (
        in_graph(
            lambda g: g.input.append(
                helper.make_tensor_sequence_value_info("list", TensorProto.FLOAT, [1])
            )
        ),
        "TypeProto.sequence_type is not allowed",
    ),
    "a size that is neither known nor named": (
        in_graph(lambda g: g.input[0].type.tensor_type.shape.dim[0].ClearField("dim_param")),
        "the shape of 'rows' has a size that is neither known nor named",
    ),
    "a huge size of the input": (
        in_graph(lambda g: setattr(g.input[0].type.tensor_type.shape.dim[1], "dim_value", 2**40)),
        "the shape of 'rows' has a size that is neither known nor named",
    ),
    # The wire format.
    "a second graph": (
        lambda: GRAPH + record(7, example_model().graph.SerializeToString()),
        "ModelProto.graph stands more than once",
    ),
    "an unknown field": (lambda: GRAPH + record(99, b"x"), "ModelProto.field 99 is not allowed"),
    "an unknown field of the graph": (
        lambda: inside_graph(number(77, 1)),
        "GraphProto.field 77 is not allowed",
    ),
    "a group": (
        lambda: GRAPH + varint(9 << 3 | 3) + varint(9 << 3 | 4),
        "field 9 is a group",
    ),
    "wire type 7": (lambda: inside_graph(varint(9 << 3 | 7)), "field 9 is wire type 7"),
    "field number 0": (lambda: inside_graph(b"\0\0"), "0 is no field number"),
    "a varint of 11 bytes": (
        lambda: inside_graph(b"\x08" + b"\xff" * 10 + b"\1"),
        "does not fit 64 bits",
    ),
    "a varint beyond 64 bits": (
        lambda: inside_graph(b"\x08" + b"\xff" * 9 + b"\2"),
        "does not fit 64 bits",
    ),
    "a varint in more bytes than it needs": (
        lambda: inside_graph(b"\x8a\x00\x00"),
        "not written in its shortest form",
    ),
    "a length of 2**63": (
        lambda: inside_graph(b"\x0a" + varint(2**63)),
        "reaches beyond its end",
    ),
    "a length beyond its message": (
        lambda: inside_graph(record(1, b"\x0a\x05x")),
        "reaches beyond its end",
    ),
    "another wire type": (
        lambda: inside_graph(number(1, 1)),
        "GraphProto.node is written as varint, not as bytes",
    ),
    "packed sizes": (
        lambda: inside_graph(
            record(5, record(1, b"\3") + number(2, 1) + record(8, b"p") + record(9, bytes(12)))
        ),
        "TensorProto.dims is written as bytes, not as varint",
    ),
    "a name that is not UTF-8": (
        lambda: inside_graph(record(1, record(4, b"Relu") + record(3, b"\xff\xfe"))),
        "NodeProto.name is not UTF-8",
    ),
    "a long name": (
        lambda: inside_graph(record(1, record(4, b"Relu") + record(3, b"x" * 2000))),
        "NodeProto.name is longer than 1024 bytes",
    ),
    "10^6 nodes": (
        lambda: inside_graph(record(1, record(4, b"Relu")) * 1_000_000),
        "GraphProto.node stands more than 10000 times",
    ),
    "10^6 initializers": (
        lambda: inside_graph(
            record(5, number(2, 1) + record(8, b"w") + record(9, bytes(4))) * 1_000_000
        ),
        "GraphProto.initializer stands more than 10000 times",
    ),
    "10^6 inputs of a node": (
        lambda: inside_graph(record(1, record(1, b"x") * 1_000_000 + record(4, b"Concat"))),
        "NodeProto.input stands more than 10000 times",
    ),
    "10^6 numbers of an attribute": (
        with_node("Identity", axes=[1] * 10_001),
        "AttributeProto.ints stands more than 10000 times",
    ),
    "10^6 fields in all": (
        lambda: inside_graph(
            record(1, record(1, b"x") * 9_000 + record(4, b"Concat")) * 100,
        ),
        "it holds more fields than any isthmus model has",
    ),
    "10^6 outputs of the graph": (
        lambda: inside_graph(
            record(12, example_model().graph.output[0].SerializeToString()) * 1_000_000
        ),
        "GraphProto.output stands more than 16 times",
    ),
    "a deeply nested type": (lambda: nested(2000), "TypeProto.sequence_type is not allowed"),
    "deeply nested subgraphs": (lambda: nested_subgraphs(300), "AttributeProto.g is not allowed"),
    "a name that would move the cursor": (
        with_node("\x1b[2J\x1b[Hall is well"),
        r"the operator '\x1b[2J\x1b[Hall is well'",
    ),
}
