"""Categories: the same levels, places and texts whatever form the rows come in."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas
import polars
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import SchemaError, UsageError
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import Rows, open_source, read_rows, stream_rows
from isthmus.schema import UNSEEN, Column, Schema

NAN = np.nan
COLORS = ["red", "blue", "NA", "red", "Red", " blue ", "red", "?", "blue", "Red"]
TABLE: dict[str, npt.NDArray[Any]] = {
    "x": np.arange(10) + 0.5,
    "color": np.array(COLORS),
    "valve": np.array([True, False, True, True, False, False, False, True, True, False]),
    "code": np.array([3, 1, 2, 3, 1, 2, 10, 1, 2, 3]),
}
LEVELS = {
    "color": ("Red", "blue", "red"),
    "valve": ("false", "true"),
    "code": ("1", "10", "2", "3"),
}
PLACES: dict[str, list[float]] = {
    "color": [2, 1, NAN, 2, 0, 1, 2, NAN, 1, 0],
    "valve": [1, 0, 1, 1, 0, 0, 0, 1, 1, 0],
    "code": [3, 0, 2, 3, 0, 2, 1, 0, 2, 3],
}
TEXTS = ["red", "blue", None, "red", "Red", "blue", "red", None, "blue", "Red"]


def schema_of(rows: Rows, **set_aside: Any) -> Schema:
    """What a detector that learnt from these rows knows."""
    columns = tuple(
        Column(
            name=name,
            kind="category" if name in rows.levels else "numeric",
            minimum=0,
            maximum=9,
            levels=rows.levels.get(name, ()),
        )
        for name in rows.names
    )
    return Schema(kind="table", columns=columns, named=rows.named, set_aside=set_aside)


def known(**levels: tuple[str, ...]) -> Schema:
    """A detector of categories alone; one without levels is numeric."""
    columns = tuple(
        Column(
            name=name,
            kind="category" if texts else "numeric",
            minimum=0,
            maximum=9,
            levels=texts,
        )
        for name, texts in levels.items()
    )
    return Schema(kind="table", columns=columns)


def csv(text: str, **options: Any) -> Any:
    return open_source(io.BytesIO(text.encode()), ReadOptions(format="csv", **options))


def read(data: Any, schema: Schema | None = None, **options: Any) -> Rows:
    source = data if hasattr(data, "batches") else open_source(data)
    return read_rows(source, RowOptions(**options), schema)


def test_every_form_of_one_table_has_the_same_categories_learnt_and_scored(form: Any) -> None:
    if not form.mixed:
        pytest.skip("arrays hold one type")
    rows = read_rows(form.open(TABLE), RowOptions(category=(3,)))
    levels = {list(TABLE)[rows.names.index(name)]: held for name, held in rows.levels.items()}
    assert levels == LEVELS
    for place, cells in enumerate([TABLE["x"].tolist(), *PLACES.values()]):
        np.testing.assert_array_equal(rows.values[:, place], cells)
    color = rows.names[1]
    assert rows.texts[color].to_pylist() == TEXTS
    again = read_rows(form.open(TABLE), RowOptions(), schema_of(rows))
    np.testing.assert_array_equal(again.values, rows.values)
    assert again.levels == rows.levels
    assert {name: texts.to_pylist() for name, texts in again.texts.items()} == {
        name: texts.to_pylist() for name, texts in rows.texts.items()
    }


@pytest.mark.parametrize("cells", [[1, 2, 1, 0], [1.0, 0.5, 1.0, -0.0]])
def test_numbers_are_categories_in_every_form_where_the_user_says_so(
    form: Any, cells: list[float]
) -> None:
    columns = {"x": np.arange(4.0), "code": np.array(cells)}
    rows = read_rows(form.open(columns), RowOptions(category=(-1,)))
    (levels,) = rows.levels.values()
    assert levels == tuple(sorted({f"{cell:g}".replace("-0", "0") for cell in cells}))
    again = read_rows(form.open(columns), RowOptions(), schema_of(rows))
    np.testing.assert_array_equal(again.values, rows.values)
    assert columns["x"].tolist() == [0, 1, 2, 3]  # What is given is never written into.
    assert columns["code"].tolist() == cells


@given(
    cells=st.lists(
        st.sampled_from([*"abc", "Ä b", "NA", "", "7", "007", "1.0", "x,y", 'q"q']), min_size=1
    ),
    data=st.data(),
)
def test_the_order_of_rows_and_the_form_change_no_level(
    cells: list[str], data: st.DataObject
) -> None:
    frame = pandas.DataFrame({"t": cells, "x": range(len(cells))})
    rows = read(frame, category=("t",))
    order = data.draw(st.permutations(range(len(cells))))
    shuffled = read(frame.iloc[order], category=("t",))
    assert shuffled.levels == rows.levels
    np.testing.assert_array_equal(shuffled.values, rows.values[order])
    from_csv = read(csv(frame.to_csv(index=False)), category=("t",))
    assert from_csv.levels == rows.levels
    np.testing.assert_array_equal(from_csv.values, rows.values)


@given(cells=st.lists(st.text(max_size=4), min_size=1))
def test_every_place_leads_back_to_the_text_it_came_from(cells: list[str]) -> None:
    rows = read({"t": cells, "x": [0.0] * len(cells)}, category=("t",))
    levels = rows.levels.get("t", ())
    assert list(levels) == sorted(set(levels))
    texts = rows.texts["t"].to_pylist() if levels else [None] * len(cells)
    for place, text, cell in zip(rows.values[:, 0], texts, cells, strict=True):
        assert (text is None) == bool(np.isnan(place))
        if text is not None:
            assert levels[int(place)] == text
            assert text in (cell.strip(), cell.strip().lower()) or float(cell) == float(text)


LOOKS = ["7", "007", "1e1", "1.0", "1", "a", "b", " a", "NA", "", "true", "TRUE", "inf", "1,5"]


@given(
    cells=st.lists(st.sampled_from(LOOKS), min_size=1, max_size=40),
    block=st.integers(8, 60),
    rows=st.integers(1, 5),
)
def test_neither_the_size_of_batches_nor_the_form_changes_anything(
    cells: list[str], block: int, rows: int
) -> None:
    text = "t,x\n" + "".join(f'"{cell}",0\n' for cell in cells)

    def outcome(data: Any) -> Any:
        source = data if hasattr(data, "batches") else open_source(data)
        try:
            found = read_rows(source, RowOptions())
        except SchemaError as failure:
            return str(failure).removeprefix(source.name)
        texts = {name: array.to_pylist() for name, array in found.texts.items()}
        return found.levels, texts, found.values.tobytes()

    table = {"t": cells, "x": [0] * len(cells)}
    whole = outcome(csv(text))
    assert outcome(table) == whole
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("isthmus.read.records.BLOCK", block)
        patch.setattr("isthmus.read.parts.MOST_ROWS", rows)
        assert outcome(csv(text)) == whole
        assert outcome(table) == whole


def test_levels_and_texts_of_many_batches_are_those_of_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("isthmus.read.parts.MOST_ROWS", 3)
    schema = known(x=(), color=("red", "blue"))
    data = {"x": TABLE["x"], "color": TABLE["color"]}
    parts = list(stream_rows(open_source(data), RowOptions(), schema))
    assert len(parts) == 4
    whole = read(data, schema)
    assert whole.texts["color"].to_pylist() == TEXTS
    assert [text for part in parts for text in part.texts["color"].to_pylist()] == TEXTS
    np.testing.assert_array_equal(whole.values[:, 1], [0, 1, NAN, 0, UNSEEN, 1, 0, NAN, 1, UNSEEN])


def test_a_value_that_is_no_level_is_unseen_and_spoils_nothing() -> None:
    rows = read(
        {"t": ["a", "new", None, "A", "b "], "x": [1, 2, 3, 4, 5]}, known(t=("a", "b"), x=())
    )
    assert rows.values[:, 0].tolist()[:2] == [0, UNSEEN]
    np.testing.assert_array_equal(rows.values[:, 0], [0, UNSEEN, NAN, UNSEEN, 1])
    assert not rows.unusable
    assert rows.texts["t"].to_pylist() == ["a", "new", None, "A", "b"]


@pytest.mark.parametrize("cell", ["[1]", '{"a": 1}', "7", "true", '"new"'])
@pytest.mark.parametrize("beside", ["", '{"t": "a"}\n', '{"t": 3}\n', '{"t": null}\n'])
def test_in_json_lines_whatever_is_no_level_is_unseen(cell: str, beside: str) -> None:
    source = open_source(
        io.BytesIO(f'{{"t": {cell}}}\n{beside}'.encode()), ReadOptions(format="jsonl")
    )
    rows = read_rows(source, RowOptions(), known(t=("a", "b")))
    assert rows.values[0, 0] == UNSEEN
    assert not rows.unusable


@pytest.mark.parametrize("spelled", ["true", "True", "TRUE", " true "])
def test_truth_values_of_any_case_are_one_level(spelled: str) -> None:
    rows = read(csv(f"t,x\n{spelled},1\nfalse,2\ntrue,3\n"))
    assert rows.levels == {"t": ("false", "true")}
    assert rows.values[:, 0].tolist() == [1, 0, 1]
    scored = read(csv(f"t,x\n{spelled},1\n1,2\nyes,3\n"), schema_of(rows))
    assert scored.values[:, 0].tolist() == [1, UNSEEN, UNSEEN]
    assert scored.texts["t"].to_pylist() == ["true", "1", "yes"]
    assert read(pa.table({"t": [True, False], "x": [1, 2]}), schema_of(rows)).values[
        :, 0
    ].tolist() == [1, 0]


def test_an_array_of_truth_values_is_numbers_unless_the_user_names_a_category() -> None:
    array = np.array([[True, False], [False, True], [True, True]])
    assert read(array).values.tolist() == [[1, 0], [0, 1], [1, 1]]
    rows = read(array, category=(1,))
    assert rows.levels == {"c1": ("false", "true")}
    assert rows.values.tolist() == [[1, 0], [0, 1], [1, 1]]


def test_numbers_that_are_names_have_one_spelling_and_other_texts_keep_theirs() -> None:
    rows = read(
        csv("t,x\n1,0\n1.0,0\n+1,0\n007,0\n7,0\n.50,0\n0.5,0\n-0,0\n1e1,0\n"), category=("t",)
    )
    assert rows.levels["t"] == ("0", "0.5", "007", "1", "1e1", "7")
    assert rows.texts["t"].to_pylist() == [
        "1", "1", "1", "007", "7", "0.5", "0.5", "0", "1e1",
    ]  # fmt: skip


def test_codes_beyond_double_precision_stay_apart() -> None:
    codes = [2**53, 2**53 + 1]
    for data in (
        {"t": codes},
        csv(f"t\n{codes[0]}\n{codes[1]}\n", header=True),
        np.array([codes]).T,
    ):
        assert list(read(data, category=(0,)).levels.values()) == [tuple(map(str, codes))]


def test_a_code_with_zeros_before_it_is_exact_also_where_whole_batches_look_like_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("isthmus.read.records.BLOCK", 64)
    monkeypatch.setattr("isthmus.read.parts.MOST_ROWS", 8)
    cells = ["007"] * 30 + ["a"] * 40
    for data in (
        csv("t,x\n" + "".join(f"{cell},1\n" for cell in cells)),
        pandas.DataFrame({"t": cells, "x": 1}),
        pa.table({"t": cells, "x": [1] * 70}),
    ):
        assert read(data).levels == {"t": ("007", "a")}


def test_decimal_commas_in_a_category_are_points() -> None:
    rows = read(csv("t;x\n1,5;1\n1,50;2\n2,0;3\n", decimal=",", delimiter=";"), category=("t",))
    assert rows.levels == {"t": ("1.5", "2")}


def test_every_pandas_and_polars_type_may_be_a_category() -> None:
    cells = ["u", None, "v", "u", "v"]
    series = {
        "object": pandas.Series(cells, dtype=object),
        "string": pandas.Series(cells, dtype="string"),
        "arrow": pandas.Series(cells, dtype="string[pyarrow]"),
        "category": pandas.Series(cells, dtype="category"),
        "na": pandas.Series(["u", pandas.NA, "v", "u", "v"], dtype=object),
    }
    frame = pandas.DataFrame(series | {"truth": pandas.array([True, None, False, True, True])})
    rows = read(frame)
    for name in series:
        assert rows.levels[name] == ("u", "v")
        np.testing.assert_array_equal(rows.values[:, rows.names.index(name)], [0, NAN, 1, 0, 1])
    np.testing.assert_array_equal(rows.values[:, -1], [1, NAN, 0, 1, 1])
    polar = polars.DataFrame(dict.fromkeys(("String", "Categorical", "Enum"), cells))
    kinds = {"Categorical": polars.Categorical, "Enum": polars.Enum(["v", "u"])}
    found = read(polar.cast(kinds))
    assert set(found.levels.values()) == {("u", "v")}
    codes = pandas.DataFrame({"n": pandas.array([1, None, 2], dtype="Int64"), "x": [1.5, 2, 3]})
    assert read(codes, category=("n",)).levels == {"n": ("1", "2")}


def test_an_object_column_of_several_types_is_read_by_its_texts() -> None:
    frame = pandas.DataFrame({"t": ["a", 1, None, 1.0, True, "a", "a", "true", float("nan")]})
    rows = read(frame)
    assert rows.levels == {"t": ("1", "a", "true")}
    assert rows.texts["t"].to_pylist() == ["a", "1", None, "1", "true", "a", "a", "true", None]


def test_a_column_of_a_frame_without_any_value_fits_a_category() -> None:
    schema = known(t=("a", "b"), x=())
    for data in (
        pandas.DataFrame({"t": [NAN], "x": [1]}),
        pandas.DataFrame({"t": [NAN], "x": [1.5]}),
        pandas.DataFrame({"t": [None], "x": [1.5]}),
        polars.DataFrame({"t": [None], "x": [1.5]}),
        {"t": [None], "x": [1]},
        np.array([[NAN, 1]]),
    ):
        assert np.isnan(read(data, schema).values[0, 0])


def test_numbers_of_an_array_are_looked_up_among_levels_that_are_numbers() -> None:
    schema = known(t=("1", "2"), x=())
    for kind in (np.float64, np.float32, np.int8):
        rows = read(np.array([[2, 5], [1, 6], [3, 7]], kind), schema)
        assert rows.values.tolist() == [[1, 5], [0, 6], [UNSEEN, 7]]
    rows = read(np.array([[2, 5], [NAN, 6]]), schema)
    np.testing.assert_array_equal(rows.values, [[1, 5], [NAN, 6]])


def test_a_category_without_any_value_is_a_numeric_column_without_any() -> None:
    rows = read(csv("t,x\n,1\nNA,2\n"), category=("t",))
    assert rows.levels == {}
    assert np.isnan(rows.values[:, 0]).all()


def test_what_is_taken_as_a_category_is_said() -> None:
    said = read(
        {"a": list("xxyy"), "b": list("ppqp"), "n": [1, 2, 1, 2]}, category=("n",)
    ).decisions
    assert said == (
        "dict: text is taken as categories: 'a' (2 levels), 'b' (2 levels); --drop to leave it out",
    )
    assert read({"n": [1, 2]}, category=("n",)).decisions == ()


def test_a_category_that_does_not_exist_is_named_with_what_was_meant() -> None:
    with pytest.raises(SchemaError) as caught:
        read({"Type": ["a"], "x": [1]}, category=("type", 9))
    assert caught.value.problems == (
        "dict: --category: there is no column 'type' (is it 'Type'?)",
        "dict: --category: there is no column 9",
    )


@pytest.mark.parametrize("role", ["id", "drop"])
def test_a_category_cannot_be_set_aside_as_well(role: str) -> None:
    with pytest.raises(UsageError, match=f"'a' is given as --{role} and as --category"):
        options = RowOptions.model_validate({"category": (0,), role: ("a",)})
        read_rows(open_source({"a": ["u"], "x": [1]}), options)
    with pytest.raises(UsageError, match="'a' is given as --label and as --category"):
        read({"a": ["u"], "x": [1]}, category=("a",), label="a", normal=("u",))


def test_a_detectors_numbers_cannot_be_called_a_category_when_scoring() -> None:
    with pytest.raises(UsageError, match="'x' is given as --category, but the detector learnt it"):
        read({"x": [1]}, known(x=()), category=("x",))
    with pytest.raises(UsageError, match="'who' is given as --category, but is set aside by its"):
        read(
            {"x": [1], "who": [2]},
            known(x=()).model_copy(update={"set_aside": {"who": "id"}}),
            category=("who",),
        )
    assert read({"t": ["a"]}, known(t=("a",)), category=("t",)).values.tolist() == [[0]]
