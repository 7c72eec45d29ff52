"""The usual error of a cell comes from rows that the networks did not train on."""

from __future__ import annotations

import numpy as np
import pytest
from beats import mixed_rows, model_of, normal_beats

from isthmus.model_file.manifest import Curve
from isthmus.schema import Column, Schema
from isthmus.scoring.cell_errors import MOST_QUANTILES, cell_errors, evenly
from isthmus.scoring.recalibrate import recalibrate
from isthmus.scoring.scorer import Scorer

SCHEMA = Schema(
    kind="table",
    columns=(
        Column(name="a", minimum=0, maximum=1),
        Column(name="b", kind="category", minimum=0, maximum=1, levels=("x", "y"), counts=(5, 5)),
    ),
)


def test_each_cell_has_its_mean_its_spread_and_its_quantiles():
    rows = np.array([[1.0, 0], [2.0, 1], [np.nan, 1]])
    rebuilt = np.array([[1.5, np.nan], [0.5, np.nan], [9.0, np.nan]])
    errors = np.array([[0.25, 3.0], [2.25, 1.0], [7.0, 2.0]])
    number, category = cell_errors(rows, rebuilt, errors, SCHEMA)
    assert number.quantiles == (0.25, 2.25)
    assert number.mean == 1.25
    assert number.residual == pytest.approx(0.5 + 0.6827, rel=1e-3)
    assert number.rows == 2
    assert category.quantiles == (1.0, 2.0, 3.0)
    assert category.residual is None


def test_many_rows_leave_evenly_spaced_quantiles_with_both_ends():
    kept = evenly(np.arange(100_000), MOST_QUANTILES)
    assert len(kept) == MOST_QUANTILES
    assert (kept[0], kept[-1]) == (0, 99_999)
    assert np.ptp(np.diff(kept)) <= 1


def test_the_usual_difference_of_normal_residuals_is_their_deviation_and_one_giant_moves_nothing():
    residuals = np.random.default_rng(0).normal(size=(5000, 2)) * 3.0
    residuals[0] = 1e9
    number, _ = cell_errors(residuals, 0 * residuals, np.square(residuals), SCHEMA)
    assert number.residual == pytest.approx(3.0, rel=0.05)


@pytest.mark.parametrize("together", [1, 5, 1 << 18])
def test_what_is_usual_of_a_cell_does_not_depend_on_the_others(monkeypatch, together):
    monkeypatch.setattr("isthmus.scoring.cell_errors._TOGETHER", together)
    generator = np.random.default_rng(0)
    rows, rebuilt = generator.normal(size=(2, 40, 3))
    rows[[1, 5], [0, 2]] = np.nan
    names = [Column(name=name, minimum=0, maximum=1) for name in "abc"]
    errors = np.square(rows - rebuilt)
    found = cell_errors(rows, rebuilt, errors, Schema(kind="table", columns=tuple(names)))
    for place, cell in enumerate(found):
        alone = Schema(kind="table", columns=(names[place],))
        own = (part[:, [place]] for part in (rows, rebuilt, errors))
        assert (cell.mean, cell.residual, cell.rows) == (
            (one := cell_errors(*own, alone)[0]).mean,
            one.residual,
            one.rows,
        )


def test_on_a_curve_the_usual_difference_is_wider_farther_out():
    generator = np.random.default_rng(0)
    rows = np.exp(2 * generator.normal(size=(4000, 2)))
    rebuilt = rows * np.exp(0.1 * generator.normal(size=rows.shape))
    curves = {0: Curve(middle=0.0, spread=1e-3)}  # all of it a logarithm
    number, _ = cell_errors(rows, rebuilt, np.square(rows), SCHEMA, curves)
    assert number.deviation(1.0) == pytest.approx(0.1, rel=0.1)
    assert number.deviation(1000.0) == pytest.approx(100.0, rel=0.1)


def test_cells_near_the_largest_number_have_a_finite_spread():
    rows = np.array([[1e308, 0], [-1e308, 0]])
    number, _ = cell_errors(rows, 0 * rows, np.ones((2, 2)), SCHEMA)
    assert number.residual == pytest.approx(1e308, rel=1e-3)


def test_errors_of_rows_held_out_are_larger_than_those_of_rows_learnt_by_heart():
    """Across folds every row is judged by the networks that did not train on it."""
    rows = np.random.default_rng(0).normal(size=(60, 12))
    scorer = Scorer.load(model_of(rows, "table", max_steps=1500, input_noise=0.0, folds=2))
    made, _ = scorer.run(rows, ["error"])
    by_all = made["error"].mean()  # half of it by networks that know the row
    held_out = np.mean([cell.mean for cell in scorer.manifest.cells])
    assert held_out > 1.75 * by_all


def test_recent_rows_set_what_is_usual_anew():
    scorer = Scorer.load(model_of(normal_beats(), "signal", max_steps=60))
    louder = normal_beats(400)[200:] * 1.5
    fresh = Scorer.load(recalibrate(scorer, louder))
    before, after = (np.mean([c.mean for c in s.manifest.cells]) for s in (scorer, fresh))
    assert after > before
    assert fresh.manifest.cells[0].rows == 200


def test_a_category_has_no_spread_in_units():
    scorer = Scorer.load(model_of(mixed_rows(), "mixed", max_steps=20))
    assert [cell.residual is None for cell in scorer.manifest.cells] == [
        column.kind == "category" for column in scorer.schema.columns
    ]
