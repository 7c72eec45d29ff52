"""Convolutions of all members, in one or two dimensions: (B, M * C, size...).

Members are groups of channels, so that one call serves all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from isthmus.model_file.manifest import Layer
from isthmus.training.activations import Activation
from isthmus.training.architectures.layer import MemberNorm, dropped, glorot, line
from isthmus.training.graph import Graph

if TYPE_CHECKING:
    from isthmus.training.reuse import Stored

Sizes = tuple[int, ...]
"""Of one channel: (T,) or (H, W)."""

_CONVOLVE: dict[int, Callable[..., Tensor]] = {1: functional.conv1d, 2: functional.conv2d}
_TRANSPOSED: dict[int, Callable[..., Tensor]] = {
    1: functional.conv_transpose1d,
    2: functional.conv_transpose2d,
}
_POOL: dict[int, Callable[..., Tensor]] = {1: functional.max_pool1d, 2: functional.max_pool2d}


class Convolution(nn.Module):
    """One convolution of all members: (B, M * I, sizes) to (B, M * O, sizes).

    Parameters
    ----------
    members, inputs, outputs : int
        M, and the channels I and O of one member.
    sizes : tuple of int
        Of what it gives, for the layer table.
    kernel : int
        Width of the kernel in every dimension, odd.
    name, role : str
        What it is called in the graph, and in the layer table.
    activation : Activation
        Of its outputs.
    generator : torch.Generator
        Draws the initial weights and, in training, what dropout leaves out.
    stride : int
        Every how many places it is taken.
    padded : bool
        Whether zeros around the input keep its size.
    transposed : bool
        Whether it doubles the size instead.
    shared : bool
        Whether all members are shown the same input, outside training: the first layer of all.
    """

    def __init__(
        self,
        members: int,
        inputs: int,
        outputs: int,
        sizes: Sizes,
        kernel: int,
        *,
        name: str,
        role: str,
        activation: Activation,
        generator: torch.Generator,
        stride: int = 1,
        padded: bool = True,
        transposed: bool = False,
        shared: bool = False,
        batch_norm: bool = False,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        area = kernel ** len(sizes)
        ends = (inputs, outputs) if transposed else (outputs, inputs)
        shape = (members, *ends, *[kernel] * len(sizes))
        self.weight = nn.Parameter(glorot(shape, inputs * area, outputs * area, generator))
        self.bias = nn.Parameter(torch.zeros(members, 1, outputs))
        laid = (1, members * outputs, *[1] * len(sizes))
        self.norm = MemberNorm(members, outputs, laid) if batch_norm else None
        self.outputs, self.sizes, self.shared = outputs, sizes, shared
        self.stride, self.padding = stride, kernel // 2 if padded else 0
        self.transposed = transposed
        self.name, self.role, self.activation = name, role, activation
        self.dropout, self.generator = dropout, generator

    def forward(self, maps: Tensor) -> Tensor:
        """Maps (B, M * O, sizes) of maps (B, M * I, sizes)."""
        if len(self.sizes) == 2:
            maps = _channels_last(maps)
        weight, bias = self.weight.flatten(0, 1), self.bias.flatten()
        how = {"stride": self.stride, "padding": self.padding, "groups": len(self.weight)}
        if self.transposed:
            maps = _TRANSPOSED[len(self.sizes)](maps, weight, bias, output_padding=1, **how)
        else:
            maps = _CONVOLVE[len(self.sizes)](maps, weight, bias, **how)
        if self.norm is not None:
            maps = self.norm(maps)
        maps = self.activation.apply(maps)
        if self.training and self.dropout:
            maps = dropped(maps, self.dropout, self.generator)
        return maps

    def emit(self, graph: Graph, value: str) -> str:
        """Add the nodes; batch norm in evaluation is part of weight and bias."""
        weight, bias = (tensor.detach().cpu() for tensor in self._folded())
        names = [
            graph.constant(name, part.numpy())
            for name, part in zip(self._names, (weight.flatten(0, 1), bias.flatten()), strict=True)
        ]
        axes = len(self.sizes)
        how: dict[str, Any] = {
            "strides": [self.stride] * axes,
            "pads": [self.padding] * (2 * axes),
            "group": 1 if self.shared else len(self.weight),
        }
        if self.transposed:
            how["output_padding"] = [1] * axes
        operator = "ConvTranspose" if self.transposed else "Conv"
        made = graph.node(operator, value, *names, name=f"{self.name}.map", **how)
        return self.activation.emit(graph, made, name=f"{self.name}.activation")

    def layers(self) -> list[Layer]:
        """This layer's line in the layer table."""
        channels = len(self.weight) * self.outputs
        width = "x".join(map(str, self.weight.shape[3:]))
        said = f"{'transposed ' * self.transposed}convolution {width}"
        said += f" / {self.stride}" if self.stride > 1 else ""
        return [line(self, self.role, said, ("N", channels, *self.sizes))]

    def take_from(self, stored: Stored) -> None:
        """Take weight and bias over; batch norm, which they hold already, starts as nothing."""
        weight, bias = self._names
        stored.take(self.role, {weight: self.weight, bias: self.bias[:, 0]})
        if self.norm is not None:
            self.norm.start_as_nothing()

    @property
    def _names(self) -> tuple[str, str]:
        """Of weight and bias; those of transposed convolutions have other axes, and say so."""
        kind = ".transposed" * self.transposed
        return f"{self.name}{kind}.weight", f"{self.name}.bias"

    def _folded(self) -> tuple[Tensor, Tensor]:
        if self.norm is None:
            return self.weight, self.bias
        factor, offset = self.norm.factor_and_offset()  # (M, 1, O)
        axes = [1] * len(self.sizes)
        ends = (1, self.outputs) if self.transposed else (self.outputs, 1)
        return self.weight * factor.view(-1, *ends, *axes), self.bias * factor + offset


def _channels_last(maps: Tensor) -> Tensor:
    """The same, channels side by side in memory: half the time for training on the CPU."""
    _, channels, height, width = maps.shape
    if channels > 1:
        return maps.contiguous(memory_format=torch.channels_last)
    # One channel lies so anyway; only the strides say which of the two layouts to go on with.
    return maps.contiguous().as_strided(maps.shape, (height * width, 1, width, 1))


class MaxPool(nn.Module):
    """The largest of each two neighbours in every dimension, sizes rounded up."""

    def __init__(self, name: str, axes: int) -> None:
        super().__init__()
        self.name, self.axes = name, axes

    def forward(self, maps: Tensor) -> Tensor:
        return _POOL[self.axes](maps, 2, ceil_mode=True)

    def emit(self, graph: Graph, value: str) -> str:
        two = [2] * self.axes
        return graph.node(
            "MaxPool", value, name=self.name, kernel_shape=two, strides=two, ceil_mode=1
        )

    def layers(self) -> list[Layer]:
        return []


class Upsample(nn.Module):
    """Every place twice in every dimension."""

    def __init__(self, name: str, axes: int) -> None:
        super().__init__()
        self.name, self.axes = name, axes

    def forward(self, maps: Tensor) -> Tensor:
        return functional.interpolate(maps, scale_factor=2.0, mode="nearest")

    def emit(self, graph: Graph, value: str) -> str:
        scales = np.asarray([1.0, 1.0, *[2.0] * self.axes], np.float32)
        return graph.node(
            "Resize",
            value,
            "",
            graph.constant(f"{self.name}.scales", scales),
            name=self.name,
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )

    def layers(self) -> list[Layer]:
        return []


class Crop(nn.Module):
    """The first places of every dimension."""

    def __init__(self, name: str, sizes: Sizes) -> None:
        super().__init__()
        self.name, self.sizes = name, sizes

    def forward(self, maps: Tensor) -> Tensor:
        for axis, size in enumerate(self.sizes, start=2):
            maps = maps.narrow(axis, 0, size)
        return maps

    def emit(self, graph: Graph, value: str) -> str:
        for axis, size in enumerate(self.sizes, start=2):
            value = graph.slice(value, 0, size, name=f"{self.name}{axis}", axis=axis)
        return value

    def layers(self) -> list[Layer]:
        return []
