"""What one detector does on the article's test rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from isthmus.evaluation import Evaluation, evaluate
from isthmus.recipes.fitting import mean_errors
from isthmus.recipes.material import Material
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.thresholds import Decision

_FLOOR = 1e-7
"""Keras cuts probabilities off here before it takes logarithms."""


@dataclass(frozen=True)
class ImageErrors:
    """How far normal test images are from their reconstructions: means over pixels of 0 to 1.

    `cross_entropy` includes the entropy of the images themselves, as Keras counts it; what lies
    outside of 0 to 1 is cut off for it.
    """

    squared: float
    cross_entropy: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """One column of the table.

    Attributes
    ----------
    name : str
        Its model file is ``NAME.onnx``.
    model : bytes
        The model file.
    scorer : Scorer
        The same, loaded.
    errors : (T,) float32
        Mean of the views of each test row: of an article's network its mean error.
    alarms : (T,) bool
        Which of them are alarms.
    threshold : Decision
        Of the mean errors where `of_errors` is true, else of the scores.
    evaluation : Evaluation
        Alarms and scores against the truth.
    images : ImageErrors or None
        For images.
    """

    name: str
    model: bytes
    scorer: Scorer
    errors: npt.NDArray[np.float32]
    alarms: npt.NDArray[np.bool_]
    threshold: Decision
    of_errors: bool
    evaluation: Evaluation
    images: ImageErrors | None


def outcome(
    name: str, model: bytes, material: Material, of_errors: Decision | None = None
) -> Outcome:
    """Score the test rows.

    Parameters
    ----------
    name : str
        Of the model file.
    model : bytes
        The model file.
    material : Material
        Its test rows are scored.
    of_errors : Decision, optional
        A threshold of the mean errors; without it the model file's own decides.
    """
    scorer = Scorer.load(model)
    test = material.of("test")
    rows, abnormal = material.rows[test], ~material.is_normal[test]
    errors = mean_errors(scorer, rows)
    decision, judged = of_errors, errors
    if decision is None:
        decision, judged = scorer.decide(), scorer.anomaly_score(rows)
    alarms: npt.NDArray[np.bool_] = judged > decision.threshold
    return Outcome(
        name=name,
        model=model,
        scorer=scorer,
        errors=errors,
        alarms=alarms,
        threshold=decision,
        of_errors=of_errors is not None,
        evaluation=evaluate(judged, alarms, abnormal, alpha=decision.alpha),
        images=None if material.image is None else _image_errors(scorer, rows[~abnormal]),
    )


def _image_errors(scorer: Scorer, rows: npt.NDArray[Any]) -> ImageErrors:
    squared = entropy = 0.0
    for chunk in np.array_split(rows, max(1, len(rows) // 1000)):
        made, _ = scorer.run(chunk, ["reconstruction"])
        wanted, came = chunk / 255.0, made["reconstruction"].astype(np.float64) / 255.0
        squared += float(np.square(came - wanted).sum())
        likely = np.clip(came, _FLOOR, 1.0 - _FLOOR)
        entropy -= float((wanted * np.log(likely) + (1.0 - wanted) * np.log1p(-likely)).sum())
    return ImageErrors(squared / rows.size, entropy / rows.size)
