"""Two steps that bound cells from above and from below as one, where all columns have one bound.

ONNX Runtime compares cells with a number of every column one by one, and bounds them by two numbers
many at a time. No bit is another.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from isthmus.model_file.messages import GRAPH, NODE, TENSOR, Parsed, parse
from isthmus.model_file.pieces import pieces, rewritten, tag_of
from isthmus.model_file.wire import Span, WireReader, written_bytes, written_number

FORMATS = {1: "<f", 11: "<d"}
"""How ONNX's numbers of these types are packed."""
_LEAST, _MOST = ".least", ".most"


def with_bounds(graph: bytes, wanted: Collection[str]) -> bytes:
    """The same graph for rows without missing cells, with fewer steps.

    Parameters
    ----------
    graph : bytes
        A verified ONNX ModelProto.
    wanted : collection of str
        What is asked of it.
    """
    return rewritten(graph, lambda reader, span: _fields(reader, span, wanted))


class Bound(NamedTuple):
    """A number that all columns have: its type and its bytes."""

    kind: int
    data: bytes

    @property
    def number(self) -> float:
        number: float = struct.unpack(FORMATS[self.kind], self.data)[0]
        return number


class Both(NamedTuple):
    """What is bounded, and by which numbers."""

    value: str
    least: Bound
    most: Bound


def _fields(reader: WireReader, span: Span, wanted: Collection[str]) -> Iterator[bytes]:
    """The fields of the new graph."""
    parts = list(pieces(reader, GRAPH, span))
    nodes = [parse(reader, NODE, part.span) for part in parts if part.name == "node"]
    tensors = (parse(reader, TENSOR, part.span) for part in parts if part.name == "initializer")
    bounds = {
        tensor["name"][0]: bound
        for tensor in tensors
        if (bound := _of_all_columns(tensor, reader.data)) is not None
    }
    joined = _joined(nodes, bounds, wanted)
    left_out = {first for _, first in joined.values()}
    for part in parts:
        output = parse(reader, NODE, part.span)["output"][0] if part.name == "node" else ""
        if output in joined:
            both, _ = joined[output]
            yield _clip(both.value, output)
            yield _number(output + _LEAST, both.least)
            yield _number(output + _MOST, both.most)
        elif output not in left_out:
            yield part.written


def _joined(
    nodes: list[Parsed], bounds: Mapping[str, Bound], wanted: Collection[str]
) -> dict[str, tuple[Both, str]]:
    """By what the second of two such steps makes: what it is, and what the first one makes."""
    uses = Counter(name for node in nodes for name in node["input"])
    from_above: dict[str, tuple[str, Bound]] = {}
    found = {}
    for node in nodes:
        value, bound = _bounded(node, bounds)
        if bound is None:
            continue
        output = node["output"][0]
        if node["op_type"] == ["Min"] and uses[output] == 1 and output not in wanted:
            from_above[output] = value, bound
        elif node["op_type"] == ["Max"] and value in from_above:
            first, most = from_above[value]
            # At a bound of zero the two would differ in its sign.
            zero = 0.0 in (bound.number, most.number)
            if bound.kind == most.kind and bound.number <= most.number and not zero:
                found[output] = Both(first, bound, most), value
    return found


def _bounded(node: Parsed, bounds: Mapping[str, Bound]) -> tuple[str, Bound | None]:
    """What a step bounds, and by what; None where it is another step."""
    inputs = node["input"]
    for value, bound in (inputs, inputs[::-1]) if len(inputs) == 2 else ():
        if bound in bounds and value not in bounds:
            return value, bounds[bound]
    return "", None


def _of_all_columns(tensor: Parsed, data: bytes) -> Bound | None:
    """The number of a constant in one line, where it has the same for every column."""
    kind, dims = tensor["data_type"][0], tensor["dims"]
    if kind not in FORMATS or len(dims) > 1:
        return None
    start, end = tensor["raw_data"][0]
    size = struct.calcsize(FORMATS[kind])
    first = data[start : start + size]
    whole = len(first) == size and data[start:end] == first * ((end - start) // size)
    bound = Bound(kind, first) if whole else None
    return bound if bound is not None and bound.number == bound.number else None


def _clip(value: str, output: str) -> bytes:
    """A node that bounds a value from both sides."""
    fields = [("input", value), ("input", output + _LEAST), ("input", output + _MOST)]
    fields += [("output", output), ("name", output), ("op_type", "Clip")]
    content = b"".join(written_bytes(tag_of(NODE, name), text.encode()) for name, text in fields)
    return written_bytes(tag_of(GRAPH, "node"), content)


def _number(name: str, bound: Bound) -> bytes:
    """A single number as a constant."""
    kind = written_number(tag_of(TENSOR, "data_type"), bound.kind)
    data = written_bytes(tag_of(TENSOR, "raw_data"), bound.data)
    content = kind + written_bytes(tag_of(TENSOR, "name"), name.encode()) + data
    return written_bytes(tag_of(GRAPH, "initializer"), content)
