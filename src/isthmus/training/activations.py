"""Activations, each as PyTorch computes it and as ONNX says it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from isthmus.training.graph import Graph

_LEAK = 0.01
_GRID = 2.0**28
"""Added and taken away again, this rounds a float64 to 2**-24."""


class Activation(NamedTuple):
    """The same function twice; `operator` None is the identity."""

    apply: Callable[[Tensor], Tensor]
    operator: str | None
    attributes: dict[str, Any] = {}  # noqa: RUF012 (never written to)

    def emit(self, graph: Graph, value: str, *, name: str) -> str:
        """Add the node for `value`."""
        if self.operator is None:
            return value
        if self.operator == "Elu":
            return _emit_elu(graph, value, name)
        return graph.node(self.operator, value, name=name, **self.attributes)


def _identity(value: Tensor) -> Tensor:
    return value


def _leaky_relu(value: Tensor) -> Tensor:
    return torch.nn.functional.leaky_relu(value, _LEAK)


def _emit_elu(graph: Graph, value: str, name: str) -> str:
    """max(x, 0) + exp(min(x, 0)) - 1, the exponential in float64 and rounded to 2**-24.

    The last bits of ONNX Runtime's own Elu hang on how many threads share the cells.
    """
    zero = graph.constant(f"{name}.zero", np.asarray(0.0, np.float32))
    grid = graph.constant(f"{name}.grid", np.asarray(_GRID))
    less = graph.constant(f"{name}.less", np.asarray(_GRID + 1.0))
    below = graph.node("Min", value, zero, name=f"{name}.below")
    exact = graph.node(
        "Exp", graph.cast(below, "float64", name=f"{name}.exact"), name=f"{name}.power"
    )
    raised = graph.node("Add", exact, grid, name=f"{name}.raised")
    rounded = graph.node("Sub", raised, less, name=f"{name}.rounded")
    rest = graph.cast(rounded, "float32", name=f"{name}.rest")
    above = graph.node("Max", value, zero, name=f"{name}.above")
    return graph.node("Add", above, rest, name=name)


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(torch.relu, "Relu"),
    "leaky_relu": Activation(_leaky_relu, "LeakyRelu", {"alpha": _LEAK}),
    "elu": Activation(torch.nn.functional.elu, "Elu", {"alpha": 1.0}),
    "tanh": Activation(torch.tanh, "Tanh"),
    "sigmoid": Activation(torch.sigmoid, "Sigmoid"),
    "linear": Activation(_identity, None),
}
