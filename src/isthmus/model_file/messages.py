"""The parts of ONNX that a model file may use: one table for each kind of message.

A field that is not in its table is refused, whether ONNX knows it or not. Tables refer only to
tables above them, so how deep reading goes is fixed here and not by the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from isthmus.model_file.wire import (
    BYTES,
    FIXED32,
    VARINT,
    WIRE_NAMES,
    Field,
    RefusedError,
    Span,
    WireReader,
)

MAX_NAME_BYTES = 1024
MAX_NODES = 10_000
MAX_INITIALIZERS = 10_000
MAX_DIMS = 8
MAX_VALUES_PER_NODE = 10_000
MAX_NUMBERS_PER_ATTRIBUTE = 10_000

Parsed = dict[str, list[Any]]
"""The values of a message under the names of their fields, in the order in which they stand."""


@dataclass(frozen=True)
class Message:
    """The fields that one kind of message may have, by number.

    `refused` names fields that ONNX knows and a model file may not have, for the sentence that
    refuses them.
    """

    name: str
    rules: Mapping[int, Rule]
    refused: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """What a field holds, and how often it may stand.

    `holds` is a table for a message; otherwise ``"integer"`` (int), ``"float"`` (not read),
    ``"text"`` (str), ``"data"`` (Span) or ``"nothing"`` (bytes that must be empty).
    """

    name: str
    holds: Message | Literal["integer", "float", "text", "data", "nothing"]
    least: int = 0
    most: int = 1


WIRES = {"integer": VARINT, "float": FIXED32}

TENSOR = Message(
    "TensorProto",
    {
        1: Rule("dims", "integer", most=MAX_DIMS),
        2: Rule("data_type", "integer", least=1),
        8: Rule("name", "text", least=1),
        9: Rule("raw_data", "data", least=1),
    },
    {
        3: "segment",
        4: "float_data",
        5: "int32_data",
        6: "string_data",
        7: "int64_data",
        10: "double_data",
        11: "uint64_data",
        12: "doc_string",
        13: "external_data",
        14: "data_location",
        16: "metadata_props",
    },
)

DIMENSION = Message(
    "TensorShapeProto.Dimension",
    {1: Rule("dim_value", "integer"), 2: Rule("dim_param", "text")},
    {3: "denotation"},
)
SHAPE = Message("TensorShapeProto", {1: Rule("dim", DIMENSION, most=MAX_DIMS)})
TENSOR_TYPE = Message(
    "TypeProto.Tensor",
    {1: Rule("elem_type", "integer", least=1), 2: Rule("shape", SHAPE, least=1)},
)
TYPE = Message(
    "TypeProto",
    {1: Rule("tensor_type", TENSOR_TYPE, least=1)},
    {
        4: "sequence_type",
        5: "map_type",
        6: "denotation",
        7: "opaque_type",
        8: "sparse_tensor_type",
        9: "optional_type",
    },
)
VALUE = Message(
    "ValueInfoProto",
    {1: Rule("name", "text", least=1), 2: Rule("type", TYPE, least=1)},
    {3: "doc_string", 4: "metadata_props"},
)

ATTRIBUTE = Message(
    "AttributeProto",
    {
        1: Rule("name", "text", least=1),
        2: Rule("f", "float"),
        3: Rule("i", "integer"),
        4: Rule("s", "text"),
        7: Rule("floats", "float", most=MAX_NUMBERS_PER_ATTRIBUTE),
        8: Rule("ints", "integer", most=MAX_NUMBERS_PER_ATTRIBUTE),
        20: Rule("type", "integer", least=1),
    },
    {
        5: "t",
        6: "g",
        9: "strings",
        10: "tensors",
        11: "graphs",
        13: "doc_string",
        14: "tp",
        15: "type_protos",
        21: "ref_attr_name",
        22: "sparse_tensor",
        23: "sparse_tensors",
    },
)
NODE = Message(
    "NodeProto",
    {
        1: Rule("input", "text", most=MAX_VALUES_PER_NODE),
        2: Rule("output", "text", most=MAX_VALUES_PER_NODE),
        3: Rule("name", "text"),
        4: Rule("op_type", "text", least=1),
        5: Rule("attribute", ATTRIBUTE, most=32),
        7: Rule("domain", "nothing"),
    },
    {6: "doc_string", 8: "overload", 9: "metadata_props", 10: "device_configurations"},
)
GRAPH = Message(
    "GraphProto",
    {
        1: Rule("node", NODE, most=MAX_NODES),
        2: Rule("name", "text"),
        5: Rule("initializer", TENSOR, most=MAX_INITIALIZERS),
        11: Rule("input", VALUE, most=16),
        12: Rule("output", VALUE, most=16),
    },
    {
        10: "doc_string",
        13: "value_info",
        14: "quantization_annotation",
        15: "sparse_initializer",
        16: "metadata_props",
    },
)
OPERATOR_SET = Message(
    "OperatorSetIdProto",
    {1: Rule("domain", "nothing"), 2: Rule("version", "integer", least=1)},
)
MODEL = Message(
    "ModelProto",
    {
        1: Rule("ir_version", "integer", least=1),
        2: Rule("producer_name", "text", least=1),
        3: Rule("producer_version", "text", least=1),
        7: Rule("graph", GRAPH, least=1),
        8: Rule("opset_import", OPERATOR_SET, least=1),
    },
    {
        4: "domain",
        5: "model_version",
        6: "doc_string",
        14: "metadata_props",
        20: "training_info",
        25: "functions",
        26: "configuration",
    },
)


def parse(reader: WireReader, message: Message, span: Span) -> Parsed:
    """Read one message by its table.

    Parameters
    ----------
    reader : WireReader
        Over the whole file.
    message : Message
        The table.
    span : Span
        Where the message begins and ends.

    Raises
    ------
    RefusedError
        At the first field that the table does not allow.
    """
    parsed: Parsed = {rule.name: [] for rule in message.rules.values()}
    for found in reader.fields(span):
        rule = _rule(message, found)
        values = parsed[rule.name]
        if len(values) >= rule.most:
            often = "more than once" if rule.most == 1 else f"more than {rule.most} times"
            raise RefusedError(f"{message.name}.{rule.name} stands {often}")
        values.append(_value(reader, message, rule, found))
    for rule in message.rules.values():
        if len(parsed[rule.name]) < rule.least:
            raise RefusedError(f"{message.name}.{rule.name} is missing")
    return parsed


def _rule(message: Message, found: Field) -> Rule:
    rule = message.rules.get(found.tag)
    if rule is None:
        known = message.refused.get(found.tag, f"field {found.tag}")
        raise RefusedError(f"{message.name}.{known} is not allowed in a model file")
    wire = WIRES.get(rule.holds, BYTES) if isinstance(rule.holds, str) else BYTES
    if found.wire != wire:
        came, expected = WIRE_NAMES[found.wire], WIRE_NAMES[wire]
        raise RefusedError(f"{message.name}.{rule.name} is written as {came}, not as {expected}")
    return rule


def _value(reader: WireReader, message: Message, rule: Rule, found: Field) -> Any:
    if isinstance(rule.holds, Message):
        return parse(reader, rule.holds, found.span)
    match rule.holds:
        case "integer":
            return found.number
        case "text":
            return _text(reader, message, rule, found)
        case "nothing" if found.span.start != found.span.end:
            raise RefusedError(
                f"{message.name}.{rule.name} must be empty: only ONNX's own operators are allowed"
            )
        case _:
            return found.span


def _text(reader: WireReader, message: Message, rule: Rule, found: Field) -> str:
    start, end = found.span
    if end - start > MAX_NAME_BYTES:
        raise RefusedError(f"{message.name}.{rule.name} is longer than {MAX_NAME_BYTES} bytes")
    try:
        return reader.data[start:end].decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(f"{message.name}.{rule.name} is not UTF-8") from None
