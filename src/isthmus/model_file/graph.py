"""Walk the graph of a model file: every field, operator, name and size, before anything runs it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from isthmus.model_file.messages import MODEL, Parsed, parse
from isthmus.model_file.operators import (
    ALLOWED_OPERATORS,
    COUNTS,
    IR_VERSION,
    MOST,
    OPSET,
    PRODUCER,
    RECURRENT,
)
from isthmus.model_file.wire import RefusedError, Span, WireReader

MODEL_FIELD_ORDER = [1, 2, 3, 7, 8]
ELEMENT_TYPES = {1: ("float32", 4), 7: ("int64", 8), 9: ("bool", 1), 11: ("float64", 8)}
ATTRIBUTE_TYPES = {1: "f", 2: "i", 3: "s", 6: "floats", 7: "ints"}


@dataclass(frozen=True)
class Value:
    """A tensor of the graph: its name, element type and shape (a str stands for any size)."""

    name: str
    dtype: str
    shape: tuple[int | str, ...]


@dataclass(frozen=True)
class Summary:
    """What a graph takes, gives and consists of.

    `operators` has the type of each node, in the order in which they run.
    """

    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    initializers: tuple[Value, ...]
    operators: tuple[str, ...]


def walk(data: bytes) -> Summary:
    """Check every byte of a graph and say what it consists of.

    Parameters
    ----------
    data : bytes
        An ONNX ModelProto without metadata.

    Raises
    ------
    RefusedError
        Naming the first thing that a model file may not hold.
    """
    reader = WireReader(data)
    whole = Span(0, len(data))
    model = parse(reader, MODEL, whole)
    order = [found.tag for found in WireReader(data).fields(whole)]
    if order != MODEL_FIELD_ORDER:
        raise RefusedError(f"its fields stand in the order {order}, not {MODEL_FIELD_ORDER}")
    _check_versions(model)
    graph = model["graph"][0]
    nodes = [_operator(node) for node in graph["node"]]
    summary = Summary(
        inputs=tuple(map(_value, graph["input"])),
        outputs=tuple(map(_value, graph["output"])),
        initializers=tuple(_initializer(data, tensor) for tensor in graph["initializer"]),
        operators=tuple(nodes),
    )
    _check_names(graph, summary)
    return summary


def shown(text: str, most: int = 60) -> str:
    """A name from a file, quoted and cut so that a terminal can show it safely."""
    quoted = ascii(text)
    return quoted if len(quoted) <= most else f"{quoted[:most]}..."


def _check_versions(model: Parsed) -> None:
    operator_set = model["opset_import"][0]["version"][0]
    if model["ir_version"] != [IR_VERSION]:
        raise RefusedError(f"its ONNX IR version is {model['ir_version'][0]}, not {IR_VERSION}")
    if operator_set != OPSET:
        raise RefusedError(f"its ONNX operator set is {operator_set}, not {OPSET}")
    if model["producer_name"] != [PRODUCER]:
        producer = shown(model["producer_name"][0])
        raise RefusedError(f"its producer is {producer}, not {PRODUCER!r}")


def _operator(node: Parsed) -> str:
    operator: str = node["op_type"][0]
    name = shown("".join(node["name"]))
    if operator not in ALLOWED_OPERATORS:
        raise RefusedError(
            f"it holds the operator {shown(operator)} (node {name}), which no model file may use"
        )
    names = [attribute["name"][0] for attribute in node["attribute"]]
    if len(set(names)) < len(names):
        raise RefusedError(f"node {name} has an attribute twice")
    for attribute in node["attribute"]:
        _check_attribute(attribute, name)
        if operator in COUNTS:
            _check_counts(attribute, COUNTS[operator], name)
    return operator


def _check_counts(attribute: Parsed, least: Mapping[str, int], node: str) -> None:
    """An attribute of an operator that knows nothing but whole numbers within bounds."""
    name, numbers = attribute["name"][0], [*attribute["i"], *attribute["ints"]]
    if name not in least or not numbers:
        raise RefusedError(f"node {node} is told {shown(name)}, which no model file may say")
    if not all(least[name] <= number <= MOST for number in numbers):
        raise RefusedError(f"{shown(name)} of node {node} is not between {least[name]} and {MOST}")


def _check_attribute(attribute: Parsed, node: str) -> None:
    kind = ATTRIBUTE_TYPES.get(attribute["type"][0])
    used = {field for field in ATTRIBUTE_TYPES.values() if attribute[field]}
    # A list may be empty, and is then not written.
    if kind is None or not used <= {kind} or (kind not in ("floats", "ints") and not used):
        name = shown(attribute["name"][0])
        raise RefusedError(f"the attribute {name} of node {node} does not hold what its type says")


def _value(value: Parsed) -> Value:
    name: str = value["name"][0]
    tensor = value["type"][0]["tensor_type"][0]
    shape = tuple(_dimension(dim, name) for dim in tensor["shape"][0]["dim"])
    return Value(name, _element_type(tensor["elem_type"][0], name)[0], shape)


def _dimension(dim: Parsed, name: str) -> int | str:
    sizes: list[int | str] = [*dim["dim_value"], *dim["dim_param"]]
    if len(sizes) != 1 or sizes[0] in (0, "") or _too_large(sizes[0]):
        raise RefusedError(f"the shape of {shown(name)} has a size that is neither known nor named")
    return sizes[0]


def _too_large(size: int | str) -> bool:
    return isinstance(size, int) and size >= 1 << 31


def _element_type(code: int, name: str) -> tuple[str, int]:
    if code not in ELEMENT_TYPES:
        allowed = ", ".join(name for name, _ in ELEMENT_TYPES.values())
        raise RefusedError(f"{shown(name)} has ONNX element type {code}, not one of {allowed}")
    return ELEMENT_TYPES[code]


def _initializer(data: bytes, tensor: Parsed) -> Value:
    name: str = tensor["name"][0]
    dtype, size = _element_type(tensor["data_type"][0], name)
    shape: tuple[int, ...] = tuple(tensor["dims"])
    start, end = tensor["raw_data"][0]
    if any(dim == 0 or _too_large(dim) for dim in shape):
        raise RefusedError(f"the tensor {shown(name)} has a size of 0, or beyond 2**31 - 1")
    if math.prod(shape) * size != end - start:
        raise RefusedError(
            f"the tensor {shown(name)} holds {end - start} bytes, "
            f"its shape {list(shape)} of {dtype} needs {math.prod(shape) * size}"
        )
    if dtype == "bool" and data[start:end].translate(None, b"\0\1"):
        raise RefusedError(f"the tensor {shown(name)} of bool holds something else than 0 and 1")
    return Value(name, dtype, shape)


def _check_names(graph: Parsed, summary: Summary) -> None:
    """Every value has one source, which comes before its use."""
    known: set[str] = set()
    _define(known, [value.name for value in (*summary.inputs, *summary.initializers)])
    for node in graph["node"]:
        # An empty name is how ONNX leaves out an optional input.
        missing = [name for name in node["input"] if name and name not in known]
        if missing:
            raise RefusedError(f"the value {shown(missing[0])} is used before anything makes it")
        _define(known, _made(node))
    for value in summary.outputs:
        if value.name not in known:
            raise RefusedError(f"no node makes the output {shown(value.name)}")


def _made(node: Parsed) -> list[str]:
    """The names of what a node gives; recurrent ones give several, and not all are wanted."""
    names: list[str] = node["output"]
    wanted = [name for name in names if name]
    return wanted if wanted and node["op_type"][0] in RECURRENT else names


def _define(known: set[str], names: Iterable[str]) -> None:
    for name in names:
        if not name:
            raise RefusedError("a value of the graph has no name")
        if name in known:
            raise RefusedError(f"the value {shown(name)} is made twice")
        known.add(name)
