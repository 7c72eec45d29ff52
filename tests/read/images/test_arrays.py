"""Arrays of images, in memory and in files, are the same rows."""

from __future__ import annotations

import gzip
import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import DataError, SchemaError, UnreadableDataError, UsageError
from isthmus.options import RowOptions
from isthmus.read import Rows, open_source, read_rows, stream_rows
from isthmus.schema import Column, ImageForm, Schema

STACK = np.random.default_rng(2).integers(0, 256, (5, 4, 6, 3), dtype=np.uint8)
GREY = STACK[..., 0]


def npy(array: np.ndarray) -> io.BytesIO:
    file = io.BytesIO()
    np.save(file, array)
    return io.BytesIO(file.getvalue())


def npz(**arrays: np.ndarray) -> io.BytesIO:
    file = io.BytesIO()
    np.savez(file, **arrays)  # type: ignore[arg-type]
    return io.BytesIO(file.getvalue())


def idx(array: np.ndarray) -> bytes:
    return struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape) + array.tobytes()


def learnt(data: Any, **options: Any) -> Rows:
    return read_rows(open_source(data), RowOptions(**options))


FORMS = {
    "array": lambda array: array,
    "fortran array": np.asfortranarray,
    "sliced array": lambda array: np.repeat(array, 2, axis=0)[::2],
    "npy": npy,
    "fortran npy": lambda array: npy(np.asfortranarray(array)),
    "npz": lambda array: npz(anything=array),
    "npz among others": lambda array: npz(images=array, masks=array, names=np.zeros(3)),
    "idx": lambda array: io.BytesIO(idx(array)),
    "packed idx": lambda array: io.BytesIO(gzip.compress(idx(array))),
    "big-endian": lambda array: array.astype(">i4"),
    "array protocol": lambda array: type("Held", (), {"__array__": lambda self, *a, **k: array})(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("array", [GREY, STACK, STACK[..., :1]], ids=["plain", "colours", "one"])
def test_every_form_gives_the_same_rows(form: str, array: np.ndarray) -> None:
    rows = learnt(FORMS[form](array))
    assert rows.values.dtype == np.float32
    assert np.array_equal(rows.values, array.reshape(5, -1))
    channels = array.shape[3] if array.ndim == 4 else 1
    assert rows.image == ImageForm(height=4, width=6, channels=channels)


@given(st.integers(1, 40), st.integers(1, 5), st.integers(1, 5), st.sampled_from([1, 3, 4]))
def test_an_npy_file_is_read_as_it_was_written(n: int, high: int, wide: int, channels: int) -> None:
    array = np.random.default_rng(n).normal(size=(n, high, wide, channels)).astype(np.float32)
    for data in (npy(array), npy(np.asfortranarray(array))):
        assert np.array_equal(learnt(data).values, array.reshape(n, -1))


def test_floats_come_as_they_are_with_their_gaps() -> None:
    array = STACK / 255.0
    array[2, 1, 3, 0] = np.nan
    rows = learnt(array)
    assert np.array_equal(rows.values, array.astype(np.float32).reshape(5, -1), equal_nan=True)
    masked = np.ma.masked_invalid(array)
    assert np.array_equal(learnt(masked).values, rows.values, equal_nan=True)


def test_labels_in_an_npz_are_those_of_the_images() -> None:
    for key in ("y", "labels"):
        rows = learnt(npz(X=GREY, **{key: np.arange(5)}), label="label", normal=(1,))
        assert rows.labels is not None
        assert rows.labels.to_pylist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
        ("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte.gz"),
        ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte"),
    ],
)
def test_labels_beside_an_idx_file_are_found_by_name(
    tmp_path: Path, images: str, labels: str
) -> None:
    for name, array in ((images, GREY), (labels, np.arange(5, dtype=np.uint8))):
        data = idx(array)
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    source = open_source(tmp_path / images)
    assert source.beside["label"].to_pylist() == [0, 1, 2, 3, 4]
    assert np.array_equal(read_rows(source, RowOptions()).values, GREY.reshape(5, -1))
    with pytest.raises(UnreadableDataError, match="holds one number a row"):
        open_source(tmp_path / labels)


def test_labels_of_other_images_are_refused(tmp_path: Path) -> None:
    (tmp_path / "images-idx3-ubyte").write_bytes(idx(GREY))
    (tmp_path / "labels-idx1-ubyte").write_bytes(idx(np.arange(4, dtype=np.uint8)))
    with pytest.raises(UnreadableDataError, match=r"has the shape \(4,\), 5 labels were expected"):
        open_source(tmp_path / "images-idx3-ubyte")


def test_an_idx_file_without_labels_has_none(tmp_path: Path) -> None:
    (tmp_path / "images-idx3-ubyte").write_bytes(idx(GREY))
    assert not open_source(tmp_path / "images-idx3-ubyte").beside


def test_a_table_in_an_idx_file_is_a_table() -> None:
    rows = learnt(io.BytesIO(idx(GREY.reshape(5, -1))))
    assert rows.image is None
    assert rows.values.shape == (5, 24)


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((5, 3, 8, 8)), "channels last: np.moveaxis"),
        (np.zeros((5, 8, 8, 2)), "with 1, 3 or 4 channels were expected"),
        (np.zeros((5, 0, 8)), "images without any pixel"),
        (np.zeros((5, 4, 4), complex), "real numbers were expected"),
        (np.full((5, 4, 4), "a"), "real numbers were expected"),
        (np.zeros((1, 2, 3, 4, 5)), r"shape \(N, D\) was expected"),
    ],
)
def test_what_is_no_array_of_images_is_refused_with_advice(array: np.ndarray, said: str) -> None:
    with pytest.raises(UnreadableDataError, match=said):
        open_source(array)
    with pytest.raises(UnreadableDataError, match=said):
        open_source(npy(array))


def test_no_images_at_all_are_refused() -> None:
    with pytest.raises(DataError, match="array: holds no images"):
        learnt(np.zeros((0, 4, 4)))


def test_an_npz_that_leaves_open_which_array_is_meant_is_refused() -> None:
    with pytest.raises(UnreadableDataError, match=r"it holds a \(5, 4, 6\), b \(5, 2\)"):
        open_source(npz(a=GREY, b=np.zeros((5, 2))))


KNOWN = Schema(
    kind="image",
    columns=(Column(name="grey", minimum=0, maximum=255),),
    image=ImageForm(height=4, width=6, channels=1),
    set_aside={"label": "label"},
)


def test_rows_of_numbers_are_images_where_a_detector_knows_images() -> None:
    flat = GREY.reshape(5, -1)
    (images,) = stream_rows(open_source(GREY), RowOptions(), KNOWN)
    (rows,) = stream_rows(open_source(flat), RowOptions(), KNOWN)
    assert np.array_equal(images.values, rows.values)
    named = {f"pixel{place}": flat[:, place] for place in range(24)}
    (table,) = stream_rows(open_source({"label": list("abcde"), **named}), RowOptions(), KNOWN)
    assert np.array_equal(images.values, table.values)
    assert table.labels is not None
    assert table.labels.to_pylist() == list("abcde")


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(SchemaError, match="23 columns came, the detector was trained on 24"):
        stream_rows(open_source(GREY.reshape(5, -1)[:, 1:]), RowOptions(), KNOWN)


def test_images_of_another_size_or_colour_are_brought_to_the_form() -> None:
    large = GREY.repeat(3, axis=1).repeat(3, axis=2)
    (rows,) = stream_rows(open_source(large), RowOptions(), KNOWN)
    assert rows.values.shape == (5, 24)
    assert np.abs(rows.values - GREY.reshape(5, -1)).mean() < 40
    coloured = np.repeat(GREY[..., None], 3, axis=3)
    (rows,) = stream_rows(open_source(coloured), RowOptions(), KNOWN)
    assert np.array_equal(rows.values, GREY.reshape(5, -1))


def test_a_table_never_is_an_image_unless_that_is_said() -> None:
    assert learnt(GREY.reshape(5, -1)).image is None


def test_a_list_of_lists_may_not_be_nested_deeper() -> None:
    with pytest.raises(UsageError, match="images came, which are no table"):
        learnt(GREY, kind="table")
