"""The first steps of a graph on several rows as one, where they treat every cell by itself.

Bounding and scaling take a number of every column. With few columns ONNX Runtime spends most of
such a step on going from row to row. With four rows side by side, and the numbers of the columns as
often, it takes the same operations of the same cells in longer lines: no bit is another.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from isthmus.model_file.messages import GRAPH, NODE, TENSOR, VALUE, Parsed, parse
from isthmus.model_file.pieces import Piece, pieces, renamed, rewritten, tag_of
from isthmus.model_file.wire import Span, WireReader, written_bytes, written_number

TOGETHER = 4
"""Rows as one: calls have no fewer. More would hardly be quicker."""
FEWEST_STEPS = 3
"""Of such steps with a number for every column: fewer are not worth the change of shape."""
WIDEST = 100
"""Columns from which on lines are long enough as they are."""
BY_CELL = ("Sub", "Mul", "Add", "Min", "Max", "Cast")
_INT64 = 7
_SIDE = ".side"
_WIDER, _AS_BEFORE = f"rows{_SIDE}.shape", f"narrow{_SIDE}.shape"


def side_by_side(graph: bytes, rows: str) -> bytes:
    """The same graph, whose number of rows must now be a multiple of `TOGETHER`.

    Parameters
    ----------
    graph : bytes
        A verified ONNX ModelProto.
    rows : str
        Its input, of shape (N, D).

    Returns
    -------
    bytes
        The very graph that came where it has no such steps.
    """
    return rewritten(graph, lambda reader, span: _fields(reader, span, rows))


@dataclass
class Chain:
    """The steps from the rows on that treat every cell by itself.

    Attributes
    ----------
    tensors : mapping
        The constants of the graph.
    made : set of str
        What the steps make, and the rows.
    columns : int
        D, once a constant has said so.
    repeated : set of str
        Constants with a number for every column.
    steps : int
        Steps with such a constant.
    """

    tensors: Mapping[str, Parsed]
    made: set[str]
    columns: int = 0
    repeated: set[str] = field(default_factory=set)
    steps: int = 0

    def takes(self, node: Parsed) -> bool:
        """Whether the next node is such a step; it is then one of the chain."""
        inputs = node["input"]
        flowing = [name for name in inputs if name in self.made]
        constants = [name for name in inputs if name in self.tensors]
        operator, one = node["op_type"][0], len(node["output"]) == 1
        if operator == "Clip" and inputs[0] in self.made and one:  # by two single numbers
            self.made.add(node["output"][0])
            return True
        by_cell = operator in BY_CELL and one
        if not by_cell or len(flowing) != 1 or len(flowing) + len(constants) != len(inputs):
            return False
        if len(constants) > 1 or not all(map(self._of_columns, constants)):
            return False
        self.made.add(node["output"][0])
        self.repeated.update(constants)
        self.steps += len(constants)
        return True

    def _of_columns(self, name: str) -> bool:
        """Whether a constant has a number for every column."""
        dims = self.tensors[name]["dims"]
        if len(dims) not in (1, 2) or (len(dims) == 2 and dims[0] != 1) or dims[-1] < 2:
            return False
        self.columns = self.columns or dims[-1]
        return bool(dims[-1] == self.columns)


def _fields(reader: WireReader, span: Span, rows: str) -> Iterator[bytes]:
    """The fields of the new graph."""
    parts = list(pieces(reader, GRAPH, span))
    nodes = [parse(reader, NODE, part.span) for part in parts if part.name == "node"]
    tensors = [parse(reader, TENSOR, part.span) for part in parts if part.name == "initializer"]
    chain = Chain({tensor["name"][0]: tensor for tensor in tensors}, {rows})
    steps = [chain.takes(node) for node in nodes]
    outputs = {name for node in nodes for name in node["output"]}
    taken = any(_SIDE in name for name in {rows, *outputs, *chain.tensors})
    if chain.steps < FEWEST_STEPS or chain.columns >= WIDEST or taken:
        yield from (part.written for part in parts)
        return
    needed = _outputs(reader, parts).union(
        *(node["input"] for node, step in zip(nodes, steps, strict=True) if not step)
    )
    yield _reshaped(rows, rows + _SIDE, _WIDER)
    following = iter(zip(nodes, steps, strict=True))
    for part in parts:
        node, step = next(following) if part.name == "node" else (None, False)
        if node is None or not step:
            yield part.written
            continue
        changed = {*chain.made, *chain.repeated}
        names = {n: n + _SIDE for n in (*node["input"], *node["output"]) if n in changed}
        yield written_bytes(tag_of(GRAPH, "node"), renamed(reader, part, names))
        made = node["output"][0]
        if made in needed:
            yield _reshaped(made + _SIDE, made, _AS_BEFORE)
    yield _shape(_WIDER, TOGETHER * chain.columns)
    yield _shape(_AS_BEFORE, chain.columns)
    for name in sorted(chain.repeated):
        yield _repeated(chain.tensors[name], reader.data)


def _outputs(reader: WireReader, parts: list[Piece]) -> set[str]:
    """The names of what the graph gives."""
    named = (parse(reader, VALUE, part.span) for part in parts if part.name == "output")
    return {value["name"][0] for value in named}


def _reshaped(value: str, made: str, shape: str) -> bytes:
    """A node that lays a value out anew."""
    content = b"".join(
        written_bytes(tag_of(NODE, name), text.encode())
        for name, text in (
            ("input", value),
            ("input", shape),
            ("output", made),
            ("op_type", "Reshape"),
        )
    )
    return written_bytes(tag_of(GRAPH, "node"), content)


def _shape(name: str, width: int) -> bytes:
    """The constant shape (any, width)."""
    return _tensor(name, [2], _INT64, struct.pack("<qq", -1, width))


def _repeated(tensor: Parsed, data: bytes) -> bytes:
    """A constant with a number for every column, once for each of the rows."""
    start, end = tensor["raw_data"][0]
    dims = [1, TOGETHER * tensor["dims"][-1]]
    name = tensor["name"][0] + _SIDE
    return _tensor(name, dims, tensor["data_type"][0], data[start:end] * TOGETHER)


def _tensor(name: str, dims: list[int], kind: int, data: bytes) -> bytes:
    content = b"".join(
        [
            *(written_number(tag_of(TENSOR, "dims"), size) for size in dims),
            written_number(tag_of(TENSOR, "data_type"), kind),
            written_bytes(tag_of(TENSOR, "name"), name.encode()),
            written_bytes(tag_of(TENSOR, "raw_data"), data),
        ]
    )
    return written_bytes(tag_of(GRAPH, "initializer"), content)
