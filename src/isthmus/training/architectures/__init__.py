"""Architectures: each keeps its PyTorch module and its ONNX nodes side by side in one file.

An architecture is M members side by side, all trained and run at once in one batched graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from isthmus.model_file.manifest import Layer
from isthmus.options import Kind, NetworkOptions
from isthmus.training.architectures.dense import Dense
from isthmus.training.graph import Graph


class Core(NamedTuple):
    """The names of the core's results inside a graph."""

    output: str  # float32 (M, N, D)
    code: str  # float32 (N, Z), of the first member


class Architecture(Protocol):
    """What the training loop and the export ask of an architecture."""

    code_size: int
    widest: int

    def eval(self) -> Any:
        """Leave training: no dropout, no batch statistics."""
        ...

    def parameters(self) -> Iterator[nn.Parameter]:
        """The weights, each with the member as its first axis."""
        ...

    def __call__(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """Output (M, N, D) and code (M, N, Z) for inputs (M, N, D)."""
        ...

    def emit(self, graph: Graph, cells: str) -> Core:
        """Add the nodes of all members, in evaluation mode."""
        ...

    def layers(self) -> list[Layer]:
        """The layer table."""
        ...


ARCHITECTURES: dict[str, Callable[[int, int, Kind, NetworkOptions, torch.Generator], Dense]] = {
    "dense": Dense,
}
"""Made from members M, cells D, the kind of rows, options and the generator of the weights."""
