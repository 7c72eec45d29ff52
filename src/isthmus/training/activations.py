"""Activations, each as PyTorch computes it and as ONNX says it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from isthmus.training.graph import Graph

_LEAK = 0.01


class Activation(NamedTuple):
    """The same function twice; `operator` None is the identity."""

    apply: Callable[[Tensor], Tensor]
    operator: str | None
    attributes: dict[str, Any] = {}  # noqa: RUF012 (never written to)

    def emit(self, graph: Graph, value: str, *, name: str) -> str:
        """Add the node for `value`."""
        if self.operator is None:
            return value
        return graph.node(self.operator, value, name=name, **self.attributes)


def _identity(value: Tensor) -> Tensor:
    return value


def _leaky_relu(value: Tensor) -> Tensor:
    return torch.nn.functional.leaky_relu(value, _LEAK)


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(torch.relu, "Relu"),
    "leaky_relu": Activation(_leaky_relu, "LeakyRelu", {"alpha": _LEAK}),
    "elu": Activation(torch.nn.functional.elu, "Elu", {"alpha": 1.0}),
    "tanh": Activation(torch.tanh, "Tanh"),
    "sigmoid": Activation(torch.sigmoid, "Sigmoid"),
    "linear": Activation(_identity, None),
}
