"""The file of a checkpoint: what is written is read again, and nothing else is."""

from __future__ import annotations

import hashlib
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from isthmus.errors import CheckpointError, FileAccessError
from isthmus.model_file.manifest import Epoch
from isthmus.training import checkpoint_file
from isthmus.training.checkpoint_file import START, Document, read, write

EPOCH = Epoch(epoch=1, step=4, training_loss=(0.1, 1 / 3), validation_loss=(2e-9, 1e30))
DOCUMENT = Document(made_of={"seed": "0"}, step=4, taken=2, epochs=(EPOCH,))
ARRAYS = {
    "network.weight": np.arange(12, dtype=np.float32).reshape(2, 3, 2),
    "loop.step": np.asarray(7.0, np.float32),
    "keeper.running": np.asarray([True, False]),
    "keeper.none": np.empty((0, 3), np.int64),
}
TYPES = st.sampled_from([np.float32, np.float64, np.int64, np.uint8, np.bool_])


@pytest.fixture
def path(tmp_path):
    write(tmp_path / "c", DOCUMENT, ARRAYS)
    return tmp_path / "c"


def same(one, other):
    return one.keys() == other.keys() and all(
        one[name].dtype == other[name].dtype
        and one[name].shape == other[name].shape
        and one[name].tobytes() == other[name].tobytes()
        for name in one
    )


@given(
    arrays=st.dictionaries(st.text(max_size=9), TYPES.flatmap(
        lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=0, min_side=0))
    ), max_size=4),
    losses=st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=4),
    made_of=st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3),
)  # fmt: skip
def test_what_is_written_is_read_to_the_last_bit(arrays, losses, made_of, tmp_path_factory):
    path = tmp_path_factory.mktemp("c") / "c"
    epoch = Epoch(epoch=1, step=1, training_loss=tuple(losses))
    document = Document(made_of=made_of, step=1, taken=1, epochs=(epoch,))
    write(path, document, arrays)
    came, found = read(path)
    assert came.model_copy(update={"arrays": ()}) == document
    assert same(found, arrays)


def test_what_is_read_is_a_copy_that_can_be_changed(path):
    _, found = read(path)
    found["network.weight"] += 1
    assert same(read(path)[1], ARRAYS)


def test_a_cut_at_any_place_is_one_clear_failure(path):
    data = path.read_bytes()
    for length in range(len(data)):
        path.write_bytes(data[:length])
        with pytest.raises(CheckpointError, match=r"c: is (damaged or cut short|empty)"):
            read(path)


def test_a_changed_byte_at_any_place_is_one_clear_failure(path):
    data = path.read_bytes()
    for place in range(len(data)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :])
        with pytest.raises(CheckpointError) as caught:
            read(path)
        (problem,) = caught.value.problems
        assert str(path) in problem
        assert "Remove it" in caught.value.advice


def test_more_bytes_behind_it_are_noticed(path):
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(CheckpointError, match="damaged"):
        read(path)


@pytest.mark.parametrize(
    "data", [b"\x80\x04K\x01.", b"PK\x03\x04" + bytes(99), b"a,b\n1,2\n", b"isthmus", bytes(500)]
)
def test_a_foreign_file_is_called_one(data, tmp_path):
    (tmp_path / "c").write_bytes(data)
    with pytest.raises(CheckpointError, match=r"is not a checkpoint|damaged or cut short"):
        read(tmp_path / "c")


def test_another_form_of_checkpoint_is_called_one(path):
    path.write_bytes(path.read_bytes().replace(b"checkpoint 1\n", b"checkpoint 2\n"))
    with pytest.raises(CheckpointError, match="another version of isthmus"):
        read(path)


def sealed(path, document, payload=b"", length=None):
    """A file with a right digest, whatever is in it."""
    text = document if isinstance(document, bytes) else json.dumps(document).encode()
    size = len(text) if length is None else length
    body = START + struct.pack("<Q", size) + text + payload
    path.write_bytes(body + hashlib.sha256(body).digest())


PLAIN = json.loads(DOCUMENT.model_dump_json())


def array(dtype="float32", shape=(1,), name="a"):
    return {"name": name, "dtype": dtype, "shape": shape}


@pytest.mark.parametrize(
    ("document", "payload", "length"),
    [
        (b"no JSON", b"", None),
        (b"[]", b"", None),
        (b"[" * 100_000, b"", None),
        ({**PLAIN, "more": 1}, b"", None),
        ({**PLAIN, "taken": 0}, b"", None),
        ({**PLAIN, "step": -1}, b"", None),
        (PLAIN, b"\0", None),
        (PLAIN, b"", 10),
        (PLAIN, b"", 2**63),
        ({**PLAIN, "arrays": [array()]}, b"", None),
        ({**PLAIN, "arrays": [array()]}, bytes(5), None),
        ({**PLAIN, "arrays": [array(shape=[2**40, 2**40])]}, bytes(4), None),
        ({**PLAIN, "arrays": [array(shape=[-1, -4])]}, bytes(16), None),
        ({**PLAIN, "arrays": [array("object")]}, bytes(8), None),
        ({**PLAIN, "arrays": [array("O")]}, bytes(8), None),
        ({**PLAIN, "arrays": [array(shape=[1] * 100)]}, bytes(4), None),
    ],
)
def test_a_sealed_file_that_makes_no_sense_is_one_clear_failure(
    document, payload, length, tmp_path
):
    sealed(tmp_path / "c", document, payload, length)
    with pytest.raises(CheckpointError, match="makes no sense as a checkpoint"):
        read(tmp_path / "c")


def test_a_sealed_file_that_makes_sense_is_read(tmp_path):
    sealed(tmp_path / "c", {**PLAIN, "arrays": [array(shape=[2])]}, struct.pack("<2f", 1.5, -2))
    assert read(tmp_path / "c")[1]["a"].tolist() == [1.5, -2]


def test_a_file_that_is_larger_than_any_is_not_read(path, monkeypatch):
    monkeypatch.setattr(checkpoint_file, "MAX_BYTES", path.stat().st_size - 1)
    monkeypatch.setattr(checkpoint_file.Path, "read_bytes", pytest.fail)
    with pytest.raises(CheckpointError, match="larger than any checkpoint"):
        read(path)


def test_a_file_that_is_not_there_is_a_failure_of_reading(tmp_path):
    with pytest.raises(FileAccessError, match="could not be read: No such file"):
        read(tmp_path / "none")


def test_nothing_about_the_place_of_the_work_is_written(path):
    text = path.read_bytes()
    assert str(path.parent).encode() not in text
