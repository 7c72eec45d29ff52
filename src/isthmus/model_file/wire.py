"""Read the protobuf wire format without trusting it, and without a protobuf library.

Only the one spelling that a careful writer uses is read: shortest varints, no groups. Whatever
two readers could understand differently is refused here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
WIRE_NAMES = {VARINT: "varint", FIXED64: "64-bit", BYTES: "bytes", FIXED32: "32-bit"}
FIXED_SIZES = {FIXED64: 8, FIXED32: 4}

MAX_VARINT_BYTES = 10
MAX_FIELDS = 200_000
"""Fields in one file, over all its messages: a bound on the time that reading can take."""


class RefusedError(ValueError):
    """What stands in the bytes is not allowed; each argument is a sentence that says what."""


class CutShortError(RefusedError):
    """A length reaches beyond the end of what holds it."""


class Span(NamedTuple):
    """Bytes `start` to `end` of the file."""

    start: int
    end: int


class Field(NamedTuple):
    """One field of a message: `number` for varints and fixed sizes, `span` of its bytes."""

    tag: int
    wire: int
    number: int
    span: Span


class WireReader:
    """Reads fields out of `data`, at most `most_fields` of them.

    Parameters
    ----------
    data : bytes
        The whole file.
    most_fields : int
        How many fields may be read, over all calls.
    """

    def __init__(self, data: bytes, most_fields: int = MAX_FIELDS) -> None:
        self.data = data
        self.fields_left = most_fields

    def fields(self, span: Span) -> Iterator[Field]:
        """Every field of the message in `span`, in the order in which they stand.

        Raises
        ------
        RefusedError
            At the first byte that is not what the wire format asks for.
        """
        at = span.start
        while at < span.end:
            self.fields_left -= 1
            if self.fields_left < 0:
                raise RefusedError("it holds more fields than any isthmus model has")
            key, at = self._varint(at, span.end)
            tag, wire = key >> 3, key & 7
            _check_key(tag, wire, key)
            number = 0
            if wire == VARINT:
                start = at
                number, at = self._varint(at, span.end)
            else:
                length = FIXED_SIZES.get(wire)
                if length is None:
                    length, at = self._varint(at, span.end)
                start, at = at, at + length
                if at > span.end:
                    raise CutShortError(f"a field of {length} bytes reaches beyond its end")
            yield Field(tag, wire, number, Span(start, at))

    def _varint(self, at: int, end: int) -> tuple[int, int]:
        """The unsigned number at `at`, and where the next byte stands."""
        value = 0
        for index in range(MAX_VARINT_BYTES):
            if at >= end:
                raise CutShortError("a number reaches beyond its end")
            byte = self.data[at]
            at += 1
            value |= (byte & 0x7F) << (7 * index)
            if byte < 0x80:
                if byte == 0 and index:
                    raise RefusedError("a number is not written in its shortest form")
                if value >= 1 << 64:
                    break
                return value, at
        raise RefusedError("a number does not fit 64 bits")


def _check_key(tag: int, wire: int, key: int) -> None:
    if tag == 0 or key >= 1 << 32:
        raise RefusedError(f"{tag} is no field number")
    if wire not in WIRE_NAMES:
        kind = "a group" if wire in (3, 4) else f"wire type {wire}"
        raise RefusedError(f"field {tag} is {kind}, which no ONNX file has")


def written_varint(number: int) -> bytes:
    """`number` as the shortest varint."""
    written = bytearray()
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def written_bytes(tag: int, content: bytes) -> bytes:
    """A field that holds `content`."""
    return written_varint(tag << 3 | BYTES) + written_varint(len(content)) + content


def written_number(tag: int, number: int) -> bytes:
    """A field that holds a whole number from 0."""
    return written_varint(tag << 3 | VARINT) + written_varint(number)
