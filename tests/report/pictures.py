"""One small figure of every kind, for the tests that hold for all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from isthmus.evaluation import Confusion
from isthmus.model_file.manifest import Epoch, Training
from isthmus.report.figures import (
    Picture,
    ReconstructedRow,
    SampleClass,
    confusion_matrix,
    headed,
    image_grid,
    reconstruction,
    reconstructions,
    samples,
    score_histogram,
    training_curve,
)

HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "nul \x00 escape \x1b[31m delete \x7f",
    "lone surrogate \ud800",
    "\u202eright to left",
    "two\nlines\r\nand\u2028more",
    "",
    "constructor",
    "toString",
    "hasOwnProperty",
    "__proto__",
    "a:b[0].c",
    "count()",
    "\"quotes\" 'and' `more` \\",
    "datum.value",
    "x" * 500,
    "漢字 🦊 é\u0301\u0301\u0301",
)


def data_of(spec: dict[str, Any], part: dict[str, Any]) -> list[dict[str, Any]]:
    """The records of a part of a specification, also where its data have moved to the top."""
    data = part["data"] if "data" in part else spec["data"]
    return list(data["values"] if "values" in data else spec["datasets"][data["name"]])


def histogram(title: str) -> Any:
    generator = np.random.default_rng(0)
    scores = np.concatenate([generator.normal(size=300), generator.normal(4, 1, 30)])
    return score_histogram(scores, np.arange(330) >= 300, 2.5, title=title)


def signal(title: str) -> Any:
    observed = np.sin(np.arange(80) / 6)
    expected = observed + 0.3 * (np.arange(80) > 60)
    errors = (observed - expected) ** 2
    return reconstruction(observed, expected, errors, title=title, score=2.5, p_value=0.01)


def table(title: str) -> Any:
    observed, expected = np.zeros(len(HOSTILE)), np.linspace(-1, 1, len(HOSTILE))
    row = ReconstructedRow(observed, expected, expected**2, title, 1.5, 0.125)
    return reconstructions([row, row], names=HOSTILE)


def curve(title: str) -> Any:
    return training_curve(training(epochs=20, members=3), title=title)


def classes(title: str) -> Any:
    rows = np.sin(np.arange(90) / np.arange(4, 9)[:, None])
    made = [SampleClass(title, rows, 100 * (k + 1), k == 0) for k in range(5)]
    return samples(made)


def counts(title: str) -> Any:
    made = Confusion(
        alarms_among_abnormal=431,
        quiet_among_abnormal=6,
        alarms_among_normal=27,
        quiet_among_normal=536,
    )
    return confusion_matrix(made, title=title)


def grid(title: str) -> Any:
    """Orange and blue squares, one in a line of ten, over darker ones."""
    pictures = []
    for place in range(12):
        image = np.zeros((12, 12, 3))
        image[2:10, 2:10] = (213, 94, 0) if place % 2 else (0, 114, 178)
        pictures.append(Picture(image, (title, f"0.0{place}"), image / 2))
    return image_grid(pictures, title=title)


def training(
    epochs: int, members: int, *, validation: bool = True, kept: tuple[int, ...] | None = None
) -> Training:
    """A made-up history of ten steps an epoch, falling from 1 to 1/100."""
    falling = np.geomspace(1.0, 0.01, epochs)[:, None] * np.linspace(0.8, 1.2, members)
    return Training(
        epochs=tuple(
            Epoch(
                epoch=place + 1,
                step=10 * (place + 1),
                training_loss=tuple(losses),
                validation_loss=tuple(2 * losses) if validation else None,
            )
            for place, losses in enumerate(falling)
        ),
        steps=10 * epochs,
        batch_size=64,
        stopped="patience" if validation else "budget",
        kept_step=kept or (10 * epochs,) * members,
        parameters=1234,
    )


def several(title: str) -> Any:
    """Panels with titles of their own under one."""
    return headed(classes("class"), title, ["A remark"])


PICTURES: dict[str, Callable[[str], Any]] = {
    "histogram": histogram,
    "signal": signal,
    "table": table,
    "curve": curve,
    "classes": classes,
    "several": several,
    "counts": counts,
    "grid": grid,
}
