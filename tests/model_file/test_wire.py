from __future__ import annotations

import struct

import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.model_file.messages import ATTRIBUTE, parse
from isthmus.model_file.wire import (
    BYTES,
    FIXED32,
    FIXED64,
    VARINT,
    CutShortError,
    Field,
    RefusedError,
    Span,
    WireReader,
    written_bytes,
    written_varint,
)

NUMBERS = st.integers(0, 2**64 - 1)


def fields(data: bytes, most: int = 100) -> list[Field]:
    return list(WireReader(data, most).fields(Span(0, len(data))))


@given(st.integers(1, 2**29 - 1), NUMBERS)
def test_a_number_comes_back(tag, value):
    data = written_varint(tag << 3 | VARINT) + written_varint(value)
    (field,) = fields(data)
    assert (field.tag, field.wire, field.number) == (tag, VARINT, value)


@given(st.integers(1, 2**29 - 1), st.binary(max_size=300))
def test_bytes_come_back_where_they_stand(tag, content):
    data = written_bytes(tag, content)
    (field,) = fields(data)
    assert (field.tag, field.wire) == (tag, BYTES)
    assert data[slice(*field.span)] == content
    assert field.span.end == len(data)


def test_fixed_sizes_are_stepped_over():
    data = b"\x0d" + struct.pack("<f", 1.5) + b"\x11" + bytes(8) + b"\x18\x07"
    assert [(f.tag, f.wire, f.number) for f in fields(data)] == [
        (1, FIXED32, 0),
        (2, FIXED64, 0),
        (3, VARINT, 7),
    ]


@given(st.lists(NUMBERS.map(lambda n: n - 2**63), max_size=20), st.text(max_size=10))
def test_a_message_reads_as_protobuf_wrote_it(ints, name):
    message = onnx.AttributeProto(name=name, type=onnx.AttributeProto.INTS, ints=ints)
    data = message.SerializeToString()
    parsed = parse(WireReader(data), ATTRIBUTE, Span(0, len(data)))
    assert parsed["name"] == [name]
    assert parsed["ints"] == [n % 2**64 for n in ints]


@given(st.lists(NUMBERS, min_size=1, max_size=5))
def test_every_cut_through_a_field_is_noticed(numbers):
    data = b"".join(written_bytes(1, written_varint(n)) for n in numbers)
    whole = {field.span.end for field in fields(data)} | {0}
    for length in set(range(len(data))) - whole:
        with pytest.raises(CutShortError):
            fields(data[:length])


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused_and_nothing_else(data):
    try:
        read = fields(data)
    except RefusedError:
        return
    assert not read or read[-1].span.end == len(data)


def test_a_field_never_reaches_beyond_its_message():
    data = written_bytes(1, b"abc") + b"more"
    with pytest.raises(CutShortError):
        list(WireReader(data).fields(Span(0, 4)))


def test_the_count_of_fields_is_limited_over_all_messages():
    assert len(fields(b"\x08\x01" * 10, most=10)) == 10
    reader = WireReader(b"\x08\x01" * 10, most_fields=15)
    assert len(list(reader.fields(Span(0, 20)))) == 10
    with pytest.raises(RefusedError, match="more fields than any isthmus model"):
        list(reader.fields(Span(0, 20)))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x80" * 11, "does not fit 64 bits"),
        (b"\x08" + b"\xff" * 9 + b"\x02", "does not fit 64 bits"),
        (b"\x08" + b"\x80" * 9 + b"\x02", "does not fit 64 bits"),
        (b"\x80\x80\x80\x80\x10\x00", "536870912 is no field number"),
        (b"\x08\x80\x00", "shortest form"),
        (b"\x80\x80\x80\x80\x80\x01", "is no field number"),
        (b"\x00\x01", "0 is no field number"),
        (b"\x0b\x0c", "field 1 is a group"),
        (b"\x0c", "field 1 is a group"),
        (b"\x0e", "field 1 is wire type 6"),
        (b"\x09\x00", "reaches beyond its end"),
    ],
)
def test_what_the_wire_format_does_not_allow_is_refused(data, words):
    with pytest.raises(RefusedError, match=words):
        fields(data)
