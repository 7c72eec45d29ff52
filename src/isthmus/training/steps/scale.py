"""Centre and scale: put cells of unlike units on one scale, and give a constant its own rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from isthmus.training.graph import Graph
from isthmus.training.steps.columns import of_columns

LARGEST = 1e15
"""Cells farther out than this many units count as this far: their squares still fit float32."""

CHANGED_CONSTANT = 100.0
"""A changed constant alone makes the row's mean error at least this many units."""

Statistics = tuple[np.ndarray, np.ndarray]  # centre and scale, float64, each (n,)


def _standard(columns: np.ndarray) -> Statistics:
    return _mean_and_deviation(columns)


def _minmax(columns: np.ndarray) -> Statistics:
    lowest, highest = _extremes(columns)
    with np.errstate(over="ignore"):
        return lowest, np.minimum(highest - lowest, np.finfo(np.float64).max)


def _robust(columns: np.ndarray) -> Statistics:
    low, middle, high = np.percentile(columns.astype(np.float64), [25, 50, 75], axis=1)
    # 1.349: the interquartile range of a standard normal. A column that is mostly one value has
    # none, and falls back to its standard deviation.
    spread = high / 1.349 - low / 1.349
    if (spread > 0).all():
        return middle, spread
    return middle, np.where(spread > 0, spread, _mean_and_deviation(columns)[1])


def _mean_and_deviation(columns: np.ndarray) -> Statistics:
    """Mean and standard deviation of columns whose squares need not fit float64."""
    lowest, highest = _extremes(columns)
    power = np.exp2(np.frexp(np.maximum(-lowest, highest))[1] - 1)  # of two: division is exact
    small = columns / power[:, None]
    return small.mean(axis=1) * power, small.std(axis=1) * power


def _none(columns: np.ndarray) -> Statistics:
    return np.zeros(len(columns)), np.ones(len(columns))


def _extremes(columns: np.ndarray) -> Statistics:
    """The lowest and the highest value."""
    return columns.min(axis=1).astype(np.float64), columns.max(axis=1).astype(np.float64)


SCALINGS: dict[str, Callable[[np.ndarray], Statistics]] = {
    "standard": _standard,
    "minmax": _minmax,
    "robust": _robust,
    "none": _none,
}
"""Centre and scale of each of n columns (n, N)."""


@dataclass(frozen=True)
class Scale:
    """Subtract `center`, divide by `scale`, bound by `limit`; each of shape (D,).

    The bound is out of reach for ordinary columns. In a column that was constant in training any
    change beyond rounding is cut to a finite and alarming distance.
    """

    center: np.ndarray
    scale: np.ndarray
    limit: np.ndarray
    constant: np.ndarray

    @classmethod
    def fit(
        cls, values: np.ndarray, *, scaling: str, whole: bool, cells: int | None = None
    ) -> Self:
        """Learn from rows (N, D) without holes; `whole`: one range for all cells of a row.

        `cells` is how many a whole row has, where `values` are a part of it.
        """
        width = values.shape[1]
        learn = values.reshape(-1, 1) if whole else values

        def look(columns: np.ndarray, place: slice) -> np.ndarray:
            return np.stack([*SCALINGS[scaling](columns), _is_constant(columns)])

        center, scale, constant = of_columns(learn, look, values.dtype)
        constant = np.broadcast_to(constant > 0, width)
        changed = CHANGED_CONSTANT * (cells or width)
        value = np.broadcast_to(learn[0].astype(np.float64), width)
        rounding = 1e-9 if values.dtype == np.float64 else 1e-5
        smallest = np.maximum(np.abs(value) * rounding, np.finfo(values.dtype).tiny)
        return cls(
            center=np.where(constant, value, center).astype(values.dtype),
            scale=np.where(constant, smallest, scale).astype(values.dtype),
            limit=np.where(constant, changed, LARGEST).astype(values.dtype),
            constant=constant.copy(),
        )

    def part(self, place: slice) -> Scale:
        """The same for some of the columns."""
        parts = (self.center, self.scale, self.limit, self.constant)
        return Scale(*(part[place] for part in parts))

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The scaled rows, for the steps that learn after this one."""
        with np.errstate(over="ignore"):
            scaled: np.ndarray = values - self.center
            if self._factor is None:
                scaled /= self.scale
            else:
                scaled *= self._factor
            return np.clip(scaled, -self.limit, self.limit, out=scaled)

    @property
    def _factor(self) -> np.ndarray | None:
        """What float64 cells are multiplied by: a division takes many times as long.

        None where that would lose digits, and for float32, where its rounding would be seen.
        """
        largest = 1.0 / np.finfo(np.float64).tiny
        if self.scale.dtype != np.float64 or self.scale.max(initial=0.0) > largest:
            return None
        return 1.0 / self.scale

    def emit(self, graph: Graph, rows: str) -> str:
        """Add the nodes that turn `rows` (N, D) into scaled float32 cells."""
        centred = graph.node(
            "Sub", rows, graph.constant("scale.center", self.center), name="centred"
        )
        if self._factor is None:
            scale = graph.constant("scale.scale", self.scale)
            scaled = graph.node("Div", centred, scale, name="scaled")
        else:
            factor = graph.constant("scale.factor", self._factor)
            scaled = graph.node("Mul", centred, factor, name="scaled")
        # Rounding keeps order: bounded after it, cells are what they would be bounded before.
        single = graph.cast(scaled, "float32", name="single")
        limit = self.limit.astype(np.float32)
        capped = graph.node("Min", single, graph.constant("scale.limit", limit), name="capped")
        low = graph.constant("scale.lower_limit", -limit)
        return graph.node("Max", capped, low, name="target")

    def emit_inverse(self, graph: Graph, cells: str) -> str:
        """Add the nodes that bring `cells` (N, D), float64, back to original units."""
        scale = graph.constant("unscaled.scale", self.scale.astype(np.float64))
        center = graph.constant("unscaled.center", self.center.astype(np.float64))
        spread = graph.node("Mul", cells, scale, name="unscaled.spread")
        return graph.node("Add", spread, center, name="unscaled")


def _is_constant(columns: np.ndarray) -> np.ndarray:
    """Whether each of n columns (n, N) varies by no more than the rounding of its own values."""
    lowest, highest = _extremes(columns)
    with np.errstate(over="ignore"):
        spread = highest - lowest
    rounding: np.ndarray = 4 * np.finfo(np.float64).eps * np.maximum(-lowest, highest)
    varies_not: np.ndarray = spread <= rounding
    return varies_not
