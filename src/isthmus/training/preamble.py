"""The preamble: from rows in the user's units to what the network sees, as ONNX nodes.

The training arrays are made by running these very nodes in ONNX Runtime, so that training and
scoring cannot disagree about preprocessing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from isthmus.options import Kind, PreprocessingOptions
from isthmus.scoring.session import Session
from isthmus.training.graph import ElementType, Graph
from isthmus.training.steps.impute import Impute
from isthmus.training.steps.limit import InputLimit
from isthmus.training.steps.scale import Scale

ELEMENTS: dict[Kind, ElementType] = {"table": "float64", "signal": "float32"}
"""`isthmus.scoring.digest.ROW_TYPES` in the words of the graph."""


class Cells(NamedTuple):
    """The names of the preamble's results inside a graph, each float32 (N, D)."""

    target: str  # what the network should rebuild
    input: str  # what the network sees
    observed: str  # 1 where the cell has a value, 0 where it is missing


class CellArrays(NamedTuple):
    """The same as arrays."""

    target: np.ndarray
    input: np.ndarray
    observed: np.ndarray


@dataclass(frozen=True)
class Preamble:
    """All preprocessing steps, fitted."""

    element: ElementType
    width: int
    impute: Impute
    scale: Scale
    limit: InputLimit

    @classmethod
    def fit(cls, values: np.ndarray, kind: Kind, options: PreprocessingOptions) -> Self:
        """Learn every step's numbers from training rows (N, D), in the user's units."""
        element = ELEMENTS[kind]
        values = values.astype(element)
        impute = Impute.fit(values, how=options.impute)
        filled = impute.apply(values)
        whole = options.scaling_scope == "global" or (
            options.scaling_scope == "auto" and kind == "signal"
        )
        scale = Scale.fit(filled, scaling=options.scaling, whole=whole)
        limit = InputLimit.fit(
            scale.apply(filled), deviations=options.input_limit, constant=scale.constant
        )
        return cls(element, values.shape[1], impute, scale, limit)

    def emit(self, graph: Graph, rows: str) -> Cells:
        """Add the nodes for `rows` (N, D) of the preamble's element type."""
        missing = graph.node("IsNaN", rows, name="missing")
        present = graph.node("Not", missing, name="present")
        observed = graph.cast(present, "float32", name="observed")
        target = self.scale.emit(graph, self.impute.emit(graph, rows, missing))
        return Cells(target, self.limit.emit(graph, target), observed)

    def run(self, values: np.ndarray) -> CellArrays:
        """Apply the preamble to rows (N, D), by ONNX Runtime."""
        graph = Graph()
        cells = self.emit(graph, "rows")
        shape = ("N", self.width)
        model = graph.serialised(
            [("rows", self.element, shape)], [(name, "float32", shape) for name in cells]
        )
        results = Session(model).run(values, cells, self.element)
        return CellArrays(*(results[name] for name in cells))
