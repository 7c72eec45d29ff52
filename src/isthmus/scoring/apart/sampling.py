"""New rows from a variational model: codes drawn from a standard normal, then decoded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from isthmus.errors import UsageError

if TYPE_CHECKING:
    from isthmus.scoring.scorer import Scorer

BLOCK = 1024
"""Codes that are drawn together; part of what a seed means."""


def sampled(scorer: Scorer, count: int, seed: int = 0) -> Iterator[np.ndarray]:
    """New rows (n, D) block by block, `count` in all, each decoded by one member.

    The first rows of a seed are the same however many are asked for.

    Parameters
    ----------
    scorer : Scorer
        The detector.
    count : int
        How many rows.
    seed : int
        Of the codes and of whose decoder makes each row.

    Raises
    ------
    UsageError
        If the model is not variational, or a number is below 0.
    """
    if not scorer.manifest.options.network.variational:
        raise UsageError(
            "the model is not variational: its codes follow no distribution to draw from",
            advice="Fit one with --variational (in Python variational=True).",
        )
    for name, number in (("count", count), ("seed", seed)):
        if number < 0:
            raise UsageError(f"{name}: a number from 0 was expected, got {number}")
    return _blocks(scorer, count, np.random.default_rng(seed))


def _blocks(scorer: Scorer, count: int, generator: np.random.Generator) -> Iterator[np.ndarray]:
    size, members = scorer.manifest.code_size, scorer.manifest.members
    for first in range(0, count, BLOCK):
        codes = generator.standard_normal((BLOCK, size), np.float32)
        member = generator.integers(members, size=BLOCK)
        wanted = min(BLOCK, count - first)
        yield scorer.decode(codes[:wanted], member[:wanted])
