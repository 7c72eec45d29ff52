"""Rows that a report keeps whole: which ones, and all that is shown of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.read import Rows
from isthmus.scoring.explain.explainer import Explainer
from isthmus.scoring.explain.explanation import Explanation
from isthmus.scoring.scorer import Scorer
from isthmus.scoring.scores import Scores

CELLS = 6
"""Of each kept row the cells, stretches or regions that are told, at most."""

Values = npt.NDArray[Any]


class Kept(NamedTuple):
    """One row, whole.

    Attributes
    ----------
    observed, expected, errors, times : array, shape (D,)
        The row, what was rebuilt, the errors and these over their usual ones.
    code : array, shape (Z,)
        Of the first member.
    told : Explanation
        Score, p-value, sentence and the cells that carry it.
    """

    observed: Values
    expected: Values
    errors: Values
    times: Values
    code: Values
    told: Explanation

    @property
    def row(self) -> int:
        return self.told.row


@dataclass
class Highest:
    """The rows with the highest keys, the first of equal ones."""

    most: int
    held: list[tuple[float, Rows, Scores]] = field(default_factory=list)

    def add(self, rows: Rows, scores: Scores, keys: Values) -> None:
        """Keep those of a batch, by keys (N,), that are among the highest; never -inf."""
        least = self.held[-1][0] if len(self.held) == self.most and self.held else -np.inf
        places = np.argsort(-keys, kind="stable")[: self.most]
        for place in places[keys[places] > least].tolist():
            self.held.append((float(keys[place]), _single(rows, place), _alone(scores, place)))
        self.held = sorted(self.held, key=lambda one: (-one[0], one[2].first))[: self.most]

    def rows(self, *, by_row: bool = False) -> list[tuple[Rows, Scores]]:
        """Each alone, in the order of the keys or of the source."""
        held = [(rows, scores) for _, rows, scores in self.held]
        return sorted(held, key=lambda one: one[1].first) if by_row else held


def _single(rows: Rows, place: int) -> Rows:
    """One row of a batch, as if it had come alone; nothing of the batch stays in memory."""
    one = pa.array([place])
    return replace(
        rows,
        values=rows.values[place : place + 1].copy(),
        unusable={},
        ids=rows.ids.take(one),
        labels=None,
        first=rows.first + place,
        texts={name: column.take(one) for name, column in rows.texts.items()},
        came=(),
    )


def _alone(scores: Scores, place: int) -> Scores:
    one = slice(place, place + 1)
    return replace(
        scores,
        anomaly_score=scores.anomaly_score[one].copy(),
        p_value=scores.p_value[one].copy(),
        is_anomaly=scores.is_anomaly[one].copy(),
        is_invalid=scores.is_invalid[one].copy(),
        reasons={},
        ids=scores.ids.take(pa.array([place])),
        first=scores.first + place,
    )


def lots(rows: Values) -> Values:
    """A number in [0, 1) for each row number (N,), the same whatever batch it came in.

    SplitMix64 (Steele, Lea and Flood, 2014).
    """
    state = (rows.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (state ^ (state >> np.uint64(31))) / 2.0**64


def explained(held: Sequence[tuple[Rows, Scores]], scorer: Scorer) -> Iterator[Kept]:
    """Rows, each alone, with what the detector makes and says of them."""
    explainer = Explainer.of(scorer, CELLS)
    for rows, scores in held:
        (told,) = explainer.entries(rows, scores, {scores.first})
        if not isinstance(told, Explanation):
            continue
        made, _ = scorer.run(rows.values, ["reconstruction", "error", "code"])
        errors = made["error"][0].astype(np.float64)
        errors[np.isnan(errors)] = np.inf  # too large to compute with
        yield Kept(
            observed=rows.values[0],
            expected=made["reconstruction"][0],
            errors=errors,
            times=explainer.usual.times(errors),
            code=made["code"][0],
            told=told,
        )
