"""Run a recipe: fit, score and compare; nothing is written here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from isthmus.read.counting import counted
from isthmus.recipes.fitting import fit_default, fit_honest, reproduce
from isthmus.recipes.material import Material
from isthmus.recipes.outcome import Outcome, outcome
from isthmus.recipes.recipe import Recipe
from isthmus.recipes.too_few import refuse_too_few
from isthmus.training.watching import UNWATCHED, Watching

OnStep = Callable[[str], Watching]
"""Told which detector is fitted next; what it returns watches that training."""


@dataclass(frozen=True)
class Size:
    """How much of the published size is run; None is all of it.

    Attributes
    ----------
    rows : int or None
        Training rows at most.
    epochs : int or None
        Of every fit.
    default_epochs : int or None
        Of isthmus's default alone, which is the longest of the fits.
    """

    rows: int | None = None
    epochs: int | None = None
    default_epochs: int | None = None

    @property
    def is_published(self) -> bool:
        """Whether the reproduction is that of the article."""
        return self.rows is None and self.epochs is None

    @property
    def of_all(self) -> str:
        """What is less than published in every fit, or nothing."""
        cut = [(self.rows, "training row"), (self.epochs, "epoch")]
        parts = [counted(count, what) for count, what in cut if count is not None]
        return f"not the published size: at most {' and '.join(parts)}" if parts else ""

    @property
    def words(self) -> str:
        """What is less than published, or nothing."""
        said = [self.of_all] if self.of_all else []
        if self.default_epochs is not None:
            epochs = counted(self.default_epochs, "epoch")
            said.append(f"isthmus default cut short: at most {epochs}")
        return "; ".join(said)

    def options_of(self, name: str) -> dict[str, Any]:
        """What the options of a fit are changed by."""
        most = self.epochs
        if name == "default" and self.default_epochs is not None:
            most = self.default_epochs
        return {} if most is None else {"epochs": most}


@dataclass(frozen=True, eq=False)
class Run:
    """A recipe that has been run; `outcomes` by name, in the order of the table."""

    recipe: Recipe
    material: Material
    seed: int
    size: Size
    outcomes: dict[str, Outcome]

    @property
    def reproduced(self) -> Outcome:
        return self.outcomes["reproduced"]


def _silent(_name: str) -> Watching:
    return UNWATCHED


def run_recipe(
    recipe: Recipe,
    material: Material,
    *,
    seed: int = 0,
    size: Size | None = None,
    on_step: OnStep = _silent,
) -> Run:
    """Fit the reproduction, its variants, the honest twin and isthmus's default.

    Parameters
    ----------
    recipe : Recipe
        What to do.
    material : Material
        Its rows; see `isthmus.recipes.material.material`.
    seed : int
        Of the weights and the order of the rows.
    size : Size, optional
        Less than the published size, for a quick look.
    on_step : callable
        Told of the progress.

    Raises
    ------
    UsageError
        If so few rows cannot be learnt from or support the false-alarm rate; said before the work.
    """
    size = size or Size()
    if size.rows is not None:
        material = material.first(size.rows)
    refuse_too_few(recipe, material, asked=size.rows)
    outcomes = {}
    for name, changed in (("reproduced", {}), *recipe.variants.items()):
        options = recipe.fit_options(seed=seed, changed={**changed, **size.options_of(name)})
        model, threshold = reproduce(recipe, material, options, on_step(name))
        outcomes[name] = outcome(name, model, material, threshold)
    for name, fit in (("honest", fit_honest), ("default", fit_default)):
        model = fit(recipe, material, seed, on_step(name), **size.options_of(name))
        outcomes[name] = outcome(name, model, material)
    return Run(recipe, material, seed, size, outcomes)
