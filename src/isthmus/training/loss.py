"""Losses: the error of one cell, as PyTorch computes it and as ONNX says it.

The network is trained on the mean of these errors and scored by the same mean, so that what is
optimised is what is reported.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import mse_loss

from isthmus.training.graph import Graph

_PROBABILITY_FLOOR = 1e-7


class Loss(Protocol):
    """The error of one cell: never negative, 0 where the output is the target."""

    def torch(self, output: Tensor, target: Tensor) -> Tensor:
        """Errors of the common shape of `output` and `target`."""
        ...

    def emit(self, graph: Graph, output: str, target: str) -> str:
        """Add the nodes for the same."""
        ...


class SquaredError:
    """(output - target)^2; squares punish one large residual more than many small ones."""

    def torch(self, output: Tensor, target: Tensor) -> Tensor:
        target = target.expand_as(output)
        return mse_loss(output, target, reduction="none")  # in one pass, and in one back

    def emit(self, graph: Graph, output: str, target: str) -> str:
        residual = graph.node("Sub", output, target, name="residual")
        return graph.node("Mul", residual, residual, name="cell_error")


class AbsoluteError:
    """|output - target|, the usual choice for signals."""

    def torch(self, output: Tensor, target: Tensor) -> Tensor:
        return torch.abs(output - target)

    def emit(self, graph: Graph, output: str, target: str) -> str:
        residual = graph.node("Sub", output, target, name="residual")
        return graph.node("Abs", residual, name="cell_error")


class HuberError:
    """Squared up to a residual of 1, absolute beyond (Huber, 1964)."""

    def torch(self, output: Tensor, target: Tensor) -> Tensor:
        size = torch.abs(output - target)
        near = torch.clamp(size, max=1.0)
        return near * (size - 0.5 * near)

    def emit(self, graph: Graph, output: str, target: str) -> str:
        residual = graph.node("Sub", output, target, name="residual")
        size = graph.node("Abs", residual, name="residual.size")
        near = graph.node("Min", size, _number(graph, "huber.delta", 1.0), name="huber.near")
        half = graph.node("Mul", near, _number(graph, "huber.half", 0.5), name="huber.half_near")
        lever = graph.node("Sub", size, half, name="huber.lever")
        return graph.node("Mul", near, lever, name="cell_error")


class CrossEntropy:
    """Binary cross-entropy above its least value, for targets between 0 and 1.

    The entropy of the target, which no output can beat, is left out, so that a perfect cell has
    error 0. A target outside of 0 to 1, which only a row unlike the training rows can have, is
    charged its squared distance from that range on top.
    """

    def torch(self, output: Tensor, target: Tensor) -> Tensor:
        inside = torch.clamp(target, 0.0, 1.0)
        excess = target - inside
        surprise = _surprise(output, inside) - _surprise(inside, inside)
        return torch.clamp(surprise, min=0.0) + excess * excess

    def emit(self, graph: Graph, output: str, target: str) -> str:
        zero, one = _number(graph, "bce.zero", 0.0), _number(graph, "bce.one", 1.0)
        above = graph.node("Max", target, zero, name="bce.above_zero")
        inside = graph.node("Min", above, one, name="bce.inside")
        excess = graph.node("Sub", target, inside, name="bce.excess")
        charge = graph.node("Mul", excess, excess, name="bce.charge")
        entropy = _emit_surprise(graph, inside, inside, one, name="bce.entropy")
        cross = _emit_surprise(graph, output, inside, one, name="bce.cross")
        surprise = graph.node("Sub", cross, entropy, name="bce.surprise")
        positive = graph.node("Max", surprise, zero, name="bce.positive")
        return graph.node("Add", positive, charge, name="cell_error")


LOSSES: dict[str, Loss] = {
    "mse": SquaredError(),
    "mae": AbsoluteError(),
    "huber": HuberError(),
    "bce": CrossEntropy(),
}


def _surprise(output: Tensor, target: Tensor) -> Tensor:
    likely = torch.clamp(output, _PROBABILITY_FLOOR, 1.0 - _PROBABILITY_FLOOR)
    return -(target * torch.log(likely) + (1.0 - target) * torch.log(1.0 - likely))


def _emit_surprise(graph: Graph, output: str, target: str, one: str, *, name: str) -> str:
    floor = _number(graph, f"{name}.floor", _PROBABILITY_FLOOR)
    ceiling = _number(graph, f"{name}.ceiling", 1.0 - _PROBABILITY_FLOOR)
    raised = graph.node("Max", output, floor, name=f"{name}.raised")
    likely = graph.node("Min", raised, ceiling, name=f"{name}.likely")
    unlikely = graph.node("Sub", one, likely, name=f"{name}.unlikely")
    rest = graph.node("Sub", one, target, name=f"{name}.rest")
    hit = graph.node("Mul", target, _emit_log(graph, likely, f"{name}.hit_log"), name=f"{name}.hit")
    miss = graph.node("Mul", rest, _emit_log(graph, unlikely, f"{name}.log"), name=f"{name}.miss")
    return graph.node("Neg", graph.node("Add", hit, miss, name=f"{name}.sum"), name=name)


def _emit_log(graph: Graph, value: str, name: str) -> str:
    """A logarithm in float64, rounded: in float32 its last bit hangs on the place in the batch."""
    exact = graph.node("Log", graph.cast(value, "float64", name=f"{name}.in"), name=f"{name}.exact")
    return graph.cast(exact, "float32", name=name)


def _number(graph: Graph, name: str, value: float) -> str:
    return graph.constant(name, np.asarray(value, np.float32))
