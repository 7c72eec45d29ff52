"""Refuse, before any fit, rows that are too few for one of the fits."""

from __future__ import annotations

import numpy as np

from isthmus.errors import UsageError
from isthmus.options import MINIMUM_ROWS, FitOptions
from isthmus.read.counting import counted
from isthmus.recipes.material import Material
from isthmus.recipes.recipe import Recipe
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.thresholds import decide
from isthmus.training.folds import plan


def refuse_too_few(recipe: Recipe, material: Material, *, asked: int | None) -> None:
    """Refuse normal training rows that the honest twin or isthmus's default cannot do with.

    Parameters
    ----------
    recipe : Recipe
        Its options and false-alarm rate.
    material : Material
        The rows, no more than were asked for.
    asked : int or None
        The training rows that were asked for at most.

    Raises
    ------
    UsageError
        With what is missing, and how many rows came of those that were asked for.
    """
    normal = len(material.of("normal training"))
    problem = _problem(recipe, normal)
    if problem is None:
        return
    where = recipe.name if asked is None else f"--rows {asked}"
    raise UsageError(
        f"{where}: of {counted(len(material.training), 'training row')} {normal} "
        f"{'is' if normal == 1 else 'are'} normal, which is too few: {problem}",
        advice="Give more with --rows, or leave it out.",
    )


def _problem(recipe: Recipe, normal: int) -> str | None:
    if normal < MINIMUM_ROWS:
        return f"at least {MINIMUM_ROWS} are needed to learn from and to calibrate"
    given = {**recipe.default, "alpha": recipe.alpha}
    for options in (recipe.fit_options(seed=0), FitOptions.from_flat(**given)):
        dealt = plan(normal, options.calibration, options.training)
        calibrated = sum(map(len, dealt.held_out))
        stand_in = Calibrator(np.zeros(calibrated, np.float32), dealt.scheme)
        try:
            decide(options.calibration.threshold, stand_in, options.calibration.alpha)
        except UsageError as error:
            return error.problems[0]
    return None
