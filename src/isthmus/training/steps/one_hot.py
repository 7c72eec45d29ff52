"""Categories as shares: one unit for each known level, all of them together one cell.

The units of a category are scaled as a whole, so that its squared error is 1 on average for a
network that knows only how common each level is, whether there are 2 levels or 1000.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from isthmus.training.graph import Graph
from isthmus.training.steps.missing import MOST_SHOWN
from isthmus.training.steps.surprise import surprise

FEWEST_ROWS = 2
"""Levels of fewer training rows count as unseen: left out of training, each would be just that."""


class Encoded(NamedTuple):
    """The names of the results inside a graph, each float32."""

    known: str  # (N, L): 1 at the level that the cell has
    scaled: str  # (N, L): the same, centred and scaled
    input: str  # (N, L): the same within bounds, but 0 for a category without a known level
    surprise: str  # (N, D): what an unseen level costs whatever the network says


@dataclass(frozen=True)
class OneHot:
    """The known levels of C categories, L in all, category by category.

    Attributes
    ----------
    columns : array of int, shape (C,)
        Where each category stands in a row.
    category : array of int, shape (L,)
        Which of the categories each unit belongs to.
    place : array, shape (L,)
        What stands in the cell for that level.
    center, scale : array, shape (L,)
        What is taken from a unit, and what it is then divided by.
    weight : array, shape (L,)
        Puts the cross-entropies of all categories on one scale.
    surest : array, shape (L,)
        The largest surprise that a category's n rows can warrant, ``log(n + 2)``.
    surprise : array, shape (C,)
        The error that an unseen level costs whatever the network says: how surprising it is to
        meet one, and the square of the level itself.
    """

    columns: np.ndarray
    category: np.ndarray
    place: np.ndarray
    center: np.ndarray
    scale: np.ndarray
    weight: np.ndarray
    surest: np.ndarray
    surprise: np.ndarray

    @classmethod
    def fit(
        cls, values: np.ndarray, columns: Sequence[int], *, scaled: bool, softmax: bool = False
    ) -> Self:
        """Learn from rows (N, D); `scaled`: to a variance of 1, like other columns.

        With `softmax` the cost of an unseen level goes by cross-entropy.
        """
        blocks = [_block(values[:, column], scaled=scaled, softmax=softmax) for column in columns]
        sizes = [len(block.place) for block in blocks]

        def joined(constant: str) -> np.ndarray:
            each = [np.broadcast_to(getattr(block, constant), len(block.place)) for block in blocks]
            return np.concatenate(each)

        return cls(
            columns=np.asarray(columns, np.int64),
            category=np.repeat(np.arange(len(blocks)), sizes),
            place=joined("place"),
            center=joined("center").astype(np.float32),
            scale=joined("scale").astype(np.float32),
            weight=joined("weight").astype(np.float32),
            surest=joined("surest").astype(np.float32),
            surprise=np.array([block.surprise for block in blocks], np.float32),
        )

    @property
    def blocks(self) -> list[int]:
        """The number of units of each category."""
        return list(map(int, np.bincount(self.category, minlength=len(self.columns))))

    @property
    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """The scaled shares of 0 and of 1, each of shape (L,)."""
        return (0 - self.center) / self.scale, (1 - self.center) / self.scale

    def emit(self, graph: Graph, rows: str, observed: str, width: int) -> Encoded:
        """Add the nodes for `rows` (N, D) and where they are `observed` (N, D)."""
        own = graph.take(rows, self.columns[self.category], name="levels.cells")
        hits = graph.node(
            "Equal", own, graph.constant("levels.place", self.place), name="levels.hits"
        )
        known = graph.cast(hits, "float32", name="levels.known")
        block = np.eye(len(self.columns), dtype=np.float32)[self.category]  # (L, C)
        found = graph.node(
            "MatMul", known, graph.constant("levels.block", block), name="levels.found"
        )
        present = graph.take(observed, self.columns, name="levels.present")
        unseen = graph.node("Sub", present, found, name="levels.unseen")
        cost = np.zeros((len(self.columns), width), np.float32)
        cost[np.arange(len(self.columns)), self.columns] = self.surprise
        charged = graph.node(
            "MatMul", unseen, graph.constant("levels.cost", cost), name="levels.surprise"
        )
        shift = graph.node(
            "Sub", known, graph.constant("levels.center", self.center), name="levels.shifted"
        )
        scaled = graph.node(
            "Div", shift, graph.constant("levels.scale", self.scale), name="levels.scaled"
        )
        # A category that is missing or unseen is shown as its mean: as nothing.
        visible = graph.take(found, self.category, name="levels.visible")
        shown = graph.node("Mul", scaled, visible, name="levels.shown")
        # A level that the network hardly ever met would upset all that it rebuilds.
        near = np.minimum(1.0, self.scale * np.float32(MOST_SHOWN)).astype(np.float32)
        reach = graph.constant("levels.reach", near)
        return Encoded(known, scaled, graph.node("Mul", shown, reach, name="levels.input"), charged)

    def emit_places(self, graph: Graph, units: str, *, softmax: bool) -> str:
        """Add the nodes for the likeliest level's place (N, C), float64, from `units` (N, L)."""
        shares = units if softmax else self._emit_shares(graph, units)
        last = np.cumsum(self.blocks)
        likely = []
        for category, end in enumerate(last):
            first = end - self.blocks[category]
            part = graph.slice(shares, first, end, name=f"likely.{category}.shares")
            best = graph.node("ArgMax", part, name=f"likely.{category}.level", axis=1, keepdims=1)
            places = graph.constant(f"likely.{category}.places", self.place[first:end])
            likely.append(graph.node("Gather", places, best, name=f"likely.{category}", axis=0))
        return graph.concat(likely, name="likely")

    def _emit_shares(self, graph: Graph, units: str) -> str:
        spread = graph.node(
            "Mul", units, graph.constant("likely.scale", self.scale), name="likely.unscaled"
        )
        return graph.node(
            "Add", spread, graph.constant("likely.center", self.center), name="likely.shares"
        )


class _Block(NamedTuple):
    """One category: its known levels (l,), and what they have in common."""

    place: np.ndarray
    center: np.ndarray
    scale: float
    weight: float
    surest: float
    surprise: float


def _block(cells: np.ndarray, *, scaled: bool, softmax: bool) -> _Block:
    """Learn from the cells (N,) of one category."""
    places, counts = _counted(cells)
    rows = int(counts.sum())
    known = counts >= min(FEWEST_ROWS, counts.max())
    variance, entropy = _spread(counts) if scaled else (1.0, 1.0)
    # As often as levels of one row came, levels of none will come (Good, 1953).
    unseen = float(surprise(int(np.count_nonzero(counts == 1)), rows))
    return _Block(
        place=places[known],
        center=counts[known] / max(rows, 1) * scaled,
        scale=float(np.sqrt(variance)),
        weight=1 / entropy,
        surest=float(np.log(rows + 2)),
        surprise=unseen / entropy if softmax else unseen + 1 / variance,
    )


def _counted(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The places that occur in cells (N,), and how often; one that never does where none does."""
    places, counts = np.unique(cells[~np.isnan(cells)], return_counts=True)
    return (places, counts) if len(places) else (np.zeros(1), np.zeros(1, np.int64))


def _spread(counts: np.ndarray) -> tuple[float, float]:
    """Summed variance of the shares, and their entropy, as if one more row had an unseen level.

    That row keeps both above 0 for a category with a single level.
    """
    shares = np.append(counts, 1) / (counts.sum() + 1)
    shares = shares[shares > 0]
    if len(shares) == 1:
        return 1.0, 1.0
    return float(1.0 - shares @ shares), float(-(shares @ np.log(shares)))
