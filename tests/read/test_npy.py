"""npy and npz, and what hides in them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from isthmus.errors import UnreadableDataError
from isthmus.options import RowOptions
from isthmus.read import open_source, read_rows
from isthmus.schema import Column, Schema

X = np.arange(12.0).reshape(4, 3)
Y = np.array([1, 0, 1, 1])


def npy(array: npt.NDArray[Any], **options: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npz(**arrays: Any) -> io.BytesIO:
    file = io.BytesIO()
    np.savez(file, **arrays)
    file.seek(0)
    return file


def test_an_array_in_a_file_is_not_read_before_its_rows_are(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", X)
    source = open_source(tmp_path / "x.npy")
    assert isinstance(source.matrix, np.memmap)
    rows = read_rows(source, RowOptions())
    np.testing.assert_array_equal(rows.values, X)
    assert rows.values.flags.writeable


@pytest.mark.parametrize("kind", [">f8", "<f4", ">i2", "u1", "?", "f2", "g"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_numbers_of_every_kind_and_order_are_read(kind: str, order: Any) -> None:
    array = np.array([[0, 1], [1, 0], [1, 1]]).astype(kind, order=order)
    rows = read_rows(open_source(io.BytesIO(npy(array))), RowOptions(id=(1,)))
    assert rows.values.dtype == (np.float32 if kind == "<f4" else np.float64)
    assert rows.values.tolist() == [[0], [1], [1]]
    assert [float(cell) for cell in rows.ids[0].to_pylist()] == [1, 0, 1]


def test_big_endian_single_precision_is_turned_round() -> None:
    rows = read_rows(open_source(io.BytesIO(npy(X.astype(">f4")))), RowOptions())
    assert rows.values.dtype.isnative
    np.testing.assert_array_equal(rows.values, X)


@pytest.mark.parametrize("key", ["X", "x", "data", "anything"])
def test_the_one_array_of_an_npz_is_found(key: str) -> None:
    np.testing.assert_array_equal(
        read_rows(open_source(npz(**{key: X, "z": np.arange(9)})), RowOptions()).values, X
    )


def test_the_key_x_wins_over_other_tables() -> None:
    rows = read_rows(open_source(npz(other=-X, X=X)), RowOptions())
    np.testing.assert_array_equal(rows.values, X)


def test_y_is_the_label_column_and_never_a_feature() -> None:
    source = open_source(npz(X=X, y=Y))
    assert source.columns == ("c0", "c1", "c2", "label")
    quiet = read_rows(source, RowOptions())
    np.testing.assert_array_equal(quiet.values, X)
    assert quiet.set_aside == {"label": "label"}
    assert quiet.labels is None
    assert "--label label --normal" in quiet.decisions[0]
    asked = read_rows(source, RowOptions(label=-1, normal=(1,)))
    assert asked.labels is not None
    assert asked.labels.to_pylist() == Y.tolist()
    assert asked.decisions == ()


def test_y_does_not_stand_in_the_way_of_a_schema() -> None:
    schema = Schema(
        kind="table",
        columns=tuple(Column(name=f"c{i}", minimum=0, maximum=1) for i in range(3)),
        named=False,
    )
    np.testing.assert_array_equal(
        read_rows(open_source(npz(X=X, y=Y)), RowOptions(), schema).values, X
    )


def test_a_y_of_another_length_is_no_label() -> None:
    assert open_source(npz(X=X, y=Y[:2])).columns == ("c0", "c1", "c2")


def test_an_npz_without_one_table_lists_what_it_holds() -> None:
    with pytest.raises(
        UnreadableDataError, match=r"it holds a \(4, 3\), b \(4, 3\), t \(2, 2, 2\)"
    ):
        open_source(npz(a=X, b=X, t=np.zeros((2, 2, 2))))
    with pytest.raises(UnreadableDataError, match="it holds nothing"):
        open_source(npz())


@pytest.mark.parametrize(
    ("array", "advice"),
    [
        (np.arange(3.0), r"X.reshape\(1, -1\)"),
        (np.zeros((2, 2, 2)), r"X.reshape\(len\(X\), -1\)"),
        (np.array(5.0), "rows and columns"),
        (np.zeros((2, 2), complex), "complex"),
    ],
)
def test_arrays_that_are_no_table_are_refused_with_advice(
    array: npt.NDArray[Any], advice: str
) -> None:
    with pytest.raises(UnreadableDataError, match=advice):
        open_source(array)
    with pytest.raises(UnreadableDataError, match=advice):
        open_source(io.BytesIO(npy(array)))


class Bomb:
    """Leaves a trace where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("zipped", [False, True])
def test_python_objects_are_never_unpickled(tmp_path: Path, zipped: bool) -> None:
    trace = tmp_path / "trace"
    array = np.array([[Bomb(trace)]], dtype=object)
    data = npz(X=array) if zipped else io.BytesIO(npy(array, allow_pickle=True))
    with pytest.raises(UnreadableDataError, match="Python objects, which are never read"):
        open_source(data)
    assert not trace.exists()


def huge() -> bytes:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000000), }"
    header = header.ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header


@pytest.mark.parametrize(
    "data",
    [npy(X)[:-5], npy(X)[:20], b"\x93NUMPY\x01\x00" + b"x" * 30, huge()],
    ids=["cut", "cut in the header", "garbage", "huge"],
)
def test_broken_npy_is_refused_in_one_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "broken.npy"
    path.write_bytes(data)
    for broken in (path, io.BytesIO(data)):
        with pytest.raises(UnreadableDataError, match="cannot be read as npy: ") as caught:
            open_source(broken)
        assert len(caught.value.problems) == 1


def test_broken_npz_is_refused_in_one_sentence(tmp_path: Path) -> None:
    whole = npz(X=X).getvalue()
    with zipfile.ZipFile(tmp_path / "text.npz", "w") as file:
        file.writestr("X.npy", "hello")
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 0xFF
    for data in (whole[:-10], b"PK\x03\x04" + b"x" * 50, (tmp_path / "text.npz").read_bytes()):
        with pytest.raises(UnreadableDataError, match=r"cannot be read as npz|it holds"):
            open_source(io.BytesIO(data))
    with pytest.raises(UnreadableDataError, match="cannot be read as npz"):
        open_source(io.BytesIO(bytes(flipped)))
