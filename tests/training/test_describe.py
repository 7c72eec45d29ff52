"""What training rows are, and what is usually a mistake in them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from isthmus.errors import DataError, UsageError
from isthmus.options import RowOptions
from isthmus.read import open_source, read_rows
from isthmus.schema import UNSEEN
from isthmus.training.cautions import cautions
from isthmus.training.describe import describe, warnings
from isthmus.training.prepare import prepare

NAN = np.nan
RANDOM = np.random.default_rng(0)
ROWS = 400


def prepared(data, **options):
    choices = RowOptions(**options)
    return prepare(read_rows(open_source(data), choices), choices)


def noted(column, kind="table", **levels):
    """The note on one column beside a harmless one."""
    values = np.column_stack([column, RANDOM.normal(size=len(column))])
    schema = describe(values, ["x", "harmless"], kind, levels=levels or None)
    found = {name: caution.note for caution in cautions(values, schema) for name in caution.columns}
    assert "harmless" not in found
    return found.get("x", "")


def test_a_category_has_levels_counts_and_its_places_as_a_range():
    values = np.array([[0, 1.5], [2, 2.5], [2, NAN], [NAN, 0.5]] * 5)
    category, numeric = describe(values, ["t", "x"], "table", levels={"t": ("a", "b", "c")}).columns
    assert (category.kind, category.levels, category.counts) == (
        "category",
        ("a", "b", "c"),
        (5, 0, 10),
    )
    assert (category.minimum, category.maximum, category.missing) == (0, 2, 0.25)
    assert (numeric.kind, numeric.levels, numeric.counts) == ("numeric", (), ())
    assert (numeric.minimum, numeric.maximum, numeric.missing) == (0.5, 2.5, 0.25)


def test_only_levels_of_rows_that_train_are_in_the_schema():
    data = {
        "t": ["a", "b", "c", "d"] * 5,
        "x": list(range(20)),
        "y": ["ok", "odd", "ok", "odd"] * 5,
    }
    found = prepared(data, label="y", normal=("ok",))
    assert found.schema.columns[0].levels == ("a", "c")
    assert found.schema.columns[0].counts == (5, 5)
    assert found.values[:, 0].tolist() == [0, 1] * 5
    other = prepared(data | {"t": ["a", "zz", "c", None] * 5}, label="y", normal=("ok",))
    assert other.schema == found.schema
    np.testing.assert_array_equal(other.values, found.values)
    nothing = prepared(data | {"t": [None, "b", None, "b"] * 5}, label="y", normal=("ok",))
    assert (nothing.schema.columns[0].kind, nothing.schema.columns[0].missing) == ("numeric", 1)


def test_every_training_cell_is_the_place_of_its_level():
    texts = [str(level) for level in RANDOM.integers(5, 9, size=50)]
    found = prepared({"t": texts, "x": RANDOM.normal(size=50)}, category=("t",))
    column = found.schema.columns[0]
    assert [column.levels[int(place)] for place in found.values[:, 0]] == texts
    assert column.counts == tuple(texts.count(level) for level in column.levels)
    assert UNSEEN not in found.values[:, 0]


def test_a_table_with_a_category_is_no_signal():
    names = {f"t{place}": list("ab") * 10 if place == 7 else [0.0] * 20 for place in range(40)}
    found = prepared(names)
    assert found.schema.kind == "table"
    assert found.decisions == ("kind: table (column 't7' is a category, and a signal has none)",)
    assert prepared(names, kind="table").decisions == ("kind: table, as asked",)
    with pytest.raises(UsageError, match="'t7' is a category, and a signal has numbers alone"):
        prepared(names, kind="signal")


def test_infinite_cells_beside_categories_are_named():
    with pytest.raises(DataError, match="row 1, column 'x': inf cannot be learnt from"):
        prepared({"t": list("ab") * 10, "x": [0.0, np.inf] * 10})


@pytest.mark.parametrize(
    ("kind", "cell", "largest"), [("table", -1.1e300, "1e+300"), ("signal", 4e38, "3.403e+38")]
)
def test_a_cell_too_large_to_compute_with_is_named(kind, cell, largest):
    values = np.ones((20, 2))
    values[3, 1] = cell
    with pytest.raises(DataError) as caught:
        describe(values, ["a", "b"], kind)
    assert caught.value.problems == (f"row 3, column 'b': {cell:g} cannot be learnt from",)
    assert caught.value.advice == (
        f"Beyond {largest} in size no number can be learnt from: leave the column out, or rescale "
        "it."
    )
    values[3, 1] = np.sign(cell) * float(largest) * 0.999
    assert describe(values, ["a", "b"], kind).columns[1].name == "b"


@pytest.mark.parametrize("together", [1, 4, 1 << 20])
def test_cells_that_are_too_large_are_named_in_their_order(monkeypatch, together):
    monkeypatch.setattr("isthmus.training.describe._LOOKED_AT", together)
    values = np.ones((30, 2))
    values[[3, 3, 29], [0, 1, 1]] = [-2e300, np.inf, 1e308]
    with pytest.raises(DataError) as caught:
        describe(values, ["x", "y"], "table")
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "row 3, column 'x'",
        "row 3, column 'y'",
        "row 29, column 'y'",
    ]


def test_infinite_and_too_large_cells_have_each_their_advice():
    values = np.ones((20, 2))
    values[3] = np.inf, 1e308
    with pytest.raises(DataError) as caught:
        describe(values, ["a", "b"], "table")
    assert len(caught.value.problems) == 2
    assert caught.value.advice.startswith("Leave such rows out, or leave their cells empty. Beyond")


COUNT = np.arange(ROWS)
NORMAL = RANDOM.normal(size=ROWS)
SECONDS = 1_700_000_000 + np.cumsum(RANDOM.integers(1, 60, size=ROWS))
STRIKING = {
    "row number?": [COUNT + 1, COUNT[::1] * 3 + 10, np.cumsum(RANDOM.integers(1, 9, size=ROWS))],
    "Unix time?": [SECONDS, SECONDS + 0.25, SECONDS * 1e3, SECONDS * 1e6, SECONDS * 1e9],
    "digits lost": [RANDOM.integers(2**53, 2**60, size=ROWS).astype(float)],
    "id?": [
        RANDOM.permutation(ROWS),
        RANDOM.choice(900_000, ROWS, replace=False) + 100_000,
    ],
    "hardly varies": [np.where(COUNT == 3, 1.0, 0.0), np.where(COUNT < 3, NORMAL, 7.0)],
    "mostly missing": [np.where(COUNT % 3, NAN, NORMAL)],
    "heavy tails": [
        np.exp(4 * NORMAL),
        np.where(COUNT == 9, 1e6, NORMAL),
        np.where(COUNT % 15, 0, np.round(np.exp(2 * NORMAL + 7))),
    ],
    "codes?": [RANDOM.choice([1, 2, 3, 7], size=ROWS, p=[0.4, 0.1, 0.4, 0.1])],
    "never varied": [np.full(ROWS, 3.0)],
    "no value": [np.full(ROWS, NAN)],
}
QUIET = {
    "normal": NORMAL,
    "shuffled times of day": RANDOM.integers(86_400, size=ROWS),
    "truth values": COUNT % 2,
    "counts": RANDOM.poisson(1.5, size=ROWS),
    "grades": RANDOM.binomial(6, 0.5, size=ROWS),
    "money": np.round(np.exp(NORMAL / 2 + 5), 2),
    "whole money": np.round(np.exp(NORMAL / 2 + 9)),
    "shares": np.clip(np.where(COUNT % 30, 1.0, NORMAL), 0, 1),
    "ages": RANDOM.integers(18, 90, size=ROWS),
    "exponential": RANDOM.exponential(size=ROWS),
    "a time that goes to and fro": 1_700_000_000 + 1e6 * NORMAL,
    "a rare amount of two sizes": np.where(COUNT % 15, 0, 5000 * (1 + COUNT % 2)),
    "pixels": RANDOM.integers(256, size=ROWS),
}


@pytest.mark.parametrize(
    ("note", "column"), [(note, column) for note, many in STRIKING.items() for column in many]
)
def test_a_column_that_usually_is_a_mistake_is_noted(note, column):
    assert noted(np.asarray(column, float)) == note


@pytest.mark.parametrize("name", QUIET)
def test_columns_as_they_should_be_are_not(name):
    assert noted(np.asarray(QUIET[name], float)) == ""


def test_categories_are_noted_for_what_they_are_alone():
    many = np.concatenate([np.arange(20), np.zeros(ROWS - 20)])
    levels = tuple(f"v{place:02}" for place in range(20))
    assert noted(many, x=levels) == "rare levels"
    assert noted(COUNT % 4.0, x=levels[:4]) == ""
    assert noted(np.where(COUNT, 0.0, 1.0), x=levels[:2]) == "hardly varies"
    assert noted(np.zeros(ROWS), x=levels[:1]) == "never varied"


def test_signals_are_told_of_constant_and_empty_columns_alone():
    assert noted(COUNT.astype(float), kind="signal") == ""
    assert noted(np.zeros(ROWS), kind="signal") == "never varied"


def test_one_sentence_for_each_kind_names_five_columns_and_counts_the_others():
    values = np.column_stack([COUNT + place for place in range(8)]).astype(float)
    schema = describe(values, [f"n{place}" for place in range(8)], "table")
    assert warnings(values, schema) == [
        "columns 'n0', 'n1', 'n2', 'n3', 'n4' and 3 more look like row numbers: that says nothing "
        "of a row, and new ones lie beyond all that was learnt (--id or --drop)"
    ]


@pytest.mark.parametrize("note", STRIKING)
def test_every_sentence_is_about_its_column_and_says_what_to_do(note):
    values = np.column_stack([STRIKING[note][0], NORMAL]).astype(float)
    (sentence,) = warnings(values, describe(values, ["UDI", "x"], "table"))
    assert sentence.startswith("column 'UDI' ")
    assert "\n" not in sentence
    if note not in ("no value", "heavy tails"):
        assert "--" in sentence


def test_the_row_number_of_a_machine_is_named():
    values = np.column_stack([np.arange(1, 51.0), RANDOM.normal(size=50)])
    said = warnings(values, describe(values, ["UDI", "x"], "table"))
    assert said[0].startswith("column 'UDI' looks like a row number: ")


WITHOUT_TORCH = """
import sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "onnx", "onnxruntime", "sklearn", "pandas"}:
            raise ImportError(f"{name} is refused here")
sys.meta_path.insert(0, Refuse())
import isthmus.training.describe, isthmus.training.prepare, isthmus.training.cautions
"""


def test_describing_needs_no_training_library():
    subprocess.run([sys.executable, "-c", WITHOUT_TORCH], check=True)


def test_categories_that_need_much_memory_are_said_to():
    levels = tuple(f"{n:04d}" for n in range(9000))
    cells = (np.arange(40_000.0) % 9000)[:, None]
    schema = describe(cells, ["a"], "table", levels={"a": levels})
    assert any("takes about 4 GB of memory" in said for said in warnings(cells, schema))
    few = describe(cells[:1000] % 50, ["a"], "table", levels={"a": levels[:50]})
    assert not any("memory" in said for said in warnings(cells[:1000] % 50, few))
