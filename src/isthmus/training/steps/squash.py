"""Far cells, taken nearer: beyond a few deviations a column goes on by a logarithm.

Of a column that is mostly one value every other lies tens of deviations out; squared, one such cell
outweighs all others of a row, ordinary rows that have one look strange, and the network spends
itself on it. What is far still looks far, only less so; order and sign stay, and so does the way
back to the user's units. What lies beyond all training rows is as far beyond them as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from isthmus.training.graph import Graph

FROM = 2.0
"""Deviations up to which nothing changes."""
_GRID = 2.0**20
"""Added and taken away again, this rounds to 2e-10: the last bits of a logarithm may hang on a
row's place in the batch."""


@dataclass(frozen=True)
class Squash:
    """``sign(z) (FROM + log(1 + |z| - FROM))`` beyond FROM, within the range of training rows.

    Attributes
    ----------
    where : array of bool, shape (D,)
        The columns for which it is done. A changed constant keeps its distance: it is an alarm by
        itself.
    low, high : array, shape (D,)
        The range, scaled, float32; beyond it steps are as long as they were.
    """

    where: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def fit(cls, scaled: np.ndarray, constant: np.ndarray, *, tame: bool) -> Self:
        """Learn from the ends (2, D) of scaled rows; without `tame` no column is squashed."""
        low, high = scaled.astype(np.float32)
        return cls(~constant if tame else np.zeros_like(constant), low, high)

    @property
    def any(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.where.any())

    def apply(self, scaled: np.ndarray) -> np.ndarray:
        """Scaled rows (N, D), squashed."""
        if not self.any:
            return scaled
        inside = np.clip(scaled, self.low, self.high)
        return np.where(self.where, _squashed(inside) + (scaled - inside), scaled)

    def revert(self, squashed: np.ndarray) -> np.ndarray:
        """The way back, in float64."""
        exact = squashed.astype(np.float64)
        if not self.any:
            return exact
        inside = np.clip(exact, *self._ends)
        size = np.abs(inside)
        near = np.minimum(size, FROM)
        scaled = np.copysign(near + np.expm1(size - near), inside) + (exact - inside)
        return np.where(self.where, scaled, exact)

    @property
    def _ends(self) -> tuple[np.ndarray, np.ndarray]:
        """The range, squashed, float64."""
        return _squashed(self.low.astype(np.float64)), _squashed(self.high.astype(np.float64))

    def emit(self, graph: Graph, scaled: str) -> str:
        """Add the nodes for `scaled` cells (N, D), float32: the target."""
        if not self.any:
            return scaled
        inside, beyond = _emit_inside(graph, scaled, (self.low, self.high), name="squash")
        near, far = self._emit_parts(graph, inside, name="squash")
        exact = graph.cast(far, "float64", name="squash.exact")
        one = graph.constant("squash.one", np.asarray(1.0))
        grid = graph.constant("squash.grid", np.asarray(_GRID))
        log = graph.node("Log", graph.node("Add", exact, one, name="squash.sum"), name="squash.log")
        coarse = graph.node("Add", log, grid, name="squash.coarse")
        rounded = graph.node("Sub", coarse, grid, name="squash.rounded")
        single = graph.cast(rounded, "float32", name="squash.far")
        signed = self._emit_signed(graph, near, single, inside, name="squash")
        return self._emit_where(graph, signed, beyond, scaled, name="squash")

    def emit_inverse(self, graph: Graph, squashed: str) -> str:
        """Add the nodes for what `revert` does: cells (N, D), float64."""
        exact = graph.cast(squashed, "float64", name="unsquashed.exact")
        if not self.any:
            return exact
        inside, beyond = _emit_inside(graph, exact, self._ends, name="unsquashed")
        near, far = self._emit_parts(graph, inside, name="unsquashed")
        one = graph.constant("unsquashed.one", np.asarray(1.0))
        power = graph.node("Exp", far, name="unsquashed.power")
        more = graph.node("Sub", power, one, name="unsquashed.more")
        signed = self._emit_signed(graph, near, more, inside, name="unsquashed")
        return self._emit_where(graph, signed, beyond, exact, name="unsquashed")

    def _emit_parts(self, graph: Graph, cells: str, *, name: str) -> tuple[str, str]:
        """Up to FROM, and what lies beyond."""
        bound = np.asarray(FROM, np.float32 if name == "squash" else np.float64)
        size = graph.node("Abs", cells, name=f"{name}.size")
        near = graph.node("Min", size, graph.constant(f"{name}.from", bound), name=f"{name}.near")
        return near, graph.node("Sub", size, near, name=f"{name}.beyond_it")

    def _emit_signed(self, graph: Graph, near: str, far: str, cells: str, *, name: str) -> str:
        length = graph.node("Add", near, far, name=f"{name}.length")
        sign = graph.node("Sign", cells, name=f"{name}.sign")
        return graph.node("Mul", length, sign, name=f"{name}.signed")

    def _emit_where(self, graph: Graph, signed: str, beyond: str, cells: str, *, name: str) -> str:
        whole = graph.node("Add", signed, beyond, name=f"{name}.whole")
        if self.where.all():
            return whole
        where = graph.constant(f"{name}.where", self.where)
        return graph.node("Where", where, whole, cells, name=f"{name}.cells")


def _squashed(inside: np.ndarray) -> np.ndarray:
    size = np.abs(inside)
    near = np.minimum(size, FROM)
    squashed: np.ndarray = np.copysign(near + np.log1p(size - near), inside)
    return squashed


def _emit_inside(
    graph: Graph, cells: str, ends: tuple[np.ndarray, np.ndarray], *, name: str
) -> tuple[str, str]:
    """Cells taken into a range, and how far they lay beyond it."""
    low, high = ends
    raised = graph.node("Max", cells, graph.constant(f"{name}.low", low), name=f"{name}.raised")
    inside = graph.node("Min", raised, graph.constant(f"{name}.high", high), name=f"{name}.inside")
    return inside, graph.node("Sub", cells, inside, name=f"{name}.outside")
