"""The dense autoencoder: fully connected layers down to the code and up again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from isthmus.model_file.manifest import Layer
from isthmus.options import Kind, NetworkOptions
from isthmus.training.activations import ACTIVATIONS, Activation
from isthmus.training.graph import Graph

if TYPE_CHECKING:
    from isthmus.training.architectures import Core

# Those of Keras, which the published autoencoders were trained with.
_NORM_MOMENTUM = 0.01
_NORM_EPSILON = 1e-3


class Dense(nn.Module):
    """M dense autoencoders side by side.

    Parameters
    ----------
    members : int
        M.
    cells : int
        D, the number of cells of a row.
    kind : {"table", "signal"}
        What a row is; decides the widths that are left open.
    options : NetworkOptions
        Widths, activations, batch norm and dropout.
    generator : torch.Generator
        Draws the initial weights and, in training, what dropout leaves out.
    """

    def __init__(
        self,
        members: int,
        cells: int,
        kind: Kind,
        options: NetworkOptions,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        encoder, self.code_size, decoder = options.widths(kind, cells)
        hidden = [*encoder, self.code_size, *decoder]
        widths = [cells, *hidden, cells]
        self.widest = members * max(widths)
        self.code_layer = len(encoder)
        inner, last = ACTIVATIONS[options.activation], ACTIVATIONS[options.output_activation]
        self.stack = nn.ModuleList(
            DenseLayer(
                members,
                widths[i],
                widths[i + 1],
                activation=last if i == len(hidden) else inner,
                batch_norm=options.batch_norm,
                # Dropout on the output would hide what was rebuilt.
                dropout=0.0 if i == len(hidden) else options.dropout,
                generator=generator,
            )
            for i in range(len(hidden) + 1)
        )

    def forward(self, cells: Tensor) -> tuple[Tensor, Tensor]:
        """Output (M, N, D) and code (M, N, Z) for inputs (M, N, D) or (1, N, D)."""
        code = cells
        for index, layer in enumerate(self.stack):
            cells = layer(cells)
            if index == self.code_layer:
                code = cells
        return cells, code

    def emit(self, graph: Graph, cells: str) -> Core:
        """Add the nodes of all members, with batch norm folded into the weights."""
        from isthmus.training.architectures import Core

        code = value = cells  # (N, D)
        for index, layer in enumerate(self._layers()):
            value = layer.emit(graph, value, name=f"dense{index}")  # (M, N, H)
            if index == self.code_layer:
                code = value
        first = graph.node(
            "Gather", code, graph.constant("code.member", np.asarray(0)), name="code", axis=0
        )
        return Core(output=value, code=first)

    def layers(self) -> list[Layer]:
        """The layer table: name, operation, shape (M, N, H) and number of parameters."""
        return [
            layer.row(self._role(index), index == self.code_layer)
            for index, layer in enumerate(self._layers())
        ]

    def _layers(self) -> list[DenseLayer]:
        return [layer for layer in self.stack if isinstance(layer, DenseLayer)]

    def _role(self, index: int) -> str:
        if index < self.code_layer:
            return f"encoder {index + 1}"
        if index == self.code_layer:
            return "code"
        last = len(self.stack) - 1
        return "output" if index == last else f"decoder {index - self.code_layer}"


class DenseLayer(nn.Module):
    """One fully connected layer of all members: (M, N, I) to (M, N, O)."""

    def __init__(
        self,
        members: int,
        inputs: int,
        outputs: int,
        *,
        activation: Activation,
        batch_norm: bool,
        dropout: float,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        # Glorot-uniform weights and zero biases (Glorot and Bengio, 2010).
        reach = math.sqrt(6.0 / (inputs + outputs))
        weight = torch.rand((members, inputs, outputs), generator=generator)
        self.weight = nn.Parameter((2.0 * weight - 1.0) * reach)
        self.bias = nn.Parameter(torch.zeros(members, 1, outputs))
        self.norm = MemberNorm(members, outputs) if batch_norm else None
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
            kept = torch.rand(cells.shape, generator=self.generator) >= self.dropout
            cells = cells * kept.to(cells.device) / (1.0 - self.dropout)
        return cells

    def emit(self, graph: Graph, value: str, *, name: str) -> str:
        """Add the nodes; batch norm in evaluation is part of weight and bias."""
        weight, bias = (tensor.detach().cpu() for tensor in self._folded())
        product = graph.node(
            "MatMul",
            value,
            graph.constant(f"{name}.weight", weight.numpy()),
            name=f"{name}.product",
        )
        total = graph.node(
            "Add", product, graph.constant(f"{name}.bias", bias.numpy()), name=f"{name}.sum"
        )
        return self.activation.emit(graph, total, name=f"{name}.activation")

    def row(self, role: str, is_code: bool) -> Layer:
        """This layer's line in the layer table."""
        members, _, outputs = self.weight.shape
        parts = [
            "dense",
            "batch norm" if self.norm else "",
            (self.activation.operator or "").lower(),
        ]
        return Layer(
            name=role,
            operation=" + ".join(part for part in parts if part),
            shape=(members, "N", outputs),
            parameters=sum(parameter.numel() for parameter in self.parameters()),
        )

    def _folded(self) -> tuple[Tensor, Tensor]:
        if self.norm is None:
            return self.weight, self.bias
        factor, offset = self.norm.factor_and_offset()
        return self.weight * factor, self.bias * factor + offset


class MemberNorm(nn.Module):
    """Batch normalisation of each member's own batch (Ioffe and Szegedy, 2015)."""

    running_mean: Tensor
    running_variance: Tensor

    def __init__(self, members: int, width: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(members, 1, width))
        self.shift = nn.Parameter(torch.zeros(members, 1, width))
        self.register_buffer("running_mean", torch.zeros(members, 1, width))
        self.register_buffer("running_variance", torch.ones(members, 1, width))

    def forward(self, cells: Tensor) -> Tensor:
        """Normalised cells (M, N, O); in training by the batch, otherwise by what was seen."""
        if not self.training:
            factor, offset = self.factor_and_offset()
            return cells * factor + offset
        variance, mean = torch.var_mean(cells, dim=1, keepdim=True, correction=0)
        with torch.no_grad():
            self.running_mean.lerp_(mean, _NORM_MOMENTUM)
            self.running_variance.lerp_(variance, _NORM_MOMENTUM)
        return (cells - mean) * torch.rsqrt(variance + _NORM_EPSILON) * self.gain + self.shift

    def factor_and_offset(self) -> tuple[Tensor, Tensor]:
        """What evaluation multiplies by and adds, each (M, 1, O)."""
        factor = self.gain * torch.rsqrt(self.running_variance + _NORM_EPSILON)
        return factor, self.shift - self.running_mean * factor
