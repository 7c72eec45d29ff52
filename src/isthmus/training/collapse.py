"""Signs that a network has learnt nothing of use: constant scores, copies, dead codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

from isthmus.model_file.manifest import Separation

Collapse = Literal["constant scores", "copies", "dead codes"]

NO_SPREAD = 1e-6
"""Deviations of scores, whose usual spread is about 1."""
SAME_CODE = 1e-4
"""Spread of codes, in parts of the largest."""
FROM_PRIOR = 0.05
"""Spread of the codes of a variational network, whose prior has 1, where they say nothing."""
COPIED = 1e-3
"""What is left of a change, in parts of it, where cells are rebuilt as they came."""
BY_CHANCE = 0.6
"""ROC AUC up to which changed rows are hardly told from normal ones."""


class Look(NamedTuple):
    """What the members of a group make of rows."""

    by_view: np.ndarray  # (n, M, V), standardised
    code: np.ndarray  # (n, Z), of the first member
    target: np.ndarray  # (n, U)
    rebuilt: np.ndarray  # (n, U), in the mean over the members


class Seen(NamedTuple):
    """What a group's networks do with codes and with changed cells."""

    code_spread: float
    code_size: float
    changed: float  # mean square of what was changed
    left: float  # mean square of what the networks make of it

    @classmethod
    def of(cls, normal: Look, exchanged: Look) -> Seen:
        """Look at normal rows and at the same rows with exchanged cells, (n, U) each."""
        change = exchanged.target - normal.target
        changed = change != 0
        residual = (exchanged.rebuilt - exchanged.target)[changed].astype(np.float64)
        return cls(
            float(normal.code.std(axis=0, dtype=np.float64).max()),
            float(np.abs(normal.code).max()),
            float(np.square(change[changed].astype(np.float64)).sum()),
            float(np.square(residual).sum()),
        )


def collapses(
    scores: np.ndarray,
    seen: Sequence[Seen],
    separations: Sequence[Separation],
    *,
    variational: bool = False,
) -> tuple[Collapse, ...]:
    """What is wrong, by the scores of held-out rows (n,) and what was seen of all groups."""
    found: list[Collapse] = []
    if scores.std() <= NO_SPREAD:
        found.append("constant scores")
    if _copies(seen, separations):
        found.append("copies")
    least = FROM_PRIOR if variational else 0.0
    if any(one.code_spread <= max(SAME_CODE * one.code_size, least) for one in seen):
        found.append("dead codes")
    return tuple(found)


def _copies(seen: Sequence[Seen], separations: Sequence[Separation]) -> bool:
    """Whether what is changed comes out changed, so that exchanged cells do not show."""
    changed, left = sum(one.changed for one in seen), sum(one.left for one in seen)
    hidden = all(s.reconstruction <= BY_CHANCE for s in separations if s.anomaly == "exchanged")
    return hidden and left <= COPIED * changed
