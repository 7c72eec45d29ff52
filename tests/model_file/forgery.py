"""Model files with a valid digest over whatever a test wants: a digest is no signature."""

from __future__ import annotations

import hashlib

from isthmus.model_file.manifest_json import written_manifest
from tests.model_file.example import example_graph, example_manifest


def varint(number: int) -> bytes:
    """`number` as a protobuf varint."""
    written = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        if not number:
            return bytes([*written, low])
        written.append(low | 0x80)


def record(tag: int, content: bytes) -> bytes:
    """A length-delimited protobuf field."""
    return varint(tag << 3 | 2) + varint(len(content)) + content


def number(tag: int, value: int) -> bytes:
    """A varint protobuf field."""
    return varint(tag << 3) + varint(value)


def entry(key: str, value: bytes) -> bytes:
    """A metadata entry of an ONNX model."""
    return record(14, record(1, key.encode()) + record(2, value))


def signed(body: bytes) -> bytes:
    """`body`, whatever it is, with the digest that makes it whole."""
    return body + entry("isthmus.sha256", hashlib.sha256(body).hexdigest().encode())


def forged(graph: bytes | None = None, manifest: bytes | None = None) -> bytes:
    """A file of `graph` and `manifest`, by default those of the example."""
    graph = example_graph() if graph is None else graph
    manifest = written_manifest(example_manifest()) if manifest is None else manifest
    return signed(graph + entry("isthmus.manifest", manifest))
