"""Single numbers with as many axes as what they meet.

ONNX Runtime takes a step of many cells and a number in one line where both have as many axes, and
cell after cell where the number has none, or stands there once for every column: up to ten times as
long, for the same bits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from isthmus.model_file.messages import GRAPH, NODE, TENSOR, Parsed, parse
from isthmus.model_file.pieces import pieces, rewritten, tag_of
from isthmus.model_file.wire import Span, WireReader, written_bytes, written_number

BY_CELL = ("Cast", "Log", "Sub", "Mul", "Div", "Add", "Max", "Min", "Clip")


def with_axes(graph: bytes, value: str, axes: int, columns: int | None = None) -> bytes:
    """The same graph, where numbers that meet a value, or what is made of it, have its axes.

    Parameters
    ----------
    graph : bytes
        A verified ONNX ModelProto.
    value : str
        Its input, or one that its nodes make.
    axes : int
        How many the value has.
    columns : int, optional
        How long the last of them is: numbers that stand there so often become one.
    """
    return rewritten(graph, lambda reader, span: _fields(reader, span, value, axes, columns))


def _fields(
    reader: WireReader, span: Span, value: str, axes: int, columns: int | None
) -> Iterator[bytes]:
    """The fields of the new graph."""
    parts = list(pieces(reader, GRAPH, span))
    nodes = [parse(reader, NODE, part.span) for part in parts if part.name == "node"]
    uses = Counter(name for node in nodes for name in node["input"])
    made: set[str] = {value}
    met: set[str] = set()
    for node in nodes:
        flowing = [name for name in node["input"] if name in made]
        others = [name for name in node["input"] if name not in made]
        most = 2 if node["op_type"] == ["Clip"] else 1
        if node["op_type"][0] in BY_CELL and len(flowing) == 1 and len(others) <= most:
            made.update(node["output"])
            met.update(others if most == 1 else ())  # Clip takes numbers without axes alone
    for part in parts:
        tensor = parse(reader, TENSOR, part.span) if part.name == "initializer" else None
        single = None
        if tensor is not None and tensor["name"][0] in met and uses[tensor["name"][0]] == 1:
            single = _single(tensor, reader.data, columns)
        yield part.written if tensor is None or single is None else _number(tensor, single, axes)


def _single(tensor: Parsed, data: bytes, columns: int | None) -> bytes | None:
    """The bytes of the one number that a constant holds; None where it holds several."""
    (start, end), dims = tensor["raw_data"][0], tensor["dims"]
    count = dims[0] if dims else 1
    if dims not in ([], [columns]) or count < 1 or (end - start) % count:
        return None
    first = data[start : start + (end - start) // count]
    return first if data[start:end] == first * count else None


def _number(tensor: Parsed, data: bytes, axes: int) -> bytes:
    """A number as a constant with so many axes."""
    dims = written_number(tag_of(TENSOR, "dims"), 1) * axes
    kind = written_number(tag_of(TENSOR, "data_type"), tensor["data_type"][0])
    name = written_bytes(tag_of(TENSOR, "name"), tensor["name"][0].encode())
    content = dims + kind + name + written_bytes(tag_of(TENSOR, "raw_data"), data)
    return written_bytes(tag_of(GRAPH, "initializer"), content)
