"""The detector that the speed benchmarks fit and score with: 32-16-8 on normal heartbeats."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from isthmus.datasets import load_ecg5000
from isthmus.options import FitOptions
from isthmus.schema import Schema
from isthmus.training.describe import describe
from isthmus.training.fit import fit

TRAINING_ROWS = 2335
"""The normal beats of an 80 % part, as the published notebooks train on."""

CHOICES: dict[str, Any] = {
    "encoder": (32, 16),
    "code_size": 8,
    "input_noise": 0.0,  # the others have none
    "epochs": 40,
    "batch_size": 256,
    "members": 1,  # one network, as the others have
}

DEFAULT_MEMBERS = 5
"""Networks that a detector of so many rows has by default."""


@cache
def normal_beats(rows: int = TRAINING_ROWS) -> np.ndarray:
    """Normal beats (rows, 140), float32; they begin anew where there are too few."""
    data = load_ecg5000()
    return np.resize(data.beats[data.is_normal], (rows, data.beats.shape[1]))


def schema() -> Schema:
    """What a row is."""
    rows = normal_beats()
    names = [f"c{place}" for place in range(rows.shape[1])]
    return describe(rows, names, "signal", named=False)


def options(**choices: Any) -> FitOptions:
    """The detector's options."""
    return FitOptions.from_flat(**{**CHOICES, **choices})


@cache
def model(members: int = 1) -> bytes:
    """The detector of so many networks and nothing else, as the others have no bank, fitted."""
    return fit(normal_beats(), schema(), options(members=members, distance="off"))


def many_beats(rows: int) -> np.ndarray:
    """All beats again and again, (rows, 140), float32, each time with a little noise of its own."""
    beats = load_ecg5000().beats
    noise = np.random.default_rng(0).normal(0, 0.01, (rows, beats.shape[1]))
    return (np.resize(beats, (rows, beats.shape[1])) + noise).astype(np.float32)
