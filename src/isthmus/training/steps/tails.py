"""Heavy tails: a column that a few rows dominate is put on a logarithm-like scale.

Squared errors of money, counts or sizes are those of their largest rows alone, and whatever is
strange elsewhere drowns in them. On the scale of asinh (Johnson, 1949) a value twice as large is a
step farther out, wherever it stands; near the middle nothing changes, and nothing is cut off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from isthmus.training.graph import Graph
from isthmus.training.heavy import are_heavy
from isthmus.training.steps.columns import of_columns

_FARTHEST = 1e150
"""Farther values count as this far: their squares still fit float64."""
_HIGHEST = 300.0
"""What is rebuilt beyond this counts as this: asinh of the farthest value is about 346."""
_GRID = 2.0**20
"""Added and taken away again, this rounds to 2e-10: the last bits of a logarithm may hang on a
row's place in the batch."""


@dataclass(frozen=True)
class Tails:
    """``asinh((value - middle) / spread)`` for the `heavy` columns; all of shape (D,)."""

    heavy: np.ndarray
    middle: np.ndarray
    spread: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray, *, tame: bool) -> Self:
        """Learn from rows (N, D) without holes; without `tame` no column is heavy."""
        columns = values.shape[1]
        if not tame:
            return cls(np.zeros(columns, bool), np.zeros(columns), np.ones(columns))
        if not values.size:
            return cls.fit(values, tame=False)

        def look(columns: np.ndarray, _: slice) -> np.ndarray:
            exact = np.clip(columns, -_FARTHEST, _FARTHEST)
            middle, spread = np.median(exact, axis=1), np.ones(len(exact))
            heavy = are_heavy(exact.T)
            for place in np.flatnonzero(heavy):
                spread[place] = _usual(exact[place], middle[place])
            return np.stack([heavy, np.where(heavy, middle, 0.0), spread])

        heavy, middle, spread = of_columns(values, look)
        return cls(heavy > 0, middle, spread)

    @property
    def any(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.heavy.any())

    def apply(self, values: np.ndarray) -> np.ndarray:
        """Rows (N, D) on the tamed scale, for the steps that learn after this one."""
        if not self.any:
            return values
        far = np.clip((values - self.middle) / self.spread, -_FARTHEST, _FARTHEST)
        tamed: np.ndarray = np.where(self.heavy, np.arcsinh(far), values)
        return tamed

    def revert(self, tamed: np.ndarray) -> np.ndarray:
        """Rows (N, D) from the tamed scale back in the user's units."""
        if not self.any:
            return tamed
        near = np.clip(tamed, -_HIGHEST, _HIGHEST)
        original: np.ndarray = np.where(
            self.heavy, np.sinh(near) * self.spread + self.middle, tamed
        )
        return original

    def emit(self, graph: Graph, rows: str) -> str:
        """Add the nodes for `rows` (N, D), float64: sign(x) * log(|x| + sqrt(x^2 + 1))."""
        if not self.any:
            return rows
        farthest = graph.constant("tails.farthest", np.asarray(_FARTHEST))
        one = graph.constant("tails.one", np.asarray(1.0))
        centred = graph.node(
            "Sub", rows, graph.constant("tails.middle", self.middle), name="tails.centred"
        )
        # Multiplied, not divided: a division behind a difference may be fused into float32.
        scaled = graph.node(
            "Mul", centred, graph.constant("tails.rate", 1 / self.spread), name="tails.scaled"
        )
        size = graph.node(
            "Min", graph.node("Abs", scaled, name="tails.size"), farthest, name="tails.near"
        )
        square = graph.node("Mul", size, size, name="tails.square")
        root = graph.node(
            "Sqrt", graph.node("Add", square, one, name="tails.raised"), name="tails.root"
        )
        log = graph.node("Log", graph.node("Add", size, root, name="tails.sum"), name="tails.log")
        grid = graph.constant("tails.grid", np.asarray(_GRID))
        coarse = graph.node(
            "Sub", graph.node("Add", log, grid, name="tails.coarse"), grid, name="tails.rounded"
        )
        signed = graph.node(
            "Mul", coarse, graph.node("Sign", scaled, name="tails.sign"), name="tails.signed"
        )
        heavy = graph.constant("tails.heavy", self.heavy)
        return graph.node("Where", heavy, signed, rows, name="tamed")

    def emit_inverse(self, graph: Graph, tamed: str) -> str:
        """Add the nodes for what `revert` does, float64: (exp(x) - exp(-x)) / 2."""
        if not self.any:
            return tamed
        high = graph.constant("untamed.highest", np.asarray(_HIGHEST))
        low = graph.constant("untamed.lowest", np.asarray(-_HIGHEST))
        capped = graph.node("Min", tamed, high, name="untamed.capped")
        near = graph.node("Max", capped, low, name="untamed.near")
        rising = graph.node("Exp", near, name="untamed.rising")
        falling = graph.node(
            "Exp", graph.node("Neg", near, name="untamed.negative"), name="untamed.falling"
        )
        double = graph.node("Sub", rising, falling, name="untamed.double")
        half = graph.constant("untamed.half_spread", self.spread / 2)
        scaled = graph.node("Mul", double, half, name="untamed.scaled")
        middle = graph.constant("untamed.middle", self.middle)
        original = graph.node("Add", scaled, middle, name="untamed.original")
        heavy = graph.constant("untamed.heavy", self.heavy)
        return graph.node("Where", heavy, original, tamed, name="untamed")


def _usual(cells: np.ndarray, middle: float) -> float:
    """A spread that the tails have no say in: of the quartiles, else of what is off the middle."""
    low, high = np.percentile(cells, [25, 75])
    spread = high / 1.349 - low / 1.349  # 1.349: that of a standard normal
    away = np.abs(cells - middle)
    usual = spread if spread > 0 else float(np.median(away[away > 0]))
    return max(float(usual), float(np.finfo(np.float64).tiny) * 2**60)
