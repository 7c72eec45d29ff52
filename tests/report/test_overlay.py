"""Input over reconstruction: panels, scales, what is left out and what is said."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from pictures import data_of

from isthmus.errors import DataError
from isthmus.report.figures import ReconstructedRow, reconstruction, reconstructions
from isthmus.report.figures.cells import MOST_CELLS, MOST_COLUMNS, laid_out


def row(cells: int, seed: int = 0, size: float = 1.0, **words: Any) -> ReconstructedRow:
    generator = np.random.default_rng(seed)
    observed, expected = size * generator.normal(size=(2, cells))
    return ReconstructedRow(
        observed, expected, (observed - expected) ** 2, **{"title": "row", **words}
    )


def panels(rows: list[ReconstructedRow], **words: Any) -> list[dict[str, Any]]:
    return list(reconstructions(rows, **words).to_dict()["concat"])


def values(spec: dict[str, Any], panel: int) -> list[dict[str, Any]]:
    return data_of(spec, spec["concat"][panel])


def test_every_cell_is_drawn_with_its_values() -> None:
    one = row(5)
    spec = reconstructions([one]).to_dict()
    assert values(spec, 0) == [
        {"cell": cell, "observed": observed, "expected": expected, "error": error}
        for cell, (observed, expected, error) in enumerate(
            zip(one.observed, one.expected, one.errors, strict=True)
        )
    ]
    marks = [layer["mark"]["type"] for layer in spec["concat"][0]["vconcat"][0]["layer"]]
    assert marks == ["area", "line", "line"]
    assert spec["concat"][0]["vconcat"][1]["mark"]["type"] == "bar"


def test_rows_side_by_side_share_their_scales() -> None:
    small, large = panels([row(30, size=1.0), row(30, seed=1, size=9.0)])
    assert _y_scales(small) == _y_scales(large)
    top = small["vconcat"][0]["layer"][0]["encoding"]["y"]["scale"]["domain"]
    large_row = row(30, seed=1, size=9.0)
    assert top[0] < np.min([large_row.observed, large_row.expected])
    assert top[1] > np.max([large_row.observed, large_row.expected])


def _y_scales(panel: dict[str, Any]) -> list[dict[str, Any]]:
    upper, strip = panel["vconcat"]
    return [layer["encoding"]["y"]["scale"] for layer in [*upper["layer"], strip]]


def test_the_strip_of_errors_lines_up_with_the_values_above_it() -> None:
    for names in (None, ["a", "b", "c"]):
        upper, strip = panels([row(3)], names=names)[0]["vconcat"]
        scales = [layer["encoding"]["x"]["scale"] for layer in [*upper["layer"], strip]]
        assert scales == [scales[0]] * 4
        assert scales[0] == {"domain": [-0.5, 2.5], "nice": False, "padding": 0, "zero": False}
        assert upper["width"] == strip["width"]


def test_a_cell_without_a_name_is_called_as_asked() -> None:
    for along in ("cell", "sample"):
        strip = panels([row(3)], along=along)[0]["vconcat"][1]
        assert strip["encoding"]["x"]["axis"]["title"] == along


def test_score_and_p_value_stand_under_the_title() -> None:
    rows = [
        row(4, title="first", score=-1.5, p_value=0.25),
        row(4, score=2.0),
        row(4),
        row(4, score=np.nan, p_value=np.nan),
    ]
    subtitles = [panel["vconcat"][0]["title"]["subtitle"] for panel in panels(rows)]
    assert subtitles == [
        ["score \u22121.5, p-value 0.25"],
        ["score 2"],
        ["no score"],
        ["no score"],
    ]
    description = reconstructions(rows[:1]).to_dict()["description"]
    assert description == "Input over reconstruction. first: score \u22121.5, p-value 0.25."


def test_one_row_is_the_same_as_a_list_of_one() -> None:
    one = row(6, title="only", score=1.0, p_value=0.5)
    alone = reconstruction(
        one.observed, one.expected, one.errors, title="only", score=1.0, p_value=0.5
    )
    assert alone.to_dict() == reconstructions([one]).to_dict()


def test_named_columns_are_points_and_are_named_by_a_list() -> None:
    spec = reconstructions([row(3)], names=["a", "constructor", ""]).to_dict()
    marks = [layer["mark"]["type"] for layer in spec["concat"][0]["vconcat"][0]["layer"]]
    assert marks == ["rule", "point", "point"]
    assert [p for p in spec["params"] if p["name"] == "cell_labels"] == [
        {"name": "cell_labels", "value": ["a", "constructor", "(empty)"]}
    ]


def test_missing_and_infinite_values_leave_a_hole() -> None:
    missing = ReconstructedRow([1.0, np.nan, 3.0], [1.0, 2.0, np.inf], [0.0, np.nan, 1.0], "row")
    spec = reconstructions([missing]).to_dict()
    json.dumps(spec, allow_nan=False)
    assert [value["observed"] for value in values(spec, 0)] == [1.0, None, 3.0]
    assert [value["expected"] for value in values(spec, 0)] == [1.0, 2.0, None]
    assert [value["error"] for value in values(spec, 0)] == [0.0, None, 1.0]


def test_of_very_many_cells_the_worst_of_each_few_is_kept() -> None:
    errors = np.random.default_rng(0).random((2, 1, 10_000))
    cells = laid_out([(pair[0], pair[0], pair[0]) for pair in errors], None)
    together = 15
    worst = [
        max(range(start, min(start + together, 10_000)), key=lambda c: errors[:, 0, c].max())
        for start in range(0, 10_000, together)
    ]
    assert cells.positions.tolist() == worst
    assert len(worst) <= MOST_CELLS
    assert cells.remark == "of every 15 of 10000 cells the one with the largest error"


def test_of_very_many_columns_the_worst_are_kept_in_their_order() -> None:
    many = row(100)
    cells = laid_out(
        [(many.observed, many.expected, many.errors)], [f"column {n}" for n in range(100)]
    )
    worst = sorted(sorted(range(100), key=lambda n: -many.errors[n])[:MOST_COLUMNS])
    assert cells.names == tuple(f"column {n}" for n in worst)
    np.testing.assert_array_equal(cells.values[0, 2], np.asarray(many.errors)[worst])
    assert cells.remark == "the 20 of 100 columns with the largest errors"


@pytest.mark.parametrize("cells", [1, 2, MOST_CELLS])
def test_few_cells_are_all_kept(cells: int) -> None:
    one = row(cells)
    shown = laid_out([(one.observed, one.expected, one.errors)], None)
    assert shown.positions.tolist() == list(range(cells))
    assert shown.remark == ""


@pytest.mark.parametrize("value", [0.0, 5.0, -1e-9, 1e12])
def test_equal_values_still_have_room(value: float) -> None:
    flat = np.full(4, value)
    low, high = laid_out([(flat, flat, 0 * flat)], None).value_range
    assert low < value < high


def test_all_arrays_of_another_shape_are_named_together() -> None:
    wrong = ReconstructedRow(np.zeros(3), np.zeros((3, 1)), np.zeros(2), "row")
    with pytest.raises(DataError) as caught:
        reconstructions([row(3), wrong], names=["a"])
    assert str(caught.value).splitlines() == [
        "row 1, expected: shape (3,) was expected, (3, 1) came",
        "row 1, errors: shape (3,) was expected, (2,) came",
        "names: 3 were expected, 1 came",
    ]


@pytest.mark.parametrize("rows", [[], [row(0)]])
def test_nothing_cannot_be_drawn(rows: list[ReconstructedRow]) -> None:
    with pytest.raises(DataError, match=r"at least one was expected|shape \(D,\) was expected"):
        reconstructions(rows)
