"""Cut a verified graph down to what lies between given inputs and given outputs.

The bytes of the nodes and tensors that stay are copied as they are; no ONNX library is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isthmus.errors import ModelFileError
from isthmus.model_file.graph import ELEMENT_TYPES, Value, walk
from isthmus.model_file.messages import GRAPH, NODE, TENSOR, parse
from isthmus.model_file.pieces import pieces, rewritten, tag_of
from isthmus.model_file.wire import (
    RefusedError,
    Span,
    WireReader,
    written_bytes,
    written_number,
)

_ELEMENT_CODES = {name: code for code, (name, _) in ELEMENT_TYPES.items()}


def cut(graph: bytes, inputs: Sequence[Value], outputs: Sequence[Value]) -> bytes:
    """The graph that makes `outputs` of `inputs`, with nothing in it that this does not need.

    Parameters
    ----------
    graph : bytes
        A verified ONNX ModelProto, as a model file holds it.
    inputs : sequence of Value
        What will be given: inputs of the graph, or values that its nodes make, which will then not
        be made. Element types and shapes must be those that the values have.
    outputs : sequence of Value
        What is asked for: outputs of the graph, or any values in it.

    Raises
    ------
    ModelFileError
        If the graph has no such value, or an output needs more than the inputs.
    """
    result = rewritten(graph, lambda reader, span: _kept(reader, span, inputs, outputs))
    try:
        walk(result)
    except RefusedError as error:
        wanted, given = (", ".join(value.name for value in side) for side in (outputs, inputs))
        raise ModelFileError(
            f"the graph cannot make {wanted} of {given}: {error}",
            advice="The model file may come from an older isthmus: fit it again.",
        ) from None
    return result


def _kept(
    reader: WireReader, span: Span, inputs: Sequence[Value], outputs: Sequence[Value]
) -> Iterator[bytes]:
    """The fields of the new graph, in the order of the old ones."""
    parts = list(pieces(reader, GRAPH, span))
    given = {value.name for value in inputs}
    needed = {value.name for value in outputs} - given
    kept = []
    for piece in reversed([piece for piece in parts if piece.name == "node"]):
        node = parse(reader, NODE, piece.span)
        if needed & {*node["output"]}:
            needed |= {*node["input"]} - given - {""}  # an input that is left out has no name
            kept.append(piece.written)
    yield from reversed(kept)
    for piece in parts:
        if piece.name == "name" or (
            piece.name == "initializer" and parse(reader, TENSOR, piece.span)["name"][0] in needed
        ):
            yield piece.written
    yield from (written_bytes(tag_of(GRAPH, "input"), _declared(value)) for value in inputs)
    yield from (written_bytes(tag_of(GRAPH, "output"), _declared(value)) for value in outputs)


def _declared(value: Value) -> bytes:
    """A ValueInfoProto; the numbers are those of ONNX's own description of its files."""
    dims = (
        written_bytes(2, size.encode()) if isinstance(size, str) else written_number(1, size)
        for size in value.shape
    )
    shape = b"".join(written_bytes(1, dim) for dim in dims)
    tensor = written_number(1, _ELEMENT_CODES[value.dtype]) + written_bytes(2, shape)
    return written_bytes(1, value.name.encode()) + written_bytes(2, written_bytes(1, tensor))
