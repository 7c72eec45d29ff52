"""Real files, where they are at hand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import polars
import pyarrow.csv
import pyarrow.parquet
import pytest

from isthmus.errors import SchemaError
from isthmus.options import RowOptions
from isthmus.read import choose_kind, normal_rows, open_source, read_rows
from isthmus.schema import UNSEEN, Column, Schema

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


def census(name: str) -> Any:
    return open_source(DATA / "adult" / f"adult_{name}.csv.gz")


def test_text_columns_of_a_census_are_categories_and_the_same_when_scored() -> None:
    options = RowOptions(label="income", normal=("<=50K",))
    rows = read_rows(census("train"), options)
    assert {name: len(levels) for name, levels in rows.levels.items()} == {
        "workclass": 8,
        "education": 16,
        "marital_status": 7,
        "occupation": 14,
        "relationship": 6,
        "race": 5,
        "sex": 2,
        "native_country": 41,
    }
    assert np.isnan(rows.values).sum(axis=0)[[1, 6, 13]].tolist() == [1836, 1843, 583]
    schema = Schema(
        kind="table",
        columns=tuple(
            Column(
                name=name,
                kind="category" if name in rows.levels else "numeric",
                minimum=0,
                maximum=1,
                levels=rows.levels.get(name, ()),
            )
            for name in rows.names
        ),
    )
    again = read_rows(census("train"), options, schema)
    np.testing.assert_array_equal(again.values, rows.values)
    other = read_rows(census("test"), options, schema)
    assert not other.unusable
    assert not (other.values == UNSEEN).any()
    one_level_less = schema.columns[9].model_copy(update={"levels": ("Male",)})
    columns = (*schema.columns[:9], one_level_less, *schema.columns[10:])
    other = read_rows(census("test"), options, schema.model_copy(update={"columns": columns}))
    assert set(other.texts["sex"].to_pylist()) == {"Male", "Female"}
    unseen = [text == "Female" for text in other.texts["sex"].to_pylist()]
    assert (other.values[:, 9] == UNSEEN).tolist() == unseen


def test_a_census_is_the_same_table_in_every_form(tmp_path: Path) -> None:
    path = DATA / "adult" / "adult_test.csv.gz"
    table = pyarrow.csv.read_csv(
        path, convert_options=pyarrow.csv.ConvertOptions(strings_can_be_null=True)
    )
    pyarrow.parquet.write_table(table, tmp_path / "adult.parquet")
    lines = "".join(json.dumps(row) + "\n" for row in table.to_pylist())
    (tmp_path / "adult.jsonl").write_text(lines)
    expected = read_rows(open_source(path), RowOptions(drop=("income",)))
    for data in (
        table,
        tmp_path / "adult.parquet",
        tmp_path / "adult.jsonl",
        pandas.read_csv(path),
        polars.read_csv(path),
    ):
        found = read_rows(open_source(data), RowOptions(drop=("income",)))
        assert found.levels == expected.levels
        np.testing.assert_array_equal(found.values, expected.values)
        for name, texts in expected.texts.items():
            assert found.texts[name].to_pylist() == texts.to_pylist()


def test_connections_of_a_network_have_three_categories() -> None:
    path = DATA / "nsl_kdd" / "nsl_kdd_train_20percent.csv.gz"
    rows = read_rows(open_source(path), RowOptions(label="label", normal=("normal",)))
    assert rows.levels["protocol_type"] == ("icmp", "tcp", "udp")
    assert {name: len(levels) for name, levels in rows.levels.items()} == {
        "protocol_type": 3,
        "service": 66,
        "flag": 11,
    }


def test_the_product_ids_of_a_machine_are_refused_and_its_type_is_a_category() -> None:
    source = open_source(DATA / "ai4i2020" / "ai4i2020.csv")
    with pytest.raises(SchemaError, match="'Product ID' is text that hardly repeats: 10000 diff"):
        read_rows(source, RowOptions())
    rows = read_rows(source, RowOptions(id=("Product ID",)))
    assert rows.levels == {"Type": ("H", "L", "M")}
    assert rows.texts["Type"].to_pylist()[:3] == ["M", "L", "L"]


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
