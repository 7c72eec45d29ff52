"""Paths, standard input, pipes and file objects."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from isthmus.errors import FileAccessError, SchemaError, UnreadableDataError, UsageError
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import open_source, read_rows

TEXT = b"a,b\n" + b"".join(b"%d,%d\n" % (number, -number) for number in range(50_000))


class Trickle(io.RawIOBase):
    """A pipe: gives a few bytes at a time and cannot go back."""

    def __init__(self, data: bytes, step: int = 1000) -> None:
        self.data, self.place, self.step = data, 0, step

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        size = min(len(buffer), self.step, len(self.data) - self.place)
        buffer[:size] = self.data[self.place : self.place + size]
        self.place += size
        return size


def from_standard_input(monkeypatch: pytest.MonkeyPatch, data: bytes, **options: Any) -> Any:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=Trickle(data)))
    return open_source("-", ReadOptions(**options))


def test_standard_input_loses_no_byte_to_the_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    source = from_standard_input(monkeypatch, TEXT)
    assert (source.name, source.rereadable) == ("standard input", False)
    rows = read_rows(source, RowOptions())
    np.testing.assert_array_equal(rows.values[:, 0], np.arange(50_000))
    np.testing.assert_array_equal(rows.values[:, 1], -np.arange(50_000))


def test_standard_input_can_be_read_only_once(monkeypatch: pytest.MonkeyPatch) -> None:
    source = from_standard_input(monkeypatch, TEXT)
    list(source.batches())
    with pytest.raises(UsageError, match="standard input: can be read only once"):
        list(source.batches())


def stream(table: pa.Table, start: Any) -> bytes:
    file = io.BytesIO()
    with start(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


def npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


TABLE = pa.table({"a": [1.0, 2.0], "b": [3.0, 4.0]})


@pytest.mark.parametrize(
    "data",
    [
        b"a,b\n1,3\n2,4\n",
        gzip.compress(b"a,b\n1,3\n2,4\n"),
        b'{"a": 1, "b": 3}\n{"a": 2, "b": 4}\n',
        stream(TABLE, pa.ipc.new_stream),
        stream(TABLE, pa.ipc.new_file),
        stream(
            TABLE,
            lambda file, schema: __import__("pyarrow.parquet").parquet.ParquetWriter(file, schema),
        ),
        npy(np.array([[1.0, 3], [2, 4]])),
    ],
    ids=["csv", "gz", "jsonl", "arrow stream", "arrow file", "parquet", "npy"],
)
def test_every_format_is_known_by_its_first_bytes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "noname"
    path.write_bytes(data)
    for source in (
        from_standard_input(monkeypatch, data),
        open_source(path),
        open_source(str(path)),
        open_source(io.BytesIO(data)),
        open_source(io.BufferedReader(Trickle(data, 7))),
    ):
        assert read_rows(source, RowOptions()).values.tolist() == [[1, 3], [2, 4]]


@pytest.mark.parametrize(
    "name", ["x.csv", "x.CSV", "x.tsv", "x.txt", "x.data", "x.csv.gz", "x.gz", "x", "a.b.csv"]
)
def test_the_end_of_the_name_says_csv(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"{,b\n1,2\n" if name != "x" else b"a,b\n1,2\n")
    if name == "x.gz":
        path.write_bytes(gzip.compress(b"a,b\n1,2\n"))
    assert read_rows(open_source(path), RowOptions()).values.tolist() == [[1, 2]]


def test_the_format_that_is_given_wins(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b'{"a": 1}\n')
    assert open_source(path, ReadOptions(format="jsonl")).columns == ("a",)


def test_a_name_that_contradicts_the_bytes_is_refused_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(stream(TABLE, pa.ipc.new_file))
    with pytest.raises(
        UnreadableDataError,
        match=r"named like csv, its first bytes are those of arrow\n.*--format arrow",
    ):
        open_source(path)


@pytest.mark.parametrize("end", ["parquet", "arrow", "npy", "npz", "jsonl"])
def test_a_text_under_the_name_of_another_format_is_refused(tmp_path: Path, end: str) -> None:
    path = tmp_path / f"x.{end}"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(UnreadableDataError, match=f"^{path}: "):
        open_source(path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"BZh91AY", "bzip2"),
        (b"\xfd7zXZ\0", "xz"),
        (b"\x28\xb5\x2f\xfd\0", "zstd"),
        (b"\x89HDF\r\n", "HDF5"),
        (b"PK\x03\x04" + b"\0" * 26 + b"[Content_Types].xml", "Excel"),
        (b"\x80\x04\x95\0\0", "pickle"),
    ],
)
def test_files_that_are_no_tables_are_named(data: bytes, words: str) -> None:
    with pytest.raises(UnreadableDataError, match=words):
        open_source(io.BytesIO(data))


@pytest.mark.parametrize("noise", range(20))
def test_random_bytes_never_cause_anything_but_a_clear_refusal(noise: int) -> None:
    data = np.random.default_rng(noise).bytes(2000)
    with pytest.raises(UnreadableDataError, match="file object: "):
        open_source(io.BytesIO(data))


def test_a_path_that_leads_nowhere_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match=r"missing\.csv: there is no such file$"):
        open_source(tmp_path / "missing.csv")
    with pytest.raises(FileAccessError, match=r"is a directory, a file was expected, or a folder"):
        open_source(tmp_path)


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000])
def test_a_path_that_cannot_be_is_refused(path: str) -> None:
    with pytest.raises(FileAccessError, match="could not be opened"):
        open_source(path)


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(TEXT)

    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(FileAccessError, match="Permission denied"):
        open_source(path)


def test_a_read_that_fails_is_an_access_failure() -> None:
    class Broken(Trickle):
        def readinto(self, buffer: Any) -> int:
            raise OSError(5, "Input/output error")

    with pytest.raises(FileAccessError, match="could not be read: Input/output error"):
        open_source(Broken(b""))


def test_a_file_opened_as_text_is_refused() -> None:
    with pytest.raises(UnreadableDataError, match=r"opened as text.*\n.*'rb'"):
        open_source(io.StringIO("a,b\n1,2\n"))


def test_a_file_object_is_read_from_where_it_stands_and_stays_open() -> None:
    file = io.BytesIO(b"skipped\na,b\n1,2\n")
    file.seek(8)
    source = open_source(file)
    for _ in range(2):
        assert read_rows(source, RowOptions()).values.tolist() == [[1, 2]]
    assert not file.closed


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(TEXT,))
    writer.start()
    source = open_source(path)
    assert not source.rereadable
    assert read_rows(source, RowOptions()).values.shape == (50_000, 2)
    writer.join()


def test_a_path_can_be_read_twice(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(TEXT)
    source = open_source(path)
    assert (source.name, source.rereadable) == (str(path), True)
    assert [sum(b.num_rows for b in source.batches()) for _ in range(2)] == [50_000] * 2


def test_codes_that_looked_like_numbers_are_not_guessed_where_nothing_can_be_read_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """In a whole batch they are numbers, and 007 is 7; the first name comes much later."""
    codes = [b"%03d" % (row % 9) for row in range(60_000)] + [
        b"xyz"[r % 3 :][:1] for r in range(90_000)
    ]
    data = b"a,code\n" + b"".join(b"1,%b\n" % code for code in codes)
    with pytest.raises(SchemaError, match="'code' has names after many numbers") as refused:
        read_rows(from_standard_input(monkeypatch, data), RowOptions())
    assert "Give a file" in str(refused.value)
    assert "--category" in str(refused.value)
    expected = (*(f"{place:03d}" for place in range(9)), "x", "y", "z")
    told = read_rows(from_standard_input(monkeypatch, data), RowOptions(category=("code",)))
    assert told.levels["code"] == expected
    path = tmp_path / "codes.csv"
    path.write_bytes(data)
    assert read_rows(open_source(path), RowOptions()).levels["code"] == expected


def test_one_wrong_cell_after_many_numbers_is_named_from_standard_input_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SchemaError, match="'b' is mixed: 'oops' in row 50000 is not a number"):
        read_rows(from_standard_input(monkeypatch, TEXT + b"1,oops\n"), RowOptions())
