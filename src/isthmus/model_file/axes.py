"""Single numbers with as many axes as what they meet.

ONNX Runtime takes a step of a long column and a number in one line where both have as many axes,
and cell after cell where the number has none: ten times as long, for the same bits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from isthmus.model_file.messages import GRAPH, NODE, TENSOR, parse
from isthmus.model_file.pieces import pieces, rewritten, tag_of
from isthmus.model_file.wire import Span, WireReader, written_bytes, written_number

BY_CELL = ("Cast", "Log", "Sub", "Mul", "Add", "Max", "Min")


def with_axes(graph: bytes, value: str, axes: int) -> bytes:
    """The same graph, where numbers that meet a value, or what is made of it, have its axes.

    Parameters
    ----------
    graph : bytes
        A verified ONNX ModelProto.
    value : str
        One that its nodes make.
    axes : int
        How many it has.
    """
    return rewritten(graph, lambda reader, span: _fields(reader, span, value, axes))


def _fields(reader: WireReader, span: Span, value: str, axes: int) -> Iterator[bytes]:
    """The fields of the new graph."""
    parts = list(pieces(reader, GRAPH, span))
    nodes = [parse(reader, NODE, part.span) for part in parts if part.name == "node"]
    uses = Counter(name for node in nodes for name in node["input"])
    made, met = {value}, set()
    for node in nodes:
        flowing = [name for name in node["input"] if name in made]
        others = [name for name in node["input"] if name not in made]
        if node["op_type"][0] in BY_CELL and len(flowing) == 1 and len(others) < 2:
            made.update(node["output"])
            met.update(others)
    for part in parts:
        single = None
        if part.name == "initializer":
            tensor = parse(reader, TENSOR, part.span)
            single = not tensor["dims"] and tensor["name"][0] in met
            single = single and uses[tensor["name"][0]] == 1
        if not single:
            yield part.written
            continue
        dims = written_number(tag_of(TENSOR, "dims"), 1) * axes
        start, end = part.span
        yield written_bytes(tag_of(GRAPH, "initializer"), dims + reader.data[start:end])
