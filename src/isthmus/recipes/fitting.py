"""The three fits of a recipe: as published, with an honest threshold, and isthmus's own."""

from __future__ import annotations

from typing import Any

import numpy as np

from isthmus import model_file
from isthmus.model_file.manifest import Threshold
from isthmus.options import FitOptions
from isthmus.recipes.material import Material
from isthmus.recipes.recipe import Recipe
from isthmus.schema import ImageForm, Schema
from isthmus.scoring.calibration import Calibrator
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.thresholds import RULES, Decision, decide, parse
from isthmus.scoring.views import FLOOR
from isthmus.training.describe import describe
from isthmus.training.fit import fit
from isthmus.training.folds import Plan
from isthmus.training.watching import Watching


def reproduce(
    recipe: Recipe, material: Material, options: FitOptions, watching: Watching
) -> tuple[bytes, Decision]:
    """Do what the article did; the model file, and the threshold of its mean errors.

    The file is calibrated on the article's normal test rows, since the network has learnt from all
    others, and its threshold is the article's, in terms of the score.
    """
    protocol = recipe.protocol
    trained, held_out = material.of("normal training"), material.of("normal test")
    watched, scaled = material.of(protocol.watched), material.of(protocol.scaling_rows)
    used = np.unique(np.concatenate([trained, held_out, watched, scaled]))

    def among(rows: np.ndarray) -> np.ndarray:
        return np.searchsorted(used, np.sort(rows))

    dealt = Plan("split", (among(trained),), (among(held_out),), (among(watched),))
    model = fit(
        material.rows[used],
        schema_of(material),
        options,
        watching=watching,
        dealt=dealt,
        preamble_rows=among(scaled),
    )
    scorer = Scorer.load(model)
    in_view = protocol.threshold_rows
    errors = mean_errors(scorer, material.rows[material.of(in_view)])
    calibrator = Calibrator(np.sort(errors), "split")
    states_rate = RULES[parse(protocol.threshold)[0]].uses_alpha
    decision = decide(protocol.threshold, calibrator, recipe.alpha if states_rate else None)
    return _with_threshold(model, scorer, decision), decision


def fit_honest(
    recipe: Recipe, material: Material, seed: int, watching: Watching, **more: Any
) -> bytes:
    """The same network and training, with a threshold that test rows have no part in."""
    if "patience" not in recipe.options:
        more["validation"] = 0.0  # nothing is decided while it trains
    options = recipe.fit_options(seed=seed, **more)
    return _fit_normal(material, options, watching)


def fit_default(
    recipe: Recipe, material: Material, seed: int, watching: Watching, **more: Any
) -> bytes:
    """What isthmus does by itself with the article's normal training rows."""
    options = FitOptions.from_flat(
        **{**recipe.default, "alpha": recipe.alpha, "seed": seed}, **more
    )
    return _fit_normal(material, options, watching)


def _fit_normal(material: Material, options: FitOptions, watching: Watching) -> bytes:
    rows = material.rows[material.of("normal training")]
    return fit(rows, schema_of(material), options, watching=watching)


def schema_of(material: Material) -> Schema:
    """What a row is, told from the rows that train."""
    rows = material.rows[material.of("normal training")]
    if material.image is not None:
        height, width = material.image
        form = ImageForm(height=height, width=width, channels=1)
        return describe(rows, ["grey"], "image", named=False, image=form)
    return describe(rows, [str(cell) for cell in range(rows.shape[1])], "signal", named=False)


def mean_errors(scorer: Scorer, rows: np.ndarray) -> np.ndarray:
    """The mean error of each row's cells (N,), float32: what articles call reconstruction error."""
    views, _ = scorer.run(rows, ["views"])
    means: np.ndarray = views["views"].mean(axis=(1, 2))
    return means


def _with_threshold(model: bytes, scorer: Scorer, decision: Decision) -> bytes:
    """The same file with the threshold that raises the same alarms on scores."""
    if decision.rule == "conformal":
        return model
    (view,) = scorer.manifest.views
    score = view.weight * (np.log(max(decision.threshold, FLOOR)) - view.center) / view.spread
    threshold = Threshold(rule=f"fixed:{float(score)!r}")
    manifest = scorer.manifest.model_copy(update={"threshold": threshold})
    return model_file.with_manifest(scorer.model, manifest)
