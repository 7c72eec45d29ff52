"""The distance of a row to the nearest normal rows: a second way of seeing strangeness.

A network rebuilds what it has learnt to rebuild, and far from its training rows it may rebuild
anything (Bouman and Heskes, 2025); the distance to rows that were normal grows without bound. The
two are complementary.

The file holds a *bank* of training rows, and each group of members looks at its parts of them. A
row is held against the nearest row of each part, and distances in tables are relative to what is
usual where they end, as of the local outlier factor (Breunig et al., 2000): a step out of a dense
crowd is stranger than one among scattered rows. What is usual there is shrunk towards what is usual
anywhere.

A row that repeats a single row of a part is taken for that row itself, and judged as it would be
without it: rows of the training data, scored again, do not look better than they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Self

import numpy as np

from isthmus.model_file.manifest import Layer
from isthmus.training.bank import NEARLY, Bank
from isthmus.training.graph import Graph, Value
from isthmus.training.preamble import CellArrays, Cells

SHARE = 0.25
"""Of a cell's error, where the distance decides about the row: which cell of two that do not fit
together is the wrong one, the network knows better."""
EXPLAINED = 2.0
"""Standardised logs of the reconstruction's view from which on that explains a row alone."""
TIE = 1e-6
"""Views that differ by no more are equal: rounding shall decide nothing."""
LARGEST_RATE = 1e6
"""Of a cell whose distances are hardly ever above 0."""
DISTANCE = 1
"""The place of this view among those of a row."""


class LookedUp(NamedTuple):
    """What NumPy makes of rows."""

    views: np.ndarray  # (N, M, 1)
    cells: np.ndarray  # (N, D): what each cell adds, in the mean over the parts


class Distances(NamedTuple):
    """The names of the results inside a graph, float32."""

    view: str  # (N, M, 1)
    cells: str  # (N, P, D): what each cell adds
    found: str  # (N, P), int64: which row of the parts, one after the other, was nearest


@dataclass(frozen=True)
class Nearest:
    """How rows are held against a bank of normal rows.

    Attributes
    ----------
    bank : Bank
        The normal rows.
    rate : array, shape (D,)
        What brings a cell's usual squared distance to its usual error, so that they can be added.
    """

    bank: Bank
    rate: np.ndarray

    @classmethod
    def of(cls, bank: Bank) -> Self:
        """Before it is known what distances usually are."""
        return cls(bank, np.zeros(bank.fold.shape[1], np.float32))

    def emit(self, graph: Graph, cells: Cells) -> Distances:
        """Add the nodes for rows as the preamble made them.

        The relatively nearest row of each part is found by products, in float64, as near rows
        differ by less than the rounding of their squares; then it is held against the row cell by
        cell.
        """
        graph = graph.scoped("nearest.")
        places, counted = self.bank.space.emit(graph, cells)
        rows = graph.constant("rows", self.bank.rows)
        part = graph.constant("part", self.bank.part.ravel())
        bank = graph.node("Gather", rows, part, name="bank", axis=0)  # (P * B, U)
        found = self._emit_search(graph, places, counted, bank)  # (N, P)
        near = graph.node("Gather", bank, found, name="near", axis=0)  # (N, P, U)
        shape = [-1, 1, self.bank.space.width]
        row = graph.reshape(places, shape, name="row")
        there = graph.reshape(counted, shape, name="there")
        apart = graph.node("Sub", near, row, name="apart")
        seen = graph.node("Mul", apart, there, name="seen")
        squares = graph.node("Mul", seen, seen, name="squares")
        fold = graph.constant("fold", self.bank.fold)
        folded = graph.node("MatMul", squares, fold, name="folded")  # (N, P, D)
        surprise = graph.reshape(cells.surprise, [-1, 1, self.cells], name="surprise")
        by_part = graph.node("Add", folded, surprise, name="by_part")
        return Distances(self._emit_view(graph, squares, found, cells), by_part, found)

    def _emit_against(self, graph: Graph, bank: str) -> str:
        """What terms of rows are multiplied by, (2 U + 1, P * B), float64; once for all rows."""
        weight = graph.constant("against.weight", self.bank.weight.reshape(-1, 1))
        double = graph.constant("against.double", 2 * self.bank.weight.reshape(-1, 1))
        exact = graph.cast(bank, "float64", name="against.bank")
        squares = graph.node("Mul", exact, exact, name="against.squares")
        weighed = graph.node("Mul", squares, weight, name="against.weighed")
        lines = [
            graph.node("Mul", exact, double, name="against.linear"),
            graph.node("Neg", weighed, name="against.quadratic"),
            graph.node("Neg", weight, name="against.own"),
        ]
        joined = graph.concat(lines, name="against.lines")
        return graph.node("Transpose", joined, name="against", perm=[1, 0])

    def _emit_search(self, graph: Graph, places: str, counted: str, bank: str) -> str:
        """Which row of each part is relatively nearest, by its place among all: (N, P).

        The smallest w sum c (x - b)^2 is the largest 2 w sum c x b - w sum c b^2 - w sum c x^2.
        """
        (parts, rows), units = self.bank.part.shape, self.bank.space.width
        against = self._emit_against(graph, bank)
        known = graph.node("Mul", places, counted, name="known")
        exact = graph.cast(graph.concat([known, counted], name="terms"), "float64", name="exact")
        coordinates = graph.slice(exact, 0, units, name="coordinates")
        squares = graph.node("Mul", coordinates, coordinates, name="known.squares")
        ones = graph.constant("units.ones", np.ones((units, 1)))
        own = graph.node("MatMul", squares, ones, name="own")
        terms = graph.concat([exact, own], name="terms.all")
        likeness = graph.node("MatMul", terms, against, name="likeness")
        apart = graph.reshape(likeness, [-1, parts, rows], name="likeness.parts")
        best = graph.node("ArgMax", apart, name="best", axis=2, keepdims=0)
        first = graph.constant("first", np.arange(parts, dtype=np.int64) * rows)
        return graph.node("Add", best, first, name="found")

    def _emit_view(self, graph: Graph, squares: str, found: str, cells: Cells) -> str:
        """The mean of the relative distances to each member's parts, (N, M, 1)."""
        parts, units = len(self.bank.part), self.bank.space.width
        flat = graph.reshape(squares, [-1, units], name="flat")
        ones = graph.constant("ones", np.ones((units, 1), np.float32))
        sums = graph.reshape(graph.node("MatMul", flat, ones, name="sums"), [-1, parts], name="sum")
        weight = graph.constant("weight", self.bank.weight.ravel())
        own = graph.node("Gather", weight, found, name="weights", axis=0)  # (N, P)
        exact = graph.cast(sums, "float64", name="sum.exact")
        weighed = graph.node("Mul", exact, own, name="weighed")
        alone = graph.constant("alone", self.bank.alone.ravel())
        without = graph.node("Gather", alone, found, name="without", axis=0)
        none = graph.constant("alone.none", np.asarray(0.0))
        itself = graph.node("LessOrEqual", exact, none, name="itself")
        other = graph.node("Where", itself, without, weighed, name="other")
        total = graph.node("Add", other, self._emit_total(graph, cells.surprise), name="total")
        count = self._emit_total(graph, cells.observed)
        least = graph.constant("observed.least", np.asarray(1.0))
        observed = graph.node("Max", count, least, name="observed.count")
        mean = graph.node("Div", total, observed, name="mean")
        nearly = graph.constant("nearly", np.asarray(NEARLY))
        away = graph.node("Add", graph.node("Sqrt", mean, name="relative"), nearly, name="away")
        looks = graph.constant("looks", self.bank.looks)
        looked = graph.node("Gather", away, looks, name="looked", axis=1)  # (N, M, S)
        by_member = graph.node("ReduceMean", looked, name="by_member", axes=[2])  # (N, M, 1)
        return graph.cast(by_member, "float32", name="view")

    def _emit_total(self, graph: Graph, of_cells: str) -> str:
        """The sum over all cells (N, D) of a row: (N, 1), float64."""
        ones = graph.constant(f"{of_cells}.ones", np.ones((self.cells, 1), np.float32))
        total = graph.node("MatMul", of_cells, ones, name=f"{of_cells}.total")
        return graph.cast(total, "float64", name=f"{of_cells}.exact")

    def layer(self) -> Layer:
        """The line of the layer table."""
        return Layer(
            name="nearest",
            operation="nearest normal row of each part",
            shape=("N", *self.bank.part.shape),
            parameters=self.bank.rows.size,
        )

    @property
    def cells(self) -> int:
        """D."""
        return int(self.bank.fold.shape[1])

    def emit_by_member(self, graph: Graph, distances: Distances) -> dict[str, Value]:
        """The output `distances_by_member` (N, M, D): what each cell adds in a member's parts."""
        looks = graph.constant("distances.looks", self.bank.looks)
        looked = graph.node("Gather", distances.cells, looks, name="distances.looked", axis=1)
        name = "distances_by_member"
        graph.node("ReduceMean", looked, name=name, axes=[2], keepdims=0)
        return {name: (name, "float32", ("N", len(self.bank.looks), self.cells))}

    def emit_found(self, graph: Graph, distances: Distances) -> dict[str, Value]:
        """The output `found` (N, P): what the graph holds rows against, for whoever checks it."""
        graph.cast(distances.found, "float64", name="found")
        return {"found": ("found", "float64", ("N", len(self.bank.part)))}

    def emit_error(self, graph: Graph, error: str, distances: Distances, by_view: str) -> None:
        """The output `error` (N, D): where the distance decides, SHARE of it is that.

        Which view decides is told by the standardised logs `by_view` (N, M, V).
        """
        inner = graph.scoped("explained.")
        mean = inner.node("ReduceMean", by_view, name="views", axes=[1], keepdims=0)  # (N, V)
        first = inner.slice(mean, 0, DISTANCE, name="first")
        own = inner.slice(mean, DISTANCE, DISTANCE + 1, name="own")
        usual = inner.constant("usual", np.asarray(EXPLAINED))
        tie = inner.constant("tie", np.asarray(TIE))
        reached = inner.node("Add", first, tie, name="reached")
        larger = inner.node("Greater", own, reached, name="larger")  # (N, 1)
        open_still = inner.node("Less", first, usual, name="open")
        farther = inner.node("And", larger, open_still, name="farther")
        cells = inner.node("ReduceMean", distances.cells, name="cells", axes=[1], keepdims=0)
        rate = inner.constant("rate", self.rate)
        rated = inner.node("Mul", cells, rate, name="rated")
        share = inner.constant("share", np.asarray(SHARE, np.float32))
        rest = inner.constant("rest", np.asarray(1 - SHARE, np.float32))
        by_distance = inner.node("Mul", rated, share, name="by_distance")
        by_network = inner.node("Mul", error, rest, name="by_network")
        mixed = inner.node("Add", by_network, by_distance, name="mixed")
        graph.node("Where", farther, mixed, error, name="error")

    def blended(self, errors: np.ndarray, cells: np.ndarray, farther: np.ndarray) -> np.ndarray:
        """The same for errors (N, D) and what each cell adds (N, D), by NumPy."""
        mixed = (1 - SHARE) * errors + SHARE * self.rate * cells
        return np.where(farther[:, None], mixed, errors)

    def rated(self, errors: np.ndarray, cells: np.ndarray) -> Self:
        """The same with the rate of rows (n, D) that members did not train on."""
        usual, own = cells.mean(axis=0), errors.mean(axis=0)
        rate = np.divide(own, usual, out=np.zeros_like(own), where=usual > 0)
        return replace(self, rate=np.minimum(rate, LARGEST_RATE).astype(np.float32))

    def look_up(self, arrays: CellArrays, found: np.ndarray) -> LookedUp:
        """The same by NumPy in float64, where the graph `found` rows of the parts (N, P) nearest.

        The views are those of the truly nearest rows; of several that are equally near, the cells
        are those of the row that was found.
        """
        places = self.bank.space.place(arrays.target).astype(np.float64)
        counted = arrays.counted[:, : self.bank.space.width].astype(np.float64)
        known = counted * places
        own = (known * places).sum(axis=1, keepdims=True)
        surprise = arrays.surprise.astype(np.float64)
        observed = arrays.observed.sum(axis=1).clip(min=1)
        bank = self.bank.rows.astype(np.float64)[self.bank.part]
        flat, alone = bank.reshape(-1, bank.shape[2]), self.bank.alone.ravel()
        apart = np.stack([((flat[rows] - places) * counted) ** 2 for rows in found.T], 1)
        away = []
        for p, (part, weight) in enumerate(zip(bank, self.bank.weight, strict=True)):
            squares = own - 2 * known @ part.T + counted @ (part**2).T
            nearest = (np.maximum(squares, 0.0) * weight).min(axis=1)
            nearest = np.where(apart[:, p].any(axis=1), nearest, alone[found[:, p]])
            away.append(np.sqrt((nearest + surprise.sum(axis=1)) / observed) + NEARLY)
        cells = apart @ self.bank.fold + surprise[:, None]
        views = np.stack(away, axis=1)[:, self.bank.looks].mean(axis=2, keepdims=True)
        return LookedUp(views, cells.mean(axis=1))


def distance_decides(by_view: np.ndarray) -> np.ndarray:
    """Whether rows (N,) are explained by the distance too, by standardised logs (N, M, V).

    So they are where it is the larger view, unless the reconstruction is strange enough by itself.
    """
    mean = by_view.mean(axis=1)
    first, own = mean[:, 0], mean[:, DISTANCE]
    decides: np.ndarray = (own > first + TIE) & (first < EXPLAINED)
    return decides
