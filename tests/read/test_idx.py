"""IDX files: all types, packed or not, and headers that promise what is not there."""

from __future__ import annotations

import gzip
import io
import struct
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from isthmus.errors import FileAccessError, UnreadableDataError
from isthmus.read.file import open_file
from isthmus.read.idx import TYPES, is_idx, read_idx

SHARED = Path(__file__).parents[2].parent / "shared" / "data"


def header(code, *shape):
    return bytes([0, 0, code, len(shape)]) + struct.pack(f">{len(shape)}I", *shape)


def written(array):
    """The slow twin: one cell after the other."""
    (code,) = [code for code, dtype in TYPES.items() if dtype.name == array.dtype.name]
    letters = {"u1": "B", "i1": "b", "i2": "h", "i4": "i", "f4": "f", "f8": "d"}
    letter = letters[TYPES[code].str[1:]]
    return header(code, *array.shape) + b"".join(
        struct.pack(f">{letter}", cell) for cell in array.ravel().tolist()
    )


any_array = st.sampled_from([dtype.name for dtype in TYPES.values()]).flatmap(
    lambda name: arrays.arrays(name, arrays.array_shapes(max_dims=4, max_side=5, min_side=0))
)


@given(any_array)
def test_what_was_written_comes_back_cell_for_cell(array):
    came = read_idx(written(array))
    assert came.dtype == array.dtype
    assert came.dtype.isnative
    assert np.array_equal(came, array, equal_nan=array.dtype.kind == "f")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("way", ["path", "object", "bytes", "file"])
def test_a_file_is_read_however_it_is_given(tmp_path, packed, way):
    images = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    data = gzip.compress(written(images)) if packed else written(images)
    path = tmp_path / "some-idx3-ubyte"
    path.write_bytes(data)
    given = {"path": path, "object": io.BytesIO(data), "bytes": data, "file": open_file(path)}[way]
    assert np.array_equal(read_idx(given), images)


def test_the_array_may_be_written_to():
    array = read_idx(written(np.zeros(3, np.uint8)))
    array[0] = 7
    assert array.tolist() == [7, 0, 0]


def test_the_first_bytes_tell_the_format():
    assert is_idx(header(8, 3, 4, 5))
    assert is_idx(header(0x0E, 1)[:4])
    for other in (b"", b"\0\0\x08", b"\0\0\x08\0", b"\0\0\x0a\x01", b"PK\x03\x04", b"\0\1\x08\x01"):
        assert not is_idx(other)


WRONG = [
    (b"", "it has 0 bytes"),
    (b"\0\0\x08", "it has 3 bytes"),
    (b"1,2,3\n", "its first bytes are 31 2c 32 2c"),
    (b"\0\0\x0a\x01\0\0\0\1a", "its first bytes are 00 00 0a 01"),
    (b"\0\0\x08\x00a", "it has 0 dimensions, 1 to 64 were expected"),
    (b"\0\0\x08\xff" + bytes(1020), "it has 255 dimensions"),
    (b"\0\0\x08\x03\0\0\0\1\0\0", "ends in the header: 3 dimensions were expected, 1 came"),
    (header(8, 2, 3) + b"12345", "6 bytes"),
    (header(8, 2, 3) + b"1234567", "6 bytes"),
    (header(0x0D, 2) + b"1234567", "8 bytes"),
    (header(8, 1 << 31) + b"1", "2147483648 bytes"),
    (header(8, *[0xFFFFFFFF] * 3), "more than any file holds"),
    (header(8, 0, *[0xFFFFFFFF] * 3), "more than any file holds"),
]


@pytest.mark.parametrize(("data", "said"), WRONG, ids=[said for _, said in WRONG])
@pytest.mark.parametrize("packed", [False, True])
def test_other_bytes_are_refused_by_name(tmp_path, data, said, packed):
    path = tmp_path / "strange"
    path.write_bytes(gzip.compress(data) if packed else data)
    with pytest.raises(UnreadableDataError) as failure:
        read_idx(path)
    assert said in str(failure.value)
    assert str(path) in str(failure.value)


def test_a_packed_file_that_is_cut_off_is_refused(tmp_path):
    path = tmp_path / "cut.gz"
    path.write_bytes(gzip.compress(written(np.arange(200, dtype=np.uint8)))[:-12])
    with pytest.raises(UnreadableDataError, match="the gz file is damaged or cut off"):
        read_idx(path)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileAccessError, match="there is no such file"):
        read_idx(tmp_path / "none")


@pytest.mark.parametrize("packed", [False, True])
def test_a_header_cannot_have_more_memory_taken_than_the_file_holds(packed):
    data = header(8, 1 << 30) + b"few"
    tracemalloc.start()
    with pytest.raises(UnreadableDataError, match="3 bytes came"):
        read_idx(gzip.compress(data) if packed else data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


def test_what_a_packed_file_unpacks_to_has_a_limit(tmp_path):
    bomb = gzip.compress(header(8, 1 << 20) + bytes(1 << 20))
    assert len(bomb) < 4096
    assert len(read_idx(bomb, limit=1 << 20)) == 1 << 20
    with pytest.raises(UnreadableDataError, match="at most 1048575 are taken"):
        read_idx(bomb, limit=(1 << 20) - 1)
    endless = gzip.compress(header(8, 10) + bytes(50 << 20))
    tracemalloc.start()
    with pytest.raises(UnreadableDataError, match="more came"):
        read_idx(endless)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20


def test_a_file_as_it_lies_may_be_larger_than_the_limit(tmp_path):
    path = tmp_path / "large"
    path.write_bytes(written(np.arange(100, dtype=np.uint8)))
    assert len(read_idx(path, limit=10)) == 100


def test_real_digits_come_back():
    stored = SHARED / "mnist" / "mnist.npz"
    if not stored.exists():
        pytest.skip("mnist.npz is not beside the project")
    with np.load(stored, allow_pickle=False) as held:
        digits = held["x_test"]
    data = header(8, *digits.shape) + digits.tobytes()
    assert np.array_equal(read_idx(gzip.compress(data, 1)), digits)
