"""Signals by class: what is drawn, on which scale, what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from pictures import data_of

from isthmus.errors import DataError
from isthmus.report.figures import SampleClass, samples
from isthmus.report.figures.samples import MOST_CELLS, MOST_LINES


def test_every_class_has_a_panel_with_its_rows_as_lines_on_one_scale() -> None:
    normal, other = np.arange(12.0).reshape(3, 4), np.full((2, 4), -5.0)
    spec = samples(
        [SampleClass("fine", normal, 30, True), SampleClass("odd", other, 2, False)]
    ).to_dict()
    first, second = spec["concat"]
    assert first["title"]["text"] == "fine "
    assert first["title"]["subtitle"] == ["3 of 30 rows"]
    assert second["title"]["subtitle"] == ["2 of 2 rows"]
    drawn = {(r["row"], r["cell"]): r["value"] for r in data_of(spec, first)}
    assert drawn == {(row, cell): normal[row, cell] for row in range(3) for cell in range(4)}
    scales = {str(panel["encoding"]["y"]["scale"]) for panel in spec["concat"]}
    assert len(scales) == 1
    low, high = first["encoding"]["y"]["scale"]["domain"]
    assert low < -5 and high > 11
    assert first["mark"]["color"] != second["mark"]["color"]


def test_many_rows_cells_and_holes_make_no_larger_figure() -> None:
    rows = np.zeros((100, 50_000))
    rows[:, ::2] = np.nan
    rows[0, 0] = 7.0
    (panel,) = (spec := samples([SampleClass("a", rows, 100, True)]).to_dict())["concat"]
    records = data_of(spec, panel)
    assert len(records) <= MOST_LINES * MOST_CELLS
    assert panel["title"]["subtitle"] == [f"{MOST_LINES} of 100 rows"]
    assert all(np.isfinite(record["value"]) for record in records)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([], "no class came"),
        ([np.zeros((2, 4)), np.zeros((2, 5))], r"class 1: rows of shape \(n, 4\) .*\(2, 5\) came"),
        ([np.zeros(4)], r"class 0: rows of shape \(n, D\) were expected, \(4,\) came"),
        ([np.zeros((0, 4))], r"class 0: rows of shape \(n, 4\) were expected, \(0, 4\) came"),
    ],
)
def test_what_cannot_be_drawn_is_refused(rows: list[np.ndarray], problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        samples([SampleClass("a", one, 9, True) for one in rows])
