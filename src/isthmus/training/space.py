"""Where rows lie among others, so that a distance between them means something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from isthmus.scoring.session import Session
from isthmus.training.graph import Graph
from isthmus.training.preamble import Cells, Preamble

BLUR = 1 / 40
"""Standard deviation of the blur of a signal, in parts of its length: the exact place of an edge
counts for less."""
SHARP = 0.25
"""A blur by less than so many samples is none."""


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
