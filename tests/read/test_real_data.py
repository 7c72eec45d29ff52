"""Real files, where they are at hand."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from isthmus.errors import SchemaError
from isthmus.options import RowOptions
from isthmus.read import choose_kind, normal_rows, open_source, read_rows

DATA = Path(__file__).parents[2].parent / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared/data is not beside the project")


def test_heartbeats_without_a_header_are_a_signal_with_a_label_at_the_end() -> None:
    path = DATA / "ecg5000" / "ecg5000_binary_tf_layout.csv.gz"
    rows = read_rows(open_source(path), RowOptions(label="-1", normal=(1,)))
    with gzip.open(path, "rt") as file:
        slow = np.array([[float(cell) for cell in line.split(",")] for line in file])
    np.testing.assert_array_equal(rows.values.view(np.uint64), slow[:, :-1].copy().view(np.uint64))
    assert rows.labels is not None
    assert normal_rows(rows.labels, ("1",))[0].sum() == 2919
    assert choose_kind(rows.names, rows.named, rows.values)[0] == "signal"


def test_a_table_with_a_byte_order_mark_and_brackets_in_its_names() -> None:
    options = RowOptions(
        label="Machine failure",
        normal=("0",),
        id=("UDI", "Product ID"),
        drop=("Type", "TWF", "HDF", "PWF", "OSF", "RNF"),
    )
    rows = read_rows(open_source(DATA / "ai4i2020" / "ai4i2020.csv"), options)
    assert rows.names[0] == "Air temperature [K]"
    assert rows.values.shape == (10_000, 5)
    assert rows.ids.column_names == ["UDI", "Product ID"]
    assert normal_rows(rows.labels, options.normal)[0].sum() == 9661  # type: ignore[arg-type]
    assert choose_kind(rows.names, rows.named, rows.values)[0] == "table"


def test_text_columns_of_a_census_are_all_named() -> None:
    with pytest.raises(SchemaError) as caught:
        read_rows(open_source(DATA / "adult" / "adult_test.csv.gz"), RowOptions())
    assert len(caught.value.problems) == 9


@pytest.mark.parametrize("name", ["11_donors", "45_wine", "4_breastw"])
def test_an_npz_gives_the_bits_of_its_array(name: str) -> None:
    path = DATA / "adbench" / f"{name}.npz"
    with np.load(path) as file:
        expected: Any = file["X"].astype(np.float64)
        anomalies = int(file["y"].sum())
    rows = read_rows(open_source(path), RowOptions(label="label", normal=(0,)))
    np.testing.assert_array_equal(rows.values, expected)
    normal, unlabelled = normal_rows(rows.labels, (0,))  # type: ignore[arg-type]
    assert (~normal).sum() == anomalies
    assert not unlabelled.any()
