"""What holds for every recipe that is run: honest rows, true thresholds, the same file twice."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from small import SMALL, material_of, small_run, use_made_up_images

from isthmus.errors import UsageError
from isthmus.recipes import NAMES, Recipe, load
from isthmus.recipes.fitting import fit_default, fit_honest, mean_errors, reproduce
from isthmus.recipes.material import Material
from isthmus.recipes.run import Run, Size, run_recipe
from isthmus.recipes.too_few import refuse_too_few
from isthmus.training.watching import UNWATCHED, Watching


@pytest.fixture(scope="module", params=NAMES)
def run(request: pytest.FixtureRequest) -> Run:
    return small_run(request.param)


def test_every_detector_of_the_table_is_there_and_scores_as_where_it_was_made(run: Run) -> None:
    names = ["reproduced", *run.recipe.variants, "honest", "default"]
    assert list(run.outcomes) == names
    for outcome in run.outcomes.values():
        assert outcome.scorer.probe() == 0.0


def test_the_model_file_raises_the_alarms_that_were_counted(run: Run) -> None:
    rows = run.material.rows[run.material.of("test")]
    abnormal = ~run.material.is_normal[run.material.of("test")]
    for outcome in run.outcomes.values():
        scores = outcome.scorer.anomaly_score(rows)
        assert np.array_equal(scores > outcome.scorer.decide().threshold, outcome.alarms)
        counts = outcome.evaluation.confusion
        assert counts.alarms_among_abnormal == int(outcome.alarms[abnormal].sum())
        assert counts.alarms_among_normal == int(outcome.alarms[~abnormal].sum())


def test_the_reproduction_is_calibrated_on_the_normal_test_rows_and_says_so(run: Run) -> None:
    material = run.material
    normal = material.rows[material.of("normal test")]
    for name in ("reproduced", *run.recipe.variants):
        scorer = run.outcomes[name].scorer
        held = scorer.manifest.calibration
        assert held.scheme == "split"
        assert sorted(held.scores) == sorted(scorer.anomaly_score(normal).tolist())
        data = scorer.manifest.data
        assert data.training_rows == len(material.of("normal training"))
        assert data.calibration_rows == len(normal)


def test_the_threshold_is_the_articles_rule_on_the_rows_that_it_names(run: Run) -> None:
    protocol, outcome = run.recipe.protocol, run.reproduced
    errors = mean_errors(
        outcome.scorer, run.material.rows[run.material.of(protocol.threshold_rows)]
    ).astype(np.float64)
    rule, _, number = protocol.threshold.partition(":")
    expected = {
        "mean-std": lambda: errors.mean() + float(number) * errors.std(),
        "fixed": lambda: float(number),
        "percentile": lambda: np.percentile(errors, float(number)),
        "conformal": lambda: np.sort(errors)[-int(run.recipe.alpha * (len(errors) + 1))],
    }[rule]()
    assert outcome.threshold.threshold == pytest.approx(expected, rel=1e-6)


def test_the_mean_errors_are_those_of_rows_scaled_as_the_article_did(run: Run) -> None:
    recipe, material, outcome = run.recipe, run.material, run.reproduced
    scaled_by = material.rows[material.of(recipe.protocol.scaling_rows)].astype(np.float64)
    axis = 0 if recipe.options["scaling_scope"] == "column" else None
    low, high = scaled_by.min(axis=axis), scaled_by.max(axis=axis)
    rows = material.rows[material.of("test")[:40]]
    made, _ = outcome.scorer.run(rows, ["reconstruction"])
    wanted, came = (rows - low) / (high - low), (made["reconstruction"] - low) / (high - low)
    losses = {
        "mae": lambda: np.abs(came - wanted),
        "mse": lambda: np.square(came - wanted),
        "bce": lambda: _entropy(came, wanted) - _entropy(wanted, wanted),
    }
    means = losses[recipe.options["loss"]]().mean(axis=1)
    assert outcome.errors[:40] == pytest.approx(means, rel=1e-3, abs=1e-6)


def _entropy(came: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    likely = np.clip(came, 1e-7, 1 - 1e-7)
    return -(wanted * np.log(likely) + (1 - wanted) * np.log(1 - likely))


def test_the_same_seed_makes_the_same_files_and_another_seed_others(run: Run) -> None:
    recipe, material = run.recipe, run.material
    made = []
    for seed in (0, 1):
        options = recipe.fit_options(seed=seed, **SMALL.options_of("reproduced"))
        made.append(reproduce(recipe, material, options, UNWATCHED)[0])
    assert made[0] == run.reproduced.model
    assert made[1] != run.reproduced.model


def test_what_is_honest_knows_nothing_of_abnormal_or_test_rows(run: Run) -> None:
    recipe, material = run.recipe, run.material
    other = material.rows.copy()
    unknown = np.setdiff1d(np.arange(len(other)), material.of("normal training"))
    other[unknown] = np.random.default_rng(0).normal(100.0, 50.0, other[unknown].shape)
    changed = dataclasses.replace(material, rows=other)
    for name, fit in (("honest", fit_honest), ("default", fit_default)):
        again = fit(recipe, changed, run.seed, UNWATCHED, **SMALL.options_of(name))
        assert again == run.outcomes[name].model, name


def test_the_default_is_the_default_but_for_what_the_recipe_says(run: Run) -> None:
    options = run.outcomes["default"].scorer.manifest.options.model_dump(exclude_defaults=True)
    flat = {key: value for group in options.values() for key, value in group.items()}
    flat.pop("seed", None)
    assert flat == {**run.recipe.default, "alpha": run.recipe.alpha, "epochs": SMALL.epochs}


def test_less_than_the_published_size_is_said(run: Run) -> None:
    assert not run.size.is_published
    assert run.size.words == "not the published size: at most 230 training rows and 1 epoch"
    assert len(run.material.training) == 230


@pytest.mark.parametrize("name", NAMES)
def test_rows_that_are_too_few_are_refused_before_any_fit(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_made_up_images(monkeypatch)
    material, recipe = material_of(name), load(name)
    enough = next(rows for rows in range(1, 400) if not too_few(recipe, material, rows))
    assert enough > 20
    for rows in (1, 5, enough - 1):
        with pytest.raises(UsageError, match=f"--rows {rows}: of {rows} training row"):
            run_recipe(recipe, material, size=Size(rows=rows), on_step=unwanted)
    ran = run_recipe(recipe, material, size=Size(rows=enough, epochs=1))
    assert len(ran.material.training) == enough


def too_few(recipe: Recipe, material: Material, rows: int) -> bool:
    try:
        refuse_too_few(recipe, material.first(rows), asked=rows)
    except UsageError:
        return True
    return False


def unwanted(_name: str) -> Watching:
    raise AssertionError("a fit was begun")


def test_early_stopping_of_the_guide_looks_at_both_classes() -> None:
    material = material_of("ecg-guide").first(300)
    recipe = load("ecg-guide")
    model, _ = reproduce(recipe, material, recipe.fit_options(seed=0, epochs=1), UNWATCHED)
    other = material.rows.copy()
    abnormal = material.training[~material.is_normal[material.training]]
    other[abnormal] *= 0.5  # within the range of the columns' other rows or not: both count
    changed = dataclasses.replace(material, rows=other)
    again, _ = reproduce(recipe, changed, recipe.fit_options(seed=0, epochs=1), UNWATCHED)
    assert model != again
