"""Small detectors for tests, and the rows that they were made from."""

from __future__ import annotations

from functools import cache

import numpy as np

from isthmus.datasets import load_ecg5000
from isthmus.options import FitOptions
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


def model_of(values: np.ndarray, kind: str, **choices: object) -> bytes:
    """A model file fitted on rows (N, D)."""
    names = [f"c{place}" for place in range(values.shape[1])]
    schema = describe(values, names, kind, named=False)  # type: ignore[arg-type]
    return fit(values, schema, FitOptions.from_flat(**choices))


@cache
def quick_beats_model(**choices: object) -> bytes:
    """A detector of beats that took a moment to train."""
    return model_of(normal_beats(), "signal", **{"max_steps": 60, **choices})


def quick_scorer(**choices: object) -> Scorer:
    """The same, ready to score."""
    return Scorer.load(quick_beats_model(**choices))
