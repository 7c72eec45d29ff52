"""One session for each set of outputs that is asked for, with a graph that makes no others."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from isthmus.model_file import ModelFile
from isthmus.model_file.agreement import expected_inputs, expected_outputs
from isthmus.model_file.axes import with_axes
from isthmus.model_file.bounds import with_bounds
from isthmus.model_file.cut import cut
from isthmus.model_file.graph import Value
from isthmus.model_file.side_by_side import side_by_side
from isthmus.model_file.without_holes import without_holes
from isthmus.scoring.session import Session


class Sessions:
    """Sessions of a model file, made when they are first needed.

    ONNX Runtime computes all outputs of a graph, whichever are asked for: a graph that is cut down
    to the score gives the same bits sooner.

    Parameters
    ----------
    model : ModelFile
        A verified model file.
    threads : int
        Chunks of rows that are computed at the same time.
    """

    def __init__(self, model: ModelFile, *, threads: int = 1) -> None:
        self._model = model
        self._threads = threads
        self._width = widest(model)
        self._made: dict[frozenset[str], Session] = {}

    def of(self, outputs: Iterable[str]) -> Session:
        """The session that makes these outputs of the graph."""
        wanted = frozenset(outputs)
        if wanted not in self._made:
            manifest = self._model.manifest
            values = [value for value in expected_outputs(manifest) if value.name in wanted]
            inputs, graph = expected_inputs(manifest), self._model.graph
            simpler = cut(without_holes(graph, inputs[0].name, wanted), inputs, values)
            self._made[wanted] = Session(
                cut(graph, inputs, values),
                whole=quicker(simpler, inputs[0], wanted),
                width=self._width,
                threads=self._threads,
            )
        return self._made[wanted]


def quicker(graph: bytes, inputs: Value, wanted: Collection[str]) -> bytes:
    """A graph for rows without holes with the same results, as ONNX Runtime takes it sooner."""
    rows, columns = inputs.name, inputs.shape[-1]
    if isinstance(columns, int):
        graph = with_axes(with_bounds(graph, wanted), rows, axes=2, columns=columns)
    return with_axes(side_by_side(graph, rows), "views", axes=3)  # (N, M, V)


def widest(model: ModelFile) -> int:
    """Numbers that the widest step of the graph makes of one row."""
    return max(
        int(np.prod([size for size in layer.shape if isinstance(size, int)]))
        for layer in model.manifest.layers
    )
