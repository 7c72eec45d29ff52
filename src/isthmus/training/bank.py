"""A bank of normal rows, in parts: what the distance of a row is measured to.

Each part is about half of what a member trained on, and members look into two. Across folds a part
is a run of neighbouring folds, and members that left a fold out look into two that lack it: no
calibration row ever meets itself, and a fresh row is looked up just as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from isthmus.options import Kind
from isthmus.scoring.session import Session
from isthmus.training.folds import Plan
from isthmus.training.graph import Graph
from isthmus.training.preamble import CellArrays, Cells, Preamble

TYPICAL: dict[Kind, float | None] = {"table": 0.3, "signal": None, "image": None}
"""How much of what is usual anywhere is added to what is usual around a row, before distances are
taken relative to that; None: they are not relative. Without it the copies of a common row would
make all that is near them look strange. Rows of one quantity are near each other where they are
smooth, and not where normal is crowded."""
BLUR = 1 / 40
"""Standard deviation of the blur of a signal, in parts of its length: the exact place of an edge
counts for less."""
SHARP = 0.25
"""A blur by less than so many samples is none."""
NEIGHBOURS = 5
"""Of a row of the bank, in its own part, whose mean distance is usual around it."""
NEARLY = 0.01
"""Added to every distance, in deviations of a cell: rows that repeat others have none."""
LARGEST_BANK = 1 << 22
"""Numbers in the bank, at most: 16 MB of a model file."""


@dataclass(frozen=True)
class Bank:
    """Rows of P parts, B of each; a shorter part holds some of its rows twice.

    Attributes
    ----------
    space : Space
        Where rows lie among others.
    fold : array, shape (U, D)
        1 where a unit belongs to a column.
    places : array, shape (P, B, U)
        Where the rows lie, float32.
    weight : array, shape (P, B)
        What squared distances to them are multiplied by, float64.
    alone : array, shape (P, B)
        Their own squared distances, so weighed, to the nearest other of their part.
    looks : array, shape (P, M)
        By how much each part counts for each member: 0, or one and the same share.
    """

    space: Space
    fold: np.ndarray
    places: np.ndarray
    weight: np.ndarray
    alone: np.ndarray
    looks: np.ndarray

    @classmethod
    def fit(
        cls,
        preamble: Preamble,
        arrays: CellArrays,
        dealt: Plan,
        per_group: int,
        *,
        rows: int,
        seed: int,
        kind: Kind,
        rescaled: bool,
    ) -> Self:
        """Take the bank from training rows.

        Parameters
        ----------
        preamble, arrays
            The preamble, and all rows as it made them.
        dealt : Plan
            Who trains on which rows.
        per_group : int
            Members of each group.
        rows : int
            Rows in the bank, at most.
        seed : int
            Of the choice.
        kind : str
            Of the rows.
        rescaled : bool
            Whether units are not yet on a scale of deviations.
        """
        learning = np.unique(np.concatenate(dealt.training))
        known = arrays.target[learning] if rescaled else None
        space = Space.fit(preamble, known, blurred=kind == "signal")
        parts, looks = _parts(dealt, np.random.default_rng([seed, len(arrays.target)]))
        each = max(1, min(rows, LARGEST_BANK // space.width) // len(parts))
        longest = min(each, max(map(len, parts)))
        places = space.place(arrays.target)
        bank = np.stack([places[np.resize(part[:each], longest)] for part in parts])
        observed = arrays.observed.shape[1]
        apart = [Apart.of(places[part[:each]], observed, TYPICAL[kind]) for part in parts]
        return cls(
            space,
            preamble.units.fold[: space.width],
            bank,
            np.stack([np.resize(one.weight, longest) for one in apart]),
            np.stack([np.resize(one.alone, longest) for one in apart]),
            looks.repeat(per_group, axis=1),
        )

    @property
    def widest(self) -> int:
        """Numbers that the search makes of one row."""
        return int(np.prod(self.weight.shape))


@dataclass(frozen=True)
class Space:
    """Where a row lies among others: its units, but for missing flags, on one scale.

    Attributes
    ----------
    center, scale : array, shape (U,)
        What is taken from a unit of the preamble's target, and what it is then divided by.
    bell : array, shape (1, 1, K), optional
        What a signal is blurred by.
    """

    center: np.ndarray
    scale: np.ndarray
    bell: np.ndarray | None = None

    @classmethod
    def fit(cls, preamble: Preamble, target: np.ndarray | None, *, blurred: bool) -> Self:
        """Learn the scale of numbers from `target` (n, U) of training rows; None: as they are."""
        numbers, levels, _ = preamble.units.sizes
        center, scale = np.zeros(numbers), np.ones(numbers)
        if target is not None:
            exact = target[:, :numbers].astype(np.float64)
            center, scale = exact.mean(axis=0), exact.std(axis=0)
            scale[scale == 0] = 1.0
        of_levels = np.ones(levels)
        if preamble.levels is not None and preamble.softmax:  # then they come as 0 and 1
            of_levels = preamble.levels.scale
        return cls(
            np.concatenate([center, np.zeros(levels)]).astype(np.float32),
            np.concatenate([scale, of_levels]).astype(np.float32),
            _bell(numbers) if blurred else None,
        )

    @property
    def width(self) -> int:
        """The number of units that count, U."""
        return len(self.center)

    def emit(self, graph: Graph, cells: Cells) -> tuple[str, str]:
        """Add the nodes: places (N, U) and whether a unit counts (N, U)."""
        target = graph.slice(cells.target, 0, self.width, name="target")
        counted = graph.slice(cells.counted, 0, self.width, name="counted")
        return self._emit_places(graph, target), counted

    def place(self, target: np.ndarray) -> np.ndarray:
        """Places (n, U) of targets, by ONNX Runtime, float32."""
        graph = Graph()
        target = np.ascontiguousarray(target[:, : self.width])
        places = self._emit_places(graph, "target")
        shape = ("N", self.width)
        model = graph.serialised([("target", "float32", shape)], [(places, "float32", shape)])
        found: np.ndarray = Session(model).run(target, [places], "float32")[places]
        return found

    def _emit_places(self, graph: Graph, target: str) -> str:
        center = graph.constant("center", self.center)
        shifted = graph.node("Sub", target, center, name="shifted")
        places = graph.node("Div", shifted, graph.constant("scale", self.scale), name="scaled")
        if self.bell is None:
            return places
        reach = self.bell.shape[2] // 2
        line = graph.reshape(places, [-1, 1, self.width], name="line")
        bell = graph.constant("bell", self.bell)
        blurred = graph.node("Conv", line, bell, name="blurred", pads=[reach, reach])
        return graph.reshape(blurred, [-1, self.width], name="places")


def _bell(cells: int) -> np.ndarray:
    """The weights of a Gaussian blur, (1, 1, K); of a very short signal 1 alone."""
    deviation = BLUR * cells
    reach = int(np.ceil(3 * deviation)) if deviation >= SHARP else 0
    steps = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (steps / max(deviation, SHARP)) ** 2)
    bell: np.ndarray = (weights / weights.sum()).astype(np.float32).reshape(1, 1, -1)
    return bell


def _parts(dealt: Plan, generator: np.random.Generator) -> tuple[list[np.ndarray], np.ndarray]:
    """Rows of each part, in a random order, and which part counts for each group (P, G)."""
    if dealt.scheme == "split":
        halves = np.array_split(generator.permutation(dealt.training[0]), 2)
        kept = [half for half in halves if len(half)]
        return kept, np.full((len(kept), 1), 1 / len(kept), np.float32)
    learning = np.unique(np.concatenate(dealt.training))
    folds, groups = [np.intersect1d(fold, learning) for fold in dealt.held_out], dealt.groups
    run = max((groups - 1) // 2, 1)
    parts = [
        generator.permutation(np.concatenate([folds[(p + k) % groups] for k in range(run)]))
        for p in range(groups)
    ]
    looks = np.zeros((groups, groups), np.float32)
    for group in range(groups):
        looks[[(group + 1) % groups, (group + 1 + run) % groups], group] = 0.5
        if groups == 2:  # there is but one other
            looks[:, group] = np.arange(2) != group
    return parts, looks


class Apart(NamedTuple):
    """How rows of a part lie among each other, (B,) each, float64: see `Nearest`."""

    weight: np.ndarray
    alone: np.ndarray

    @classmethod
    def of(cls, places: np.ndarray, cells: int, typical: float | None) -> Self:
        """Of rows (B, U) with so many cells."""
        exact = places.astype(np.float64)
        squares = (exact**2).sum(axis=1)
        apart = np.maximum(squares[:, None] - 2 * exact @ exact.T + squares, 0.0)
        np.fill_diagonal(apart, np.inf)
        count = min(NEIGHBOURS, len(places) - 1)
        if not count:
            return cls(np.ones(1), np.zeros(1))
        nearest = np.sort(np.partition(apart, count - 1, axis=1)[:, :count], axis=1)
        weight = np.ones(len(places))
        if typical is not None:
            usual = np.sqrt(nearest / cells).mean(axis=1) + NEARLY
            weight = (usual + typical * usual.mean()) ** -2
        return cls(weight, (apart * weight).min(axis=1))
