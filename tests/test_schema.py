"""New data against what a detector knows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from isthmus.errors import SchemaError
from isthmus.schema import UNSEEN, Column, Schema, closest, refuse_duplicates

NAMES = st.lists(st.text(max_size=4), min_size=1, max_size=8, unique=True)


def schema(*names: str, named: bool = True, **more: Any) -> Schema:
    columns = tuple(Column(name=name, minimum=0.0, maximum=1.0) for name in names)
    return Schema(kind="table", columns=columns, named=named, **more)


@given(names=NAMES, data=st.data())
def test_columns_in_any_order_are_put_in_the_schemas(names: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(names))
    places = schema(*names).align(shuffled)
    assert [shuffled[place] for place in places] == names


def test_missing_extra_and_duplicate_columns_are_all_named() -> None:
    with pytest.raises(SchemaError) as caught:
        schema("age", "height").align(["hieght", "x", "x"])
    assert caught.value.problems == (
        "column 'x' stands 2 times",
        "column 'age' is missing",
        "column 'height' is missing (is it 'hieght'?)",
        "column 'hieght' is not one the detector knows",
        "column 'x' is not one the detector knows",
    )
    assert caught.value.advice == "The detector was trained on: age, height."


@pytest.mark.parametrize("came", ["torque", "TORQUE", " Torque", "Tor que", "torque\t"])
def test_a_name_that_differs_in_case_or_blanks_alone_is_what_was_meant(came: str) -> None:
    with pytest.raises(SchemaError) as caught:
        schema("Torque", "x").align(["Torqae", came, "x"])
    assert caught.value.problems[0] == f"column 'Torque' is missing (is it {came!r}?)"
    assert closest("UDI", ["udi", "UDX"]) == "udi"
    assert closest("UDI", ["other"]) is None


def test_columns_of_the_wrong_kind_are_said_with_all_that_is_wrong() -> None:
    def misfit(column: Column, place: int) -> str | None:
        return f"{column.name} at {place}" if place == 1 else None

    with pytest.raises(SchemaError) as caught:
        schema("a", "b", "c").align(["b", "a"], misfit=misfit)
    assert caught.value.problems == ("column 'c' is missing", "a at 1")
    with pytest.raises(SchemaError, match=r"^a at 1\nEach column is needed once, of the kind"):
        schema("a", "b").align(["b", "a"], misfit=misfit)
    with pytest.raises(SchemaError, match=r"^b at 1\nColumns without names"):
        schema("a", "b").align(["x", "y"], named=False, misfit=misfit)
    with pytest.raises(SchemaError) as caught:
        schema("a", "b").align(["b", "a", "extra"], misfit=misfit)
    assert caught.value.advice == "The detector was trained on: a, b."


def test_extra_columns_alone_may_be_left_out_or_passed_through() -> None:
    with pytest.raises(SchemaError, match=r"'b' is not one .*\n.*--drop.*--id"):
        schema("a").align(["a", "b"])


def test_of_many_columns_the_first_are_listed() -> None:
    names = [f"v{number}" for number in range(50)]
    with pytest.raises(SchemaError, match=r"v11, \.\.\. \(50 in all\)\.$"):
        schema(*names).align(names[1:])


@pytest.mark.parametrize(("ours", "theirs"), [(True, False), (False, True), (False, False)])
def test_without_names_on_either_side_columns_are_taken_by_place(ours: bool, theirs: bool) -> None:
    known = schema("a", "b", named=ours)
    assert known.align(["x", "a"], named=theirs) == [0, 1]
    with pytest.raises(
        SchemaError, match=r"3 columns came, the detector was trained on 2\n.*--drop"
    ):
        known.align(["x", "y", "z"], named=theirs)
    with pytest.raises(
        SchemaError, match=r"^1 column came, the detector was trained on 2\nGive all of them, in"
    ):
        known.align(["x"], named=theirs)


def test_names_that_stand_twice_are_all_named_with_where() -> None:
    refuse_duplicates(["a", "b"])
    with pytest.raises(SchemaError) as caught:
        refuse_duplicates(["a", "b", "a", "b", "b", "c"], "new.csv")
    assert caught.value.problems == (
        "new.csv: column 'a' stands 2 times",
        "new.csv: column 'b' stands 3 times",
    )


def test_a_schema_is_a_value_that_survives_json() -> None:
    known = schema("a", '\n"ü', set_aside={"y": "label"})
    assert Schema.model_validate_json(known.model_dump_json()) == known
    with pytest.raises(ValidationError):
        known.kind = "signal"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        schema("a", set_aside={"y": "feature"})


def test_the_columns_set_aside_of_two_schemas_are_not_shared() -> None:
    assert schema("a").set_aside == {}
    assert schema("a").set_aside is not schema("a").set_aside


def test_the_names_are_those_of_the_columns() -> None:
    assert schema("b", "a").names == ("b", "a")


def test_a_category_survives_json_and_is_found_by_its_place() -> None:
    category = Column(
        name="t", kind="category", minimum=0, maximum=1, levels=("ä", "\n"), counts=(3, 4)
    )
    numeric = Column(name="x", minimum=0, maximum=1)
    known = Schema(kind="table", columns=(numeric, category))
    assert Schema.model_validate_json(known.model_dump_json()) == known
    assert known.categories == (1,)
    assert UNSEEN not in range(2)


def test_what_stands_for_an_unseen_level_is_the_place_of_none():
    assert UNSEEN < 0


def test_many_columns_of_one_sort_are_one_problem_that_names_them_all():
    columns = tuple(Column(name=f"t{n}", minimum=0, maximum=1) for n in range(140))
    schema = Schema(kind="table", columns=columns)
    with pytest.raises(SchemaError) as refused:
        schema.align(["row", "p_value", "T7"])
    first, missing, *extra = refused.value.problems
    assert first == "column 't7' is missing (is it 'T7'?)"
    assert missing.startswith("139 columns are missing: 't0', 't1', 't2', ")
    assert missing.endswith(", 't138', 't139'")
    assert extra == [
        f"column {n!r} is not one the detector knows" for n in ("row", "p_value", "T7")
    ]
