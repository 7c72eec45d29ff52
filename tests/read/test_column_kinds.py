"""Which columns are refused when learning, and in which words."""

from __future__ import annotations

import datetime
import io
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from isthmus.errors import SchemaError
from isthmus.options import ReadOptions, RowOptions
from isthmus.read import Rows, open_source, read_rows


def read(data: Any, **options: Any) -> Rows:
    return read_rows(open_source(data), RowOptions(**options))


def refusal(data: Any, **options: Any) -> SchemaError:
    with pytest.raises(SchemaError) as caught:
        read(data, **options)
    return caught.value


NEAR = [*["1", "2.5", "NA", "3"] * 5, "oops"]
FAR = ["a"] * 51 + ["1"] * 49


def test_numbers_with_a_few_other_cells_are_mixed() -> None:
    said = refusal({"x": NEAR})
    assert said.problems == (
        "dict: column 'x' is mixed: 'oops' in row 20 is not a number, 15 of 16 cells are",
    )
    assert said.advice == (
        "Rows are counted from 0. Mend cells that are no numbers, or empty them; --category NAME "
        "takes numbers as codes, --drop and --id leave a column out."
    )


def test_of_many_cells_that_are_no_numbers_the_first_are_named() -> None:
    cells = ["1"] * 6 + ["a", "b", "a", "c", "d"]
    assert refusal({"x": cells}).problems == (
        "dict: column 'x' is mixed: 'a' in row 6 and 'b' in row 7 and 'a' in row 8 and 2 more are "
        "not numbers, 6 of 11 cells are",
    )


def test_half_of_the_cells_decides_between_mixed_numbers_and_a_category() -> None:
    assert "is mixed" in str(refusal({"x": ["a", "a", "1", "2"]}))
    assert read({"x": ["a", "a", "a", "2", "1", "a"]}).levels == {"x": ("1", "2", "a")}
    assert read({"x": FAR}).levels == {"x": ("1", "a")}


def test_the_user_may_insist_on_a_category() -> None:
    assert len(read({"x": NEAR}, category=("x",)).levels["x"]) == 4
    assert len(read({"x": list("abcdef")}, category=("x",)).levels["x"]) == 6
    assert len(read({"x": ["2024-01-01", "2024-01-02"]}, category=(0,)).levels["x"]) == 2
    assert read({"x": ["1,5", "2,5"]}, category=(0,)).levels["x"] == ("1,5", "2,5")


@pytest.mark.parametrize(("cells", "refused"), [("abab", False), ("abca", True), ("abc", True)])
def test_text_is_a_category_where_a_value_stands_twice_on_average(
    cells: str, refused: bool
) -> None:
    if refused:
        said = refusal({"x": [None, *cells]})
        assert f"hardly repeats: 3 different values in {len(cells)} cells, such as 'a' in" in str(
            said
        )
        assert "--drop" in said.advice
        assert "--id" in said.advice
        assert "--category NAME insists" in said.advice
    else:
        assert read({"x": [None, *cells]}).levels == {"x": ("a", "b")}


def test_more_than_ten_thousand_levels_are_refused_even_where_the_user_insists() -> None:
    cells = [f"level {number}" for number in range(10_001)] * 2
    for options in ({}, {"category": ("x",)}):
        said = refusal({"x": cells}, **options)
        assert said.problems == (
            "dict: column 'x' has 10001 different values, such as 'level 0' in row 0; a category "
            "has at most 10000",
        )
        assert "merge rare values" in said.advice
    assert len(read({"x": cells[1:10_001] * 2}).levels["x"]) == 10_000


DATES = [
    "2024-12-31", "2024-1-5", "2024/12/31", "31.12.2024", "1.2.24", "12/31/2024", "31-12-2024",
    "2024-12-31T23:59:59", "2024-12-31 23:59", "2024-12-31T23:59:59.123Z", "23:59", "23:59:59",
    "2024-12-31 23:59:59+01:00", "2024-12-31T23:59+0100", "12/31/2024 11:59 PM", "7:05 am",
]  # fmt: skip


@pytest.mark.parametrize("date", DATES)
def test_texts_that_look_like_dates_are_refused_with_what_can_be_done(date: str) -> None:
    said = refusal({"when": [None, date, date, date], "x": [1, 2, 3, 4]})
    assert said.problems == (f"dict: column 'when' is dates or times, such as {date!r} in row 1",)
    assert "--drop" in said.advice
    assert "--id" in said.advice
    assert "hour or weekday" in said.advice


@pytest.mark.parametrize(
    "text", ["3-4", "1.2.3.4", "a 2024-12-31", "2024", "12:345", "1/2", "10:1"]
)
def test_texts_that_only_have_the_marks_of_dates_are_not(text: str) -> None:
    cells = [text] * 3 + ["x"] * 5
    assert len(read({"t": cells}).levels["t"]) == 2


def test_a_few_cells_that_are_no_dates_change_nothing() -> None:
    assert "dates or times" in str(refusal({"when": ["31.12.2024"] * 19 + ["soon"]}))
    assert read({"when": ["31.12.2024"] * 10 + ["soon"] * 10}).levels


def test_types_of_dates_and_structures_are_refused_even_where_the_user_insists() -> None:
    day = datetime.date(2020, 1, 2)
    table = pa.table({"d": [None, day], "l": [[1], [2]], "b": [b"x", b"y"], "x": [1, 2]})
    for category in ((), ("d", "l", "b")):
        assert refusal(table, category=category).problems == (
            "Table: column 'd' is dates or times, such as 2020-01-02 in row 1",
            "Table: column 'l' holds lists or structures, numbers or text were expected",
            "Table: column 'b' is of type binary, such as b'x' in row 0",
        )


def test_all_problems_of_all_columns_are_said_at_once_with_every_remedy() -> None:
    data = {
        "fine": ["a", "a", "b", "b"],
        "name": list("abcd"),
        "mixed": ["1", "2", "3", "x"],
        "when": ["1:00"] * 4,
    }
    said = refusal(data)
    assert [problem.split("'")[1] for problem in said.problems] == ["name", "mixed", "when"]
    for remedy in ("Mend cells", "A date is no amount", "--category NAME insists"):
        assert said.advice.count(remedy) == 1


def test_a_cell_in_a_late_batch_counts_like_one_in_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("isthmus.read.records.BLOCK", 64)

    def csv(cells: list[str]) -> Any:
        text = "t,x\n" + "".join(f"{cell},0\n" for cell in cells)
        return io.BytesIO(text.encode())

    late = ["1"] * 200 + ["oops"]
    for cells in (late, late[::-1]):
        row = cells.index("oops")
        with pytest.raises(SchemaError, match=f"'oops' in row {row} is not a number, 200 of 201"):
            read_rows(open_source(csv(cells), ReadOptions(format="csv")), RowOptions())
    repeated = ["a"] * 100 + [f"u{number}" for number in range(40)]
    for cells in (repeated, repeated[::-1]):
        rows = read_rows(open_source(csv(cells), ReadOptions(format="csv")), RowOptions())
        assert len(rows.levels["t"]) == 41


def test_decimal_commas_that_repeat_are_no_category() -> None:
    said = refusal({"x": ["1,5", "2,5", "3", "1,5", "2,5", "1,5"]})
    assert "'1,5' in row 0" in said.problems[0]
    assert "1 of 6 cells is" in said.problems[0]
    assert "--decimal ," in said.advice


def test_numbers_are_numbers_however_few_differ() -> None:
    rows = read({"x": ["1", "2"] * 9, "y": [0, 1] * 9, "z": [None] * 18})
    assert rows.levels == {}
    assert np.isnan(rows.values[:, 2]).all()
