"""npy and npz, and what hides in them."""

from __future__ import annotations

import errno
import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from isthmus.errors import DataError, FileAccessError, UnreadableDataError
from isthmus.options import RowOptions
from isthmus.read import open_source, read_rows, stream_rows
from isthmus.read.stored import StoredMatrix
from isthmus.schema import Column, Schema
from tests.io.faults import Faults

X = np.arange(12.0).reshape(4, 3)
Y = np.array([1, 0, 1, 1])
UNNAMED = Schema(
    kind="table",
    columns=tuple(Column(name=f"c{i}", minimum=0, maximum=1) for i in range(3)),
    named=False,
)


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
    assert isinstance(source.matrix, StoredMatrix)
    np.save(tmp_path / "x.npy", -X)
    rows = read_rows(source, RowOptions())
    np.testing.assert_array_equal(rows.values, -X)
    assert rows.values.flags.writeable


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("rows", [1, 3, 4, 5])
def test_a_file_is_read_a_few_rows_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: Any, order: Any, rows: int
) -> None:
    with (tmp_path / "x.npy").open("wb") as file:
        np.lib.format.write_array(file, np.asarray(X, order=order), version)
    monkeypatch.setattr("isthmus.read.parts.MOST_ROWS", rows)
    parts = list(stream_rows(open_source(tmp_path / "x.npy"), RowOptions(), UNNAMED))
    assert [len(part.values) for part in parts] == [rows] * (4 // rows) + [4 % rows] * (
        4 % rows > 0
    )
    np.testing.assert_array_equal(np.concatenate([part.values for part in parts]), X)


@pytest.mark.parametrize("shape", [(0, 3), (3, 0)])
def test_an_array_without_cells_is_no_failure_of_its_file(
    tmp_path: Path, shape: tuple[int, int]
) -> None:
    np.save(tmp_path / "x.npy", np.zeros(shape))
    with pytest.raises(DataError, match=r"no rows|no column"):
        read_rows(open_source(tmp_path / "x.npy"), RowOptions())


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("left", [0, 100, 200])
def test_a_file_that_shrinks_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: Any, left: int
) -> None:
    path = tmp_path / "x.npy"
    np.save(path, np.asarray(np.arange(6000.0).reshape(2000, 3), order=order))
    monkeypatch.setattr("isthmus.read.parts.MOST_ROWS", 1000)
    batches = stream_rows(open_source(path), RowOptions(), UNNAMED)
    assert next(batches).values[0].tolist() == ([0, 1, 2])
    os.truncate(path, left)
    with pytest.raises(UnreadableDataError, match=rf"^{path}: ends at byte \d+, before its last"):
        list(batches)


@pytest.mark.parametrize("end", ["npy", "npz"])
def test_a_disk_that_fails_is_no_fault_of_the_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    path = tmp_path / f"x.{end}"
    path.write_bytes(npy(X) if end == "npy" else npz(X=X).getvalue())
    faults = Faults(tmp_path)
    with faults.injected():
        read_rows(open_source(path), RowOptions())
    for number in range(1, len(faults.calls) + 1):
        with (
            Faults(tmp_path, number, errno.EIO).injected(),
            pytest.raises(FileAccessError, match=rf"^{path}: could not be .*{os.strerror(5)}$"),
        ):
            read_rows(open_source(path), RowOptions())


def test_texts_in_an_array_are_categories(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([["a", "1"], ["b", "2"]] * 9))
    rows = read_rows(open_source(tmp_path / "x.npy"), RowOptions())
    assert rows.levels == {"c0": ("a", "b")}
    assert rows.values[:3].tolist() == [[0, 1], [1, 2], [0, 1]]


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
    np.testing.assert_array_equal(
        read_rows(open_source(npz(X=X, y=Y)), RowOptions(), UNNAMED).values, X
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
        (np.zeros((2, 2, 2, 2, 2)), r"X.reshape\(len\(X\), -1\)"),
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
