"""The fully connected layer of all members, and what normalises any layer by its batch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from isthmus.model_file.manifest import Layer
from isthmus.training.activations import Activation
from isthmus.training.graph import Graph

if TYPE_CHECKING:
    from isthmus.training.reuse import Stored

# Those of Keras, which the published autoencoders were trained with.
_NORM_MOMENTUM = 0.01
_NORM_EPSILON = 1e-3


def glorot(shape: Sequence[int], inputs: int, outputs: int, generator: torch.Generator) -> Tensor:
    """Uniform weights by the number of inputs and outputs of one unit (Glorot and Bengio, 2010)."""
    reach = math.sqrt(6.0 / (inputs + outputs))
    return (2.0 * torch.rand(tuple(shape), generator=generator) - 1.0) * reach


def dropped(cells: Tensor, share: float, generator: torch.Generator) -> Tensor:
    """A share of the cells left out at random, the others raised in turn."""
    kept = torch.rand(cells.shape, generator=generator) >= share
    return cells * kept.to(cells.device) / (1.0 - share)


class DenseLayer(nn.Module):
    """One fully connected layer of all members: (M, N, I) to (M, N, O).

    Parameters
    ----------
    members, inputs, outputs : int
        M, I and O.
    name, role : str
        What it is called in the graph, and in the layer table.
    activation : Activation
        Of its outputs.
    generator : torch.Generator
        Draws the initial weights and, in training, what dropout leaves out.
    batch_norm : bool
        Normalise by the batch, before the activation.
    dropout : float
        Share of the outputs that is left out at random in training.
    """

    def __init__(
        self,
        members: int,
        inputs: int,
        outputs: int,
        *,
        name: str,
        role: str,
        activation: Activation,
        generator: torch.Generator,
        batch_norm: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        weight = glorot((members, inputs, outputs), inputs, outputs, generator)
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.zeros(members, 1, outputs))
        self.norm = MemberNorm(members, outputs) if batch_norm else None
        self.name, self.role = name, role
        self.activation = activation
        self.dropout = dropout
        self.generator = generator

    def forward(self, cells: Tensor) -> Tensor:
        """Outputs (M, N, O) for inputs (M, N, I), or (1, N, I) shared by all members."""
        if len(cells) != len(self.weight):
            cells = cells.expand(len(self.weight), -1, -1)
        cells = torch.baddbmm(self.bias, cells, self.weight)
        if self.norm is not None:
            cells = self.norm(cells)
        cells = self.activation.apply(cells)
        if self.training and self.dropout:
            cells = dropped(cells, self.dropout, self.generator)
        return cells

    def emit(self, graph: Graph, value: str) -> str:
        """Add the nodes; batch norm in evaluation is part of weight and bias."""
        name = self.name
        weight, bias = (tensor.detach().cpu().numpy() for tensor in self._folded())
        product = graph.node(
            "MatMul", value, graph.constant(f"{name}.weight", weight), name=f"{name}.product"
        )
        total = graph.node("Add", product, graph.constant(f"{name}.bias", bias), name=f"{name}.sum")
        return self.activation.emit(graph, total, name=f"{name}.activation")

    def layers(self) -> list[Layer]:
        """This layer's line in the layer table."""
        members, _, outputs = self.weight.shape
        return [line(self, self.role, "dense", (members, "N", outputs))]

    def take_from(self, stored: Stored) -> None:
        """Take weight and bias over; batch norm, which they hold already, starts as nothing."""
        name = self.name
        stored.take(self.role, {f"{name}.weight": self.weight, f"{name}.bias": self.bias})
        if self.norm is not None:
            self.norm.start_as_nothing()

    def _folded(self) -> tuple[Tensor, Tensor]:
        if self.norm is None:
            return self.weight, self.bias
        factor, offset = self.norm.factor_and_offset()
        return self.weight * factor, self.bias * factor + offset


def line(layer: nn.Module, role: str, operation: str, shape: tuple[int | str, ...]) -> Layer:
    """The line of a layer in the layer table."""
    norm, activation = getattr(layer, "norm", None), getattr(layer, "activation", None)
    said = [operation, "batch norm" if norm else ""]
    said.append((activation.operator or "").lower() if isinstance(activation, Activation) else "")
    return Layer(
        name=role,
        operation=" + ".join(part for part in said if part),
        shape=shape,
        parameters=sum(parameter.numel() for parameter in layer.parameters()),
    )


class MemberNorm(nn.Module):
    """Batch normalisation of each member's own batch (Ioffe and Szegedy, 2015).

    Parameters
    ----------
    members, width : int
        M, and what each member has of units or channels.
    laid : tuple of int, optional
        How its numbers (M, 1, O) lie beside the cells, such as (1, M * O, 1, 1) beside images:
        every axis but the second is then normalised over.
    """

    running_mean: Tensor
    running_variance: Tensor

    def __init__(self, members: int, width: int, laid: tuple[int, ...] | None = None) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(members, 1, width))
        self.shift = nn.Parameter(torch.zeros(members, 1, width))
        self.laid = laid or (members, 1, width)
        self.over = [1] if laid is None else [axis for axis in range(len(laid)) if axis != 1]
        self.register_buffer("running_mean", torch.zeros(members, 1, width))
        self.register_buffer("running_variance", torch.ones(members, 1, width))

    def forward(self, cells: Tensor) -> Tensor:
        """Normalised cells; in training by the batch, otherwise by what was seen."""
        if not self.training:
            factor, offset = (part.view(self.laid) for part in self.factor_and_offset())
            return cells * factor + offset
        cells = cells.float()  # of products that may be bf16
        variance, mean = torch.var_mean(cells, dim=self.over, keepdim=True, correction=0)
        with torch.no_grad():
            self.running_mean.lerp_(mean.view_as(self.running_mean), _NORM_MOMENTUM)
            self.running_variance.lerp_(variance.view_as(self.running_mean), _NORM_MOMENTUM)
        normal = (cells - mean) * torch.rsqrt(variance + _NORM_EPSILON)
        return normal * self.gain.view(self.laid) + self.shift.view(self.laid)

    def start_as_nothing(self) -> None:
        """Make evaluation multiply by 1 and add 0."""
        with torch.no_grad():
            self.gain.copy_(torch.sqrt(self.running_variance + _NORM_EPSILON))

    def factor_and_offset(self) -> tuple[Tensor, Tensor]:
        """What evaluation multiplies by and adds, each (M, 1, O)."""
        factor = self.gain * torch.rsqrt(self.running_variance + _NORM_EPSILON)
        return factor, self.shift - self.running_mean * factor
