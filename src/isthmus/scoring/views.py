"""From the views of a row to its score: the arithmetic of the graph's tail, in NumPy.

Fitting needs it for rows that only some members may score; tests hold it equal to the graph.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from isthmus.model_file.manifest import View

FLOOR = 1e-12
"""Views below this count as this: a perfect reconstruction has no logarithm."""

GRID = 1024.0
"""Added to a score and taken away again, this rounds it to 2e-13: the last bits of a logarithm may
hang on a row's place in the batch, and near a score of 0 a float32 would still show them."""


def logs(views: np.ndarray) -> np.ndarray:
    """Natural logarithms of views of any shape, in float64."""
    exact: np.ndarray = np.log(np.maximum(views.astype(np.float64), FLOOR))
    return exact


def standardised(views: np.ndarray, constants: Sequence[View]) -> np.ndarray:
    """Logs of views (..., V), put on the common scale, in float64."""
    center = np.array([view.center for view in constants])
    weight = np.array([view.weight / view.spread for view in constants])
    scaled: np.ndarray = (logs(views) - center) * weight
    return scaled


def together(by_view: np.ndarray) -> np.ndarray:
    """One number (...) of standardised logs (..., V): a soft maximum, the log of their mean power.

    A row that is strange to one view is strange, though it be ordinary to the others; one that is
    a little strange to all is more so than to one.
    """
    largest: np.ndarray = by_view.max(axis=-1)
    if by_view.shape[-1] == 1:
        return largest
    powers = np.exp(by_view - largest[..., None])
    combined: np.ndarray = largest + np.log(powers.mean(axis=-1))
    return combined


def combine(views: np.ndarray, constants: Sequence[View]) -> np.ndarray:
    """Scores (N,) in float32 of views (N, M, V): a member's views together, mean over members.

    Averaging scores keeps calibration honest; averaging reconstructions halves the alarms.
    """
    members = together(standardised(views, constants))  # (N, M)
    exact: np.ndarray = (members.mean(axis=1) + GRID) - GRID
    return exact.astype(np.float32)
