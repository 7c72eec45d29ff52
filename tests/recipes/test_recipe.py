"""What a recipe may say, and what is said where it is wrong."""

from __future__ import annotations

from importlib import resources

import pytest

from isthmus.errors import UsageError
from isthmus.options import FitOptions
from isthmus.recipes import NAMES, Recipe, load, text_of
from isthmus.recipes.recipe import BARE

every_recipe = pytest.mark.parametrize("name", NAMES)


def changed(old: str, new: str) -> str:
    text = text_of("ecg-guide")
    assert text.count(old) == 1
    return text.replace(old, new)


def refused(text: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        Recipe.parse(text, source="mine.toml")
    return caught.value


def test_every_file_of_the_folder_is_on_the_shelf() -> None:
    files = {path.name for path in resources.files("isthmus.recipes").iterdir()}
    assert {name for name in files if name.endswith(".toml")} == {f"{name}.toml" for name in NAMES}


@every_recipe
def test_a_recipe_parses_has_its_own_name_and_survives_json(name: str) -> None:
    recipe = load(name)
    assert recipe.name == name
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe


@every_recipe
def test_the_options_of_a_recipe_are_those_of_the_fit_and_nothing_is_lost(name: str) -> None:
    recipe = load(name)
    for own in ({}, *recipe.variants.values()):
        options = recipe.fit_options(seed=7, changed=own)
        flat = {
            key: value for group in options.model_dump().values() for key, value in group.items()
        }
        assert flat["seed"] == 7
        assert flat["alpha"] == recipe.alpha
        for key, value in {**BARE, **recipe.options, **own}.items():
            assert flat[key] == (tuple(value) if isinstance(value, list) else value), key
        assert FitOptions.model_validate_json(options.model_dump_json()) == options


@every_recipe
def test_published_figures_agree_with_each_other(name: str) -> None:
    recipe = load(name)
    found = recipe.published
    if found.normal_right is not None and found.abnormal_right is not None:
        assert found.normal is not None and found.abnormal is not None
        missed = found.abnormal - found.abnormal_right
        assert found.recall == pytest.approx(found.normal_right / found.normal, abs=5e-4)
        assert found.precision == pytest.approx(
            found.normal_right / (found.normal_right + missed), abs=5e-4
        )
        right = found.normal_right + found.abnormal_right
        assert found.accuracy == pytest.approx(right / (found.normal + found.abnormal), abs=5e-4)
    if found.precision is not None and found.recall is not None and found.f1 is not None:
        f1 = 2 * found.precision * found.recall / (found.precision + found.recall)
        assert found.f1 == pytest.approx(f1, abs=2e-3)
    if found.recall is not None:
        assert recipe.alpha == pytest.approx(1 - found.recall, abs=5e-4)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("split_seed = 111", "split_sed = 111", "mine.toml: data.split_sed is no key of a recipe"),
        ('set = "ecg5000"\n', "", "mine.toml: data.set is missing"),
        ('set = "ecg5000"', 'set = "ecg"', "mine.toml: data.set: Input should be 'ecg5000'"),
        ("split_seed = 111\n", "", "test_share and split_seed are needed together"),
        ("batch_size = 120", "batch_sise = 120", "unknown option 'batch_sise'"),
        ("batch_size = 120", "batch_size = 0", "batch_size: Input should be greater than"),
        ("batch_size = 120", "input_noise = 0.5", "options: input_noise is the same for all"),
        ("batch_size = 120", "seed = 1", "options: seed is the same for all recipes"),
        ('watched = "training"', 'watched = "all"', "protocol.watched: Input should be 'nothing'"),
        ("mean-std:2", "mean-sd:2", "there is no rule 'mean-sd'"),
        ("mean-std:2", "fixed", "fixed needs a number"),
        ('name = "ecg-guide"', 'name = "../guide"', "mine.toml: name: String should match"),
        ("alpha = 0.04796", "alpha = 4.8", "mine.toml: alpha: Input should be less than 1"),
        ("[data]", "[data", "mine.toml: is no TOML: "),
    ],
)
def test_a_mistake_is_named_once_and_by_its_place(old: str, new: str, said: str) -> None:
    failure = refused(changed(old, new))
    assert said in str(failure)
    assert len(failure.problems) == 1


def test_several_mistakes_are_reported_together() -> None:
    text = changed("split_seed = 111", "split_sed = 111").replace("loss", "los", 1)
    text = text.replace("recall = 0.952", 'recall = "high"')
    problems = refused(text).problems
    assert len(problems) >= 3
    assert all(problem.startswith("mine.toml: ") for problem in problems)


@pytest.mark.parametrize(("typed", "meant"), [("ecg-guid", "ecg-guide"), ("mnist", "mnist-conv")])
def test_a_wrong_name_suggests_the_closest(typed: str, meant: str) -> None:
    with pytest.raises(UsageError, match=f"no recipe '{typed}'; did you mean '{meant}'") as caught:
        load(typed)
    assert all(name in str(caught.value) for name in NAMES)


@pytest.mark.parametrize("typed", ["", "zzz", "../recipe", "ecg-guide.toml/.."])
def test_a_name_never_leads_out_of_the_shelf(typed: str) -> None:
    with pytest.raises(UsageError, match="there is no recipe"):
        text_of(typed)
