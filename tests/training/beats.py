"""Small detectors for tests, and the rows that they were made from."""

from __future__ import annotations

from functools import cache

import numpy as np

from isthmus.datasets import load_ecg5000
from isthmus.options import FitOptions
from isthmus.schema import ImageForm
from isthmus.scoring.scorer import Scorer
from isthmus.training.describe import describe
from isthmus.training.fit import fit


@cache
def normal_beats(rows: int = 200) -> np.ndarray:
    """Real normal heartbeats (rows, 140), float32."""
    data = load_ecg5000()
    return data.beats[data.is_normal][:rows]


@cache
def abnormal_beats(rows: int = 100) -> np.ndarray:
    """Real abnormal heartbeats (rows, 140), float32."""
    data = load_ecg5000()
    return data.beats[~data.is_normal][:rows]


@cache
def table_rows(rows: int = 120, columns: int = 7) -> np.ndarray:
    """Correlated columns of unlike units with holes, a constant and a Unix time (rows, columns)."""
    generator = np.random.default_rng(8)
    factors = generator.normal(size=(rows, 3))
    values = factors @ generator.normal(size=(3, columns)) + 0.2 * generator.normal(
        size=(rows, columns)
    )
    values = values * 10.0 ** np.arange(columns) + 5.0
    values[:, -1] = 1.7e9 + np.arange(rows)
    values[:, -2] = 42.0
    values[generator.random(values.shape) < 0.05] = np.nan
    return values


MIXED_LEVELS = {"c1": tuple("abcde"), "c3": tuple(f"{n:02d}" for n in range(30)), "c5": ("one",)}


@cache
def mixed_rows(rows: int = 120) -> np.ndarray:
    """Numbers, and categories of 5, 30 and 1 levels, most with holes (rows, 8).

    The 5 levels follow the first number, the third column has a heavy tail, the holes of the last
    two columns come together, and some of the 30 levels have one row or none.
    """
    generator = np.random.default_rng(9)
    numbers = generator.normal(size=(rows, 2))
    few = np.clip(np.round(numbers[:, 0] + 2), 0, 4)
    many = np.minimum(np.floor(generator.exponential(5.0, rows)), 29)
    together = generator.normal(size=(rows, 2))
    together[generator.random(rows) < 0.2] = np.nan
    values = np.column_stack(
        [
            numbers[:, 0],
            few,
            np.exp(3 * numbers[:, 1]),
            many,
            numbers.sum(axis=1),
            0 * few,
            together,
        ]
    )
    values[generator.random(rows) < 0.1, 1] = np.nan
    return values


@cache
def odd_mixed_rows(rows: int = 60) -> np.ndarray:
    """The same, with unseen levels, cells between levels and holes where none were (rows, 8)."""
    values = mixed_rows()[:rows].copy()
    values[::5, 1] = -1.0
    values[::7, 3] = 99.0
    values[::11, 5] = 0.5
    values[::3, 0] = np.nan
    values[::4, 2] *= 20.0
    return values


IMAGE = ImageForm(height=9, width=7, channels=2)


@cache
def image_rows(rows: int = 120) -> np.ndarray:
    """Small images of a bright bar in two channels, as bytes (rows, 9 * 7 * 2)."""
    generator = np.random.default_rng(10)
    line, column = np.mgrid[:9, :7]
    angle = generator.uniform(-0.6, 0.6, (rows, 1, 1))
    middle = generator.uniform(2, 4, (rows, 1, 1))
    distance = np.abs((column - middle) - angle * (line - 4))
    bar = 220 * np.exp(-(distance**2))
    pixels = np.stack([bar, 255 - bar], axis=-1) + generator.normal(0, 6, (rows, 9, 7, 2))
    return np.clip(np.round(pixels), 0, 255).astype(np.float32).reshape(rows, -1)


@cache
def odd_image_rows(rows: int = 60) -> np.ndarray:
    """The same with a block that should not be there, and some pixels missing."""
    pixels = image_rows(rows).copy().reshape(rows, 9, 7, 2)
    pixels[:, 2:5, 1:4] = 128.0
    pixels[::6, 0, 0] = np.nan
    return pixels.reshape(rows, -1)


def model_of(
    values: np.ndarray,
    kind: str,
    levels: dict[str, tuple[str, ...]] | None = None,
    **choices: object,
) -> bytes:
    """A model file fitted on rows (N, D); ``"mixed"`` are tables with `MIXED_LEVELS`."""
    names = [f"c{place}" for place in range(values.shape[1])]
    mixed = kind == "mixed"
    image = choices.pop("image", None)
    targets = choices.pop("targets", ())
    if isinstance(image, ImageForm):
        names = ["red", "green", "blue"][: image.channels]
    schema = describe(
        values,
        names,
        "table" if mixed else kind,  # type: ignore[arg-type]
        named=False,
        levels=MIXED_LEVELS if mixed else levels,
        targets=targets,  # type: ignore[arg-type]
        image=image,  # type: ignore[arg-type]
    )
    return fit(values, schema, FitOptions.from_flat(**choices))


@cache
def quick_beats_model(**choices: object) -> bytes:
    """A detector of beats that took a moment to train."""
    return model_of(normal_beats(), "signal", **{"max_steps": 60, **choices})


def quick_scorer(**choices: object) -> Scorer:
    """The same, ready to score."""
    return Scorer.load(quick_beats_model(**choices))
