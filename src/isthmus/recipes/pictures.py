"""The figures of an article, drawn from a run of its recipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from isthmus.recipes import naming
from isthmus.recipes.material import Material
from isthmus.recipes.outcome import Outcome
from isthmus.recipes.run import Run
from isthmus.report.figures import (
    Picture,
    ReconstructedRow,
    SampleClass,
    confusion_matrix,
    headed,
    image_grid,
    reconstructions,
    samples,
    score_histogram,
    training_curve,
)
from isthmus.report.figures.text import number

_SIGNALS_OF_A_CLASS = 6
_IMAGES_OF_A_CLASS = 2
_IMAGES = 10
"""As many as the articles show."""
_SAMPLE = "sample"
"""What a cell of a signal is called."""


def pictures(run: Run) -> dict[str, Any]:
    """Every figure that the recipe names, by the stem of its file; those of variants besides."""
    drawn: dict[str, Any] = {}
    for figure in run.recipe.figures:
        draw = FIGURES[figure]
        if figure == "samples":
            drawn[figure] = _headed(draw(run, run.reproduced), run)
            continue
        drawn[figure] = _headed(draw(run, run.reproduced), run, "reproduced")
        for variant in run.recipe.variants:
            chart = draw(run, run.outcomes[variant])
            drawn[f"{figure}-{variant}"] = _headed(chart, run, variant)
    return drawn


def _headed(chart: Any, run: Run, name: str | None = None) -> Any:
    """The figure under the names of recipe and variant, with what is less than published."""
    whose = run.recipe.name if name is None else f"{run.recipe.name}, {name}"
    notes = [] if run.size.is_published else [f"{run.size.of_all[:1].upper()}{run.size.of_all[1:]}"]
    return headed(chart, whose, notes)


def _samples(run: Run, _outcome: Outcome) -> Any:
    material = run.material
    if material.image is not None:
        return _sample_images(material)
    test = material.of("test")
    classes = material.classes[test]
    return samples(
        [
            SampleClass(
                title=f"{material.class_names[int(one)]}",
                rows=material.rows[test[classes == one][:_SIGNALS_OF_A_CLASS]],
                count=int((classes == one).sum()),
                is_normal=bool(material.is_normal[test[classes == one][0]]),
            )
            for one in np.unique(classes)
        ],
        along=_SAMPLE,
    )


def _sample_images(material: Material) -> Any:
    """The first test images of every class, those of one class below each other."""
    test = material.of("test")
    found = [
        test[material.classes[test] == one][:_IMAGES_OF_A_CLASS]
        for one in np.unique(material.classes[test])
    ]
    mixed = not material.is_normal[test].all()
    chosen = [
        rows[line] for line in range(_IMAGES_OF_A_CLASS) for rows in found if line < len(rows)
    ]
    return image_grid(
        [
            Picture(_image(material, material.rows[row]), (_name(material, row, mixed=mixed),))
            for row in chosen
        ],
        title="Test images of every class" + (" (normal classes: N)" if mixed else ""),
    )


def _name(material: Material, row: int, *, mixed: bool) -> str:
    name = material.class_names[int(material.classes[row])]
    return f"{name} (N)" if mixed and material.is_normal[row] else name


def _reconstructions(run: Run, outcome: Outcome) -> Any:
    """The first normal and the first abnormal test row, as the articles show them."""
    material = run.material
    test = material.of("test")
    abnormal = ~material.is_normal[test]
    chosen = [int(np.flatnonzero(flags)[0]) for flags in (~abnormal, abnormal) if flags.any()]
    rows = material.rows[test[chosen]]
    made, _ = outcome.scorer.run(rows, ["reconstruction", "error", "anomaly_score"])
    return reconstructions(
        [
            ReconstructedRow(
                observed=rows[place],
                expected=made["reconstruction"][place],
                errors=made["error"][place],
                title=f"The first {'abnormal' if abnormal[row] else 'normal'} test row: mean error "
                f"{number(outcome.errors[row])}, {'alarm' if outcome.alarms[row] else 'no alarm'}",
                score=float(made["anomaly_score"][place]),
            )
            for place, row in enumerate(chosen)
        ],
        along=_SAMPLE,
    )


def _grid(run: Run, outcome: Outcome) -> Any:
    """The first test images over their reconstructions; normal and abnormal ones where both are."""
    material = run.material
    test = material.of("test")
    abnormal = ~material.is_normal[test]
    parts = [np.flatnonzero(flags)[:_IMAGES] for flags in (~abnormal, abnormal)]
    chosen = np.concatenate(parts)
    rows = material.rows[test[chosen]]
    made, _ = outcome.scorer.run(rows, ["reconstruction"])
    return image_grid(
        [
            Picture(
                _image(material, rows[place]),
                (
                    material.class_names[int(material.classes[test[row]])],
                    f"{outcome.errors[row]:.3g}{' alarm' if outcome.alarms[row] else ''}",
                ),
                _image(material, made["reconstruction"][place]),
            )
            for place, row in enumerate(chosen)
        ],
        title=f"{'Normal and abnormal test' if abnormal.any() else 'Test'} images, "
        f"{naming.mean_error(run.recipe)}",
    )


def _loss(run: Run, outcome: Outcome) -> Any:
    return training_curve(
        outcome.scorer.manifest.training,
        watched=naming.watched(run.recipe),
        quantity=naming.loss(run.recipe),
        notes=naming.entropy_left_out(run.recipe),
    )


def _errors(run: Run, outcome: Outcome) -> Any:
    test = run.material.of("test")
    return score_histogram(
        outcome.errors,
        ~run.material.is_normal[test],
        outcome.threshold.threshold,
        title=f"Mean errors of {len(test)} test rows",
        quantity=f"a row's {naming.mean_error(run.recipe)}",
    )


def _confusion(_run: Run, outcome: Outcome) -> Any:
    return confusion_matrix(outcome.evaluation.confusion)


def _image(material: Material, row: np.ndarray) -> np.ndarray:
    assert material.image is not None
    return row.reshape(material.image)


FIGURES: dict[str, Callable[[Run, Outcome], Any]] = {
    "samples": _samples,
    "reconstructions": _reconstructions,
    "grid": _grid,
    "loss": _loss,
    "errors": _errors,
    "confusion": _confusion,
}
