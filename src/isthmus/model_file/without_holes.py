"""What a verified graph computes of rows without missing cells, with less.

Most rows have no holes. Where none is missing, masks are all ones and what holes cost is all zeros;
a product with the one and a sum with the other change no bit, and are left out together with what
makes them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from isthmus.model_file.messages import GRAPH, NODE, TENSOR, Parsed, parse
from isthmus.model_file.pieces import pieces, renamed, rewritten, tag_of
from isthmus.model_file.wire import Span, WireReader, written_bytes, written_number

Known = Literal["rows", "false", "true", "zeros", "ones"]
"""What a value is for rows without holes: cells as they came, or the same everywhere."""

_FLOAT32 = 1
_EXACT = 1 << 24
"""Whole numbers up to which float32 has all."""


def without_holes(graph: bytes, rows: str, wanted: Collection[str]) -> bytes:
    """The same graph for rows none of whose cells is missing; the bits of its results are the same.

    Parameters
    ----------
    graph : bytes
        A verified ONNX ModelProto.
    rows : str
        Its input.
    wanted : collection of str
        What is asked of it; these keep their names.

    Returns
    -------
    bytes
        With nodes that nothing needs any more: see `cut`.
    """
    return rewritten(graph, lambda reader, span: _simpler(reader, span, rows, wanted))


def _simpler(reader: WireReader, span: Span, rows: str, wanted: Collection[str]) -> Iterator[bytes]:
    """The fields of the new graph, in the order of the old ones."""
    parts = list(pieces(reader, GRAPH, span))
    tensors = [parse(reader, TENSOR, part.span) for part in parts if part.name == "initializer"]
    facts = Facts(frozenset(wanted), {tensor["name"][0]: tensor for tensor in tensors}, reader.data)
    facts.known[rows] = "rows"
    for part in parts:
        if part.name != "node":
            yield part.written
            continue
        node = parse(reader, NODE, part.span)
        facts.learn(node)
        if not {*node["output"]} & {*facts.sums}:
            yield written_bytes(
                tag_of(GRAPH, "node"), renamed(reader, part, facts.instead, outputs=False)
            )
    for name, count in facts.sums.items():
        yield written_bytes(tag_of(GRAPH, "initializer"), _number(name, count))


def _number(name: str, number: int) -> bytes:
    """A TensorProto of shape (1, 1), float32."""
    dims = written_number(tag_of(TENSOR, "dims"), 1) * 2
    kind = written_number(tag_of(TENSOR, "data_type"), _FLOAT32)
    data = written_bytes(tag_of(TENSOR, "raw_data"), struct.pack("<f", number))
    return dims + kind + written_bytes(tag_of(TENSOR, "name"), name.encode()) + data


@dataclass
class Facts:
    """What is known of the values of a graph, node by node.

    Attributes
    ----------
    wanted : frozenset of str
        Values that keep their names.
    tensors : mapping
        The constants.
    data : bytes
        Where their numbers stand.
    known : dict of str to str
        What values are.
    instead : dict of str to str
        Values that another one equals, bit for bit and in its shape.
    sums : dict of str to int
        Values that are one number for all rows.
    """

    wanted: frozenset[str]
    tensors: Mapping[str, Parsed]
    data: bytes
    known: dict[str, Known] = field(default_factory=dict)
    instead: dict[str, str] = field(default_factory=dict)
    sums: dict[str, int] = field(default_factory=dict)

    def learn(self, node: Parsed) -> None:
        """Look at the next node."""
        rule = RULES.get(node["op_type"][0])
        if rule is None or len(node["output"]) != 1 or node["output"][0] in self.wanted:
            return
        names: list[str] = node["input"]
        rule(self, [self.instead.get(name, name) for name in names], node["output"][0])

    def of(self, name: str) -> Known | None:
        return self.known.get(name)

    def same(self, output: str, value: str) -> None:
        """Say that an output equals a value: one that is made for each row, not a constant."""
        if value not in self.tensors:
            self.instead[output] = value
            if value in self.known:
                self.known[output] = self.known[value]

    def is_column_of_ones(self, name: str) -> int:
        """How many ones a constant has, all below each other; 0 where it is anything else."""
        tensor = self.tensors.get(name)
        if tensor is None or tensor["data_type"] != [_FLOAT32] or tensor["dims"][1:] != [1]:
            return 0
        (count, _), (start, end) = tensor["dims"], tensor["raw_data"][0]
        same = self.data[start:end] == struct.pack("<f", 1.0) * count
        return count if same and count < _EXACT else 0


def _is_nan(facts: Facts, inputs: list[str], output: str) -> None:
    if facts.of(inputs[0]) == "rows":
        facts.known[output] = "false"


def _not(facts: Facts, inputs: list[str], output: str) -> None:
    if facts.of(inputs[0]) == "false":
        facts.known[output] = "true"


def _cast(facts: Facts, inputs: list[str], output: str) -> None:
    numbers: dict[Known | None, Known] = {"false": "zeros", "true": "ones"}
    if (number := numbers.get(facts.of(inputs[0]))) is not None:
        facts.known[output] = number


def _where(facts: Facts, inputs: list[str], output: str) -> None:
    if facts.of(inputs[0]) == "false" and facts.of(inputs[2]) == "rows":
        facts.same(output, inputs[2])


def _part(facts: Facts, inputs: list[str], output: str) -> None:
    """Some of the cells, or the same in another shape."""
    if (known := facts.of(inputs[0])) is not None:
        facts.known[output] = known


def _concat(facts: Facts, inputs: list[str], output: str) -> None:
    kinds = {facts.of(name) for name in inputs}
    if len(kinds) == 1 and (known := kinds.pop()) is not None:
        facts.known[output] = known


def _multiplied(facts: Facts, inputs: list[str], output: str) -> None:
    for one, other in (inputs, inputs[::-1]):
        if facts.of(one) == "zeros" and (other in facts.tensors or facts.of(other) is not None):
            facts.known[output] = "zeros"
            return
        if facts.of(one) == "ones":
            facts.same(output, other)
            return


def _added(facts: Facts, inputs: list[str], output: str) -> None:
    for one, other in (inputs, inputs[::-1]):
        if facts.of(one) == "zeros":
            facts.same(output, other)
            return


def _product(facts: Facts, inputs: list[str], output: str) -> None:
    count = facts.is_column_of_ones(inputs[1])
    if facts.of(inputs[0]) == "ones" and count:
        facts.sums[output] = count


Rule = Callable[[Facts, list[str], str], None]
RULES: dict[str, Rule] = {
    "IsNaN": _is_nan,
    "Not": _not,
    "Cast": _cast,
    "Where": _where,
    "Gather": _part,
    "Slice": _part,
    "Concat": _concat,
    "Mul": _multiplied,
    "Add": _added,
    "MatMul": _product,
}
"""What is known of an output, by the operator that makes it."""
