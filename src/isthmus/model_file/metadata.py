"""The two metadata entries that isthmus adds to a graph: the manifest and, last, the digest."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from isthmus.model_file.wire import BYTES, RefusedError, Span, WireReader, written_bytes

METADATA_TAG = 14
MANIFEST_KEY = b"isthmus.manifest"
DIGEST_KEY = b"isthmus.sha256"


class Entry(NamedTuple):
    """One metadata entry: the span of all of it, and what it says."""

    span: Span
    key: bytes
    value: Span


def written_entry(key: bytes, value: bytes) -> bytes:
    """The bytes of one metadata entry of an ONNX model."""
    return written_bytes(METADATA_TAG, written_bytes(1, key) + written_bytes(2, value))


def trailer(digest: str) -> bytes:
    """The last bytes of a model file whose earlier bytes have this SHA-256."""
    return written_entry(DIGEST_KEY, digest.encode("ascii"))


TRAILER_SIZE = len(trailer("0" * 64))


def digest_of(body: bytes | memoryview) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(body).hexdigest()


def digest_before_trailer(data: bytes) -> str:
    """SHA-256, in hex, of every byte before the place of the trailer."""
    return digest_of(memoryview(data)[: max(0, len(data) - TRAILER_SIZE)])


def entries(data: bytes) -> list[Entry]:
    """Every metadata entry that stands at the top level of `data`.

    Other top-level fields are stepped over, whatever they are.

    Raises
    ------
    RefusedError
        If the bytes are not protobuf, or an entry is not one key and one value.
    """
    reader = WireReader(data)
    found = []
    start = 0
    for field in reader.fields(Span(0, len(data))):
        if field.tag == METADATA_TAG and field.wire == BYTES:
            parts = list(reader.fields(field.span))
            if [(part.tag, part.wire) for part in parts] != [(1, BYTES), (2, BYTES)]:
                raise RefusedError("a metadata entry is not one key and one value")
            key, value = (part.span for part in parts)
            found.append(Entry(Span(start, field.span.end), data[slice(*key)], value))
        start = field.span.end
    return found
