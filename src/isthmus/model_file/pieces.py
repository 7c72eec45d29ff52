"""The fields of a message one by one, with their bytes: to write a graph anew in part.

No ONNX library is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from isthmus.model_file.messages import MODEL, NODE, Message
from isthmus.model_file.wire import Span, WireReader, written_bytes


class Piece(NamedTuple):
    """One field of a message: its name, the span of what it holds, and all of its bytes."""

    name: str
    span: Span
    written: bytes


def pieces(reader: WireReader, message: Message, span: Span) -> Iterator[Piece]:
    """The fields of a message, in the order in which they stand."""
    start = span.start
    for found in reader.fields(span):
        written = reader.data[start : found.span.end]
        yield Piece(message.rules[found.tag].name, found.span, written)
        start = found.span.end


def tag_of(message: Message, name: str) -> int:
    """The number of a field."""
    return next(tag for tag, rule in message.rules.items() if rule.name == name)


def rewritten(model: bytes, fields: Callable[[WireReader, Span], Iterable[bytes]]) -> bytes:
    """A ModelProto whose graph has the fields that are made of the old one's span."""
    reader = WireReader(model)
    written = []
    for piece in pieces(reader, MODEL, Span(0, len(model))):
        if piece.name == "graph":
            content = b"".join(fields(reader, piece.span))
            written.append(written_bytes(tag_of(MODEL, "graph"), content))
        else:
            written.append(piece.written)
    return b"".join(written)


def renamed(
    reader: WireReader, part: Piece, instead: Mapping[str, str], *, outputs: bool = True
) -> bytes:
    """A node whose inputs, and outputs too, have their new names."""
    written, ends = [], ("input", "output") if outputs else ("input",)
    for piece in pieces(reader, NODE, part.span):
        start, end = piece.span
        name = reader.data[start:end].decode() if piece.name in ends else ""
        if name in instead:
            written.append(written_bytes(tag_of(NODE, piece.name), instead[name].encode()))
        else:
            written.append(piece.written)
    return b"".join(written)
