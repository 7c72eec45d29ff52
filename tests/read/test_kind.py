"""Table or signal."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.read.kind import choose_kind, correlation_along, neighbour_correlation, numbered

RANDOM = np.random.default_rng(0)
WAVES = np.cumsum(RANDOM.normal(size=(300, 64)), axis=1)
NOISE = RANDOM.normal(size=(300, 64))


def names(count: int, prefix: str = "c", start: int = 0) -> list[str]:
    return [f"{prefix}{number}" for number in range(start, start + count)]


@pytest.mark.parametrize(
    ("columns", "named", "values", "kind", "because"),
    [
        (names(64), False, WAVES, "signal", "64 columns without names of their own, correlation"),
        (names(64, "t", 5), True, WAVES, "signal", "correlation of neighbours 0."),
        (names(64, ""), True, WAVES, "signal", "correlation of neighbours 0."),
        (names(64), False, NOISE, "table", "correlation of neighbours"),
        (names(31), False, WAVES[:, :31], "table", "31 columns; a signal has 32 or more"),
        (names(32), False, WAVES[:, :32], "signal", "32 columns"),
        (["size", *names(63)], True, WAVES, "table", "names of their own"),
        (names(64), False, WAVES[:2], "table", "correlation of neighbours 0.00"),
        (names(1), False, WAVES[:, :1], "table", "1 column; "),
    ],
)
def test_many_columns_without_names_that_resemble_their_neighbours_are_a_signal(
    columns: list[str], named: bool, values: npt.NDArray[Any], kind: str, because: str
) -> None:
    chosen, sentence = choose_kind(columns, named, values)
    assert chosen == kind
    assert because in sentence
    other = {"signal": "table", "table": "signal"}[kind]
    assert sentence.endswith(f"; --kind {other} to change")


@pytest.mark.parametrize("kind", ["table", "signal"])
def test_what_is_asked_for_is_taken(kind: Any) -> None:
    assert choose_kind(names(3), True, NOISE[:, :3], kind) == (kind, f"kind: {kind}, as asked")


@pytest.mark.parametrize(
    ("columns", "yes"),
    [
        (["0", "1", "2"], True),
        (["t10", "t11", "t12"], True),
        (["t_008", "t_009", "t_010"], True),
        (["x1y2", "x1y3"], True),
        (["t0", "t2"], False),
        (["t1", "t0"], False),
        (["a0", "b1"], False),
        (["a", "b"], False),
        (["t0", "t1", "t"], False),
        ([], False),
    ],
)
def test_numbered_means_one_prefix_and_consecutive_numbers(columns: list[str], yes: bool) -> None:
    assert numbered(columns) is yes


def test_the_correlation_is_the_median_over_neighbours() -> None:
    table = np.corrcoef(WAVES, rowvar=False)
    expected = np.median([table[place, place + 1] for place in range(63)])
    assert neighbour_correlation(WAVES) == pytest.approx(expected, rel=1e-12)


def test_missing_infinite_and_constant_cells_are_left_out() -> None:
    values = WAVES.copy()
    values[::7, 3] = np.nan
    values[5, ::9] = np.inf
    values[:, 40:50] = 2.5
    values[:, 60] = np.nan
    assert neighbour_correlation(values) == pytest.approx(neighbour_correlation(WAVES), abs=0.01)
    assert neighbour_correlation(np.ones((9, 40))) == 0
    assert neighbour_correlation(np.full((9, 40), np.nan)) == 0


@settings(deadline=None, max_examples=30)
@given(scale=st.sampled_from([1e-300, 1e-5, 1.0, 1e5, 1e300]), offset=st.floats(-3, 3))
def test_the_unit_does_not_matter(scale: float, offset: float) -> None:
    changed = neighbour_correlation((WAVES + offset) * scale)
    assert changed == pytest.approx(neighbour_correlation(WAVES), rel=1e-6)


def test_of_many_rows_an_even_choice_is_looked_at_always_the_same() -> None:
    many = np.cumsum(RANDOM.normal(size=(50_000, 40)), axis=1)
    assert neighbour_correlation(many) == neighbour_correlation(many.copy())
    sampled = neighbour_correlation(many)
    assert sampled == pytest.approx(
        float(np.median([np.corrcoef(many[:, i], many[:, i + 1])[0, 1] for i in range(39)])),
        abs=0.02,
    )


def test_single_precision_is_looked_at_in_double() -> None:
    big = (WAVES * 1e30).astype(np.float32)
    assert neighbour_correlation(big) == pytest.approx(neighbour_correlation(WAVES), rel=1e-5)


def test_the_colours_of_pixels_side_by_side_are_a_table() -> None:
    """Every pixel has red, green and near infrared in turn, which rise together and differ much."""
    brightness = RANDOM.normal(size=(300, 1))
    levels = np.tile([10.0, 60.0, 140.0], 16)
    pixels = levels + 5 * brightness + RANDOM.normal(0, 0.5, (300, 48))
    assert neighbour_correlation(pixels) > 0.8 > correlation_along(pixels)
    chosen, sentence = choose_kind(names(48), False, pixels)
    assert chosen == "table"
    assert "along the row -0." in sentence
    along_one_line = 60 + 5 * brightness + np.linspace(0, 80, 48) + RANDOM.normal(0, 0.5, (300, 48))
    assert choose_kind(names(48), False, along_one_line)[0] == "signal"


def test_the_correlation_along_the_row_is_over_all_places_and_knows_no_missing_cells() -> None:
    rows = WAVES[:20].copy()
    left, right = rows[:, :-1].ravel(), rows[:, 1:].ravel()
    assert correlation_along(rows) == pytest.approx(np.corrcoef(left, right)[0, 1])
    rows[::3, ::5] = np.nan
    rows[1, 2] = np.inf
    left, right = rows[:, :-1].ravel(), rows[:, 1:].ravel()
    both = np.isfinite(left) & np.isfinite(right)
    assert correlation_along(rows) == pytest.approx(np.corrcoef(left[both], right[both])[0, 1])
    assert correlation_along(np.full((5, 40), 3.0)) == 0.0
    assert correlation_along(np.full((5, 40), np.nan)) == 0.0
