"""Folders of table files: one after another, as if they were one file."""

from __future__ import annotations

import gzip
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isthmus.errors import FileAccessError, SchemaError, UsageError
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import open_source, read_rows

EVERYTHING = RowOptions()


def table(rows: int = 4, seed: int = 0, names: tuple[str, ...] = ("a", "b", "c")) -> pa.Table:
    values = np.random.default_rng(seed).normal(size=(rows, len(names)))
    return pa.table({name: values[:, place] for place, name in enumerate(names)})


def csv_of(rows: pa.Table) -> bytes:
    text = pa.BufferOutputStream()
    arrow_csv.write_csv(rows, text)
    return text.getvalue().to_pybytes()


def write(path: Path, rows: pa.Table) -> None:
    """In the format that the name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        pq.write_table(rows, path)
    elif path.suffix == ".arrow":
        with pa.ipc.new_file(str(path), rows.schema) as writer:
            writer.write_table(rows)
    elif path.suffix == ".jsonl":
        import json

        path.write_text("".join(json.dumps(row) + "\n" for row in rows.to_pylist()))
    else:
        text = csv_of(rows)
        path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)


def values_of(rows: pa.Table) -> npt.NDArray[np.float64]:
    return np.column_stack([column.to_numpy() for column in rows.columns])


@pytest.mark.parametrize("end", [".csv", ".csv.gz", ".parquet", ".arrow", ".jsonl"])
def test_a_folder_is_its_files_one_after_another(tmp_path: Path, end: str) -> None:
    parts = [table(5, seed) for seed in range(3)]
    for name, part in zip(("a/2", "b", "c/1"), parts, strict=True):
        write(tmp_path / f"{name}{end}", part)
    rows = read_rows(open_source(tmp_path), EVERYTHING)
    # "b" lies in the folder itself; a file and a folder are sorted among each other by name.
    expected = np.concatenate([values_of(part) for part in parts])
    np.testing.assert_array_equal(rows.values, expected)
    assert rows.names == ("a", "b", "c")
    kind = end.split(".")[1]
    assert rows.decisions[0] == f"{tmp_path}: 3 {kind} files"


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    cuts=st.lists(st.integers(0, 40), max_size=6),
    order=st.permutations(["a", "b", "c"]),
)
def test_rows_and_their_numbers_do_not_depend_on_how_they_are_cut_into_files(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], order: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    whole = table(40)
    places = [0, *sorted(cuts), 40]
    for number, (start, end) in enumerate(pairwise(places)):
        part = whole.slice(start, end - start)
        write(folder / f"{number:02}.parquet", part if number == 0 else part.select(order))
    source = open_source(folder)
    np.testing.assert_array_equal(read_rows(source, EVERYTHING).values, values_of(whole))
    again = read_rows(source, EVERYTHING)  # a folder can be read twice
    np.testing.assert_array_equal(again.values, values_of(whole))


def test_files_that_other_programs_put_beside_the_data_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path / "year=2024" / "part.parquet", table())
    for name in ("_SUCCESS", "_metadata.parquet", ".part.parquet.crc", "notes.md"):
        (tmp_path / name).write_bytes(b"?")
    source = open_source(tmp_path)
    assert source.decisions == (
        f"{tmp_path}: 1 parquet file",
        f"{tmp_path}: names of folders, such as year=2024, are no columns",
        f"{tmp_path}: passed over: 1 .md, which are named like no parquet file",
        f"{tmp_path}: passed over: 3 hidden (the name begins with a dot or _)",
    )
    assert len(read_rows(source, EVERYTHING).values) == 4


def test_files_with_other_columns_are_refused_together_before_any_row_is_read(
    tmp_path: Path,
) -> None:
    write(tmp_path / "0.csv", table())
    write(tmp_path / "1.csv", table(names=("a", "b")))
    write(tmp_path / "2.csv", table(names=("c", "b", "a")))
    write(tmp_path / "3.csv", table(names=("a", "b", "c", "d", "e")))
    (tmp_path / "4.csv").write_text("1,2,3\n")
    with pytest.raises(SchemaError) as refused:
        open_source(tmp_path)
    assert refused.value.problems == (
        f"{tmp_path / '1.csv'}: lacks column 'c'",
        f"{tmp_path / '3.csv'}: also has columns 'd', 'e'",
        f"{tmp_path / '4.csv'}: has no names for its columns, the first file has names for its "
        "columns (--header or --no-header says it of all)",
    )
    assert str(tmp_path / "0.csv") in str(refused.value.advice)


def test_only_the_first_problems_of_many_files_are_told(tmp_path: Path) -> None:
    write(tmp_path / "0.csv", table())
    for number in range(1, 9):
        write(tmp_path / f"{number}.csv", table(names=("a", "b")))
    with pytest.raises(SchemaError, match="and 5 more files"):
        open_source(tmp_path)


def test_of_several_formats_one_must_be_named(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", table())
    write(tmp_path / "b.parquet", table(seed=1))
    with pytest.raises(FileAccessError, match="several formats: 1 csv, 1 parquet"):
        open_source(tmp_path)
    rows = read_rows(open_source(tmp_path, ReadOptions(format="parquet")), EVERYTHING)
    np.testing.assert_array_equal(rows.values, values_of(table(seed=1)))
    with pytest.raises(FileAccessError, match=r"folder of jsonl files; there is none .*1 \.csv"):
        open_source(tmp_path, ReadOptions(format="jsonl"))
    with pytest.raises(FileAccessError, match=r"is a directory, a file was expected$"):
        open_source(tmp_path, ReadOptions(format="npy"))


def test_types_are_known_beforehand_only_where_all_files_agree(tmp_path: Path) -> None:
    write(tmp_path / "0.parquet", pa.table({"a": [1.0], "b": [1]}))
    write(tmp_path / "1.parquet", pa.table({"a": [2.0], "b": ["x"]}))
    source = open_source(tmp_path)
    assert source.type_of("a") == pa.float64()
    assert source.type_of("b") is None


def test_a_column_that_is_no_number_in_one_file_is_told_with_what_stands_there(
    tmp_path: Path,
) -> None:
    many = pa.table({"a": np.arange(50.0), "b": np.arange(50.0)})
    write(tmp_path / "0.csv", many)
    write(tmp_path / "1.csv", pa.table({"a": ["high"], "b": [2.0]}))
    with pytest.raises(SchemaError, match="'high'"):
        read_rows(open_source(tmp_path), EVERYTHING)


def test_pairs_are_for_images_alone(tmp_path: Path) -> None:
    write(tmp_path / "0.csv", table())
    with pytest.raises(UsageError, match="paired gives images"):
        open_source(tmp_path, ReadOptions(paired="elsewhere"))


def test_a_damaged_file_is_named_while_the_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path / "0.parquet", table())
    write(tmp_path / "1.parquet", table())
    (tmp_path / "1.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(Exception, match=r"1\.parquet: cannot be read as Parquet"):
        open_source(tmp_path)
