"""Encoders and decoders of convolutions: how they follow each other, and how rows become maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from isthmus.errors import UsageError
from isthmus.model_file.manifest import Layer
from isthmus.options import NetworkOptions
from isthmus.training.activations import ACTIVATIONS
from isthmus.training.architectures.autoencoder import Part, Parts
from isthmus.training.architectures.convolution import (
    Convolution,
    Crop,
    MaxPool,
    Sizes,
    Upsample,
)
from isthmus.training.architectures.layer import DenseLayer
from isthmus.training.architectures.variational import VariationalCode
from isthmus.training.graph import Graph


class ToMaps(nn.Module):
    """From rows (M, B, sizes * C), channels last, or codes (M, B, C * sizes) to maps.

    Maps are (B, M * C, sizes): the members' channels side by side.
    """

    def __init__(self, members: int, channels: int, sizes: Sizes, *, name: str, rows: bool) -> None:
        super().__init__()
        self.members, self.channels, self.sizes = members, channels, sizes
        self.name, self.rows = name, rows

    def forward(self, flat: Tensor) -> Tensor:
        if len(flat) != self.members:
            flat = flat.expand(self.members, -1, -1)
        if self.rows:
            maps = flat.reshape(*flat.shape[:2], *self.sizes, self.channels).movedim(-1, 2)
        else:
            maps = flat.reshape(*flat.shape[:2], self.channels, *self.sizes)
        return maps.movedim(0, 1).flatten(1, 2)

    def emit(self, graph: Graph, value: str) -> str:
        name, axes = self.name, range(len(self.sizes))
        if self.rows:  # (N, U): all members are shown the same
            laid = graph.reshape(value, [-1, *self.sizes, self.channels], name=f"{name}.laid")
            if self.channels == 1:
                return graph.reshape(laid, [-1, 1, *self.sizes], name=name)
            places = [axis + 1 for axis in axes]
            return graph.node("Transpose", laid, name=name, perm=[0, len(axes) + 1, *places])
        if self.members > 1:
            value = graph.node("Transpose", value, name=f"{name}.turned", perm=[1, 0, 2])
        shape = [-1, self.members * self.channels, *self.sizes]
        return graph.reshape(value, shape, name=name)

    def layers(self) -> list[Layer]:
        return []


class FromMaps(nn.Module):
    """What `ToMaps` does, undone."""

    def __init__(self, members: int, channels: int, sizes: Sizes, *, name: str, rows: bool) -> None:
        super().__init__()
        self.members, self.channels, self.sizes = members, channels, sizes
        self.name, self.rows = name, rows

    def forward(self, maps: Tensor) -> Tensor:
        flat = maps.view(len(maps), self.members, self.channels, *self.sizes).movedim(1, 0)
        if self.rows:
            flat = flat.movedim(2, -1)
        return flat.flatten(2)

    def emit(self, graph: Graph, value: str) -> str:
        name, members, channels = self.name, self.members, self.channels
        axes = len(self.sizes)
        if self.rows and channels > 1:
            apart = graph.reshape(value, [-1, members, channels, *self.sizes], name=f"{name}.apart")
            order = [0, 1, *range(3, 3 + axes), 2]
            value = graph.node("Transpose", apart, name=f"{name}.last", perm=order)
        cells = channels * int(torch.Size(self.sizes).numel())
        flat = graph.reshape(value, [-1, members, cells], name=f"{name}.flat")
        return graph.node("Transpose", flat, name=name, perm=[1, 0, 2])

    def layers(self) -> list[Layer]:
        return []


@dataclass
class Convolutions:
    """Builds an autoencoder of convolutions layer by layer.

    Attributes
    ----------
    members, channels : int
        M, and the channels of a row.
    sizes : tuple of int
        Of a row: (T,) or (H, W).
    kernel : int
        Width of the kernels.
    """

    members: int
    channels: int
    sizes: Sizes
    kernel: int
    options: NetworkOptions
    generator: torch.Generator
    widest: int = field(init=False)

    def parts(self, encoder: Sequence[int], code_size: int | None) -> Parts:
        """An encoder of so many channels, a code, and a decoder."""
        self.widest = self.members * self.channels * _area(self.sizes)
        decoder = encoder[::-1] if self.options.decoder is None else self.options.decoder
        if not encoder:
            raise UsageError(
                "a convolutional network has one convolution or more before the code, encoder is "
                "empty",
                advice="Give widths such as --encoder 16,32, or choose --architecture dense.",
            )
        if len(decoder) != len(encoder):
            raise UsageError(
                f"decoder has {len(decoder)} convolutions, encoder {len(encoder)}: each doubles "
                "the size that another halves, so as many were expected"
            )
        reached = [self.sizes]
        for _ in encoder:
            reached.append(tuple(-(-size // 2) for size in reached[-1]))
        last = (encoder[-1] if encoder else self.channels, reached[-1])
        down = self._encoder(encoder, reached)
        flat = last[0] * _area(last[1])
        code, size, up = self._code(flat, code_size)
        up.append(ToMaps(self.members, *last, name="decoder.maps", rows=False))
        up += self._decoder(last[0], decoder, reached)
        return Parts(down, code, up, size, self.widest)

    def _encoder(self, widths: Sequence[int], reached: Sequence[Sizes]) -> list[Part]:
        pooled = self.options.downsampling == "max_pool"
        parts: list[Part] = [
            ToMaps(self.members, self.channels, self.sizes, name="maps", rows=True)
        ]
        inputs = self.channels
        for index, width in enumerate(widths):
            size = reached[index] if pooled else reached[index + 1]
            name, role = f"encoder{index}", f"encoder {index + 1}"
            parts.append(
                self._convolution(
                    inputs, width, size, name, role, stride=1 if pooled else 2, shared=index == 0
                )
            )
            if pooled:
                parts.append(MaxPool(f"{name}.pooled", len(size)))
            inputs = width
        parts.append(FromMaps(self.members, inputs, reached[-1], name="features", rows=False))
        return parts

    def _code(
        self, flat: int, size: int | None
    ) -> tuple[Part | VariationalCode | None, int, list[Part]]:
        """The code, its size, and what leads from it back to the last maps."""
        if size is None and not self.options.variational:
            return None, flat, []
        size = size or max(flat // 8, 1)
        code: Part | VariationalCode
        if self.options.variational:
            code = VariationalCode(self.members, flat, size, generator=self.generator)
        else:
            code = self._dense(flat, size, "code", "code")
        return code, size, [self._dense(size, flat, "decoder.dense", "decoder")]

    def _decoder(self, inputs: int, widths: Sequence[int], reached: Sequence[Sizes]) -> list[Part]:
        """Convolutions that double the size, and one that gives the channels of a row."""
        parts: list[Part] = []
        running = reached[-1]
        for index, width in enumerate(widths):
            wanted = reached[-2 - index]
            name, role = f"decoder{index}", f"decoder {index + 1}"
            steps, running = self._doubled(inputs, width, running, wanted, name, role)
            parts += steps
            inputs = width
        if running != self.sizes:
            parts.append(Crop("decoder.cropped", self.sizes))
        parts.append(
            self._convolution(inputs, self.channels, self.sizes, "output", "output", output=True)
        )
        rows = FromMaps(self.members, self.channels, self.sizes, name="output.rows", rows=True)
        return [*parts, rows]

    def _doubled(
        self, inputs: int, width: int, size: Sizes, wanted: Sizes, name: str, role: str
    ) -> tuple[list[Part], Sizes]:
        """One step up from maps of a size, and the size that is reached."""
        double = tuple(2 * s for s in size)
        parts: list[Part] = []
        if self.options.upsampling == "transposed":
            parts.append(
                self._convolution(inputs, width, double, name, role, stride=2, transposed=True)
            )
        else:
            less = tuple(s - self.kernel + 1 for s in size)
            fits = tuple(2 * s for s in less) == wanted
            padded = self.options.decoder_sizes == "cropped" or not fits
            if not padded:
                size, double = less, wanted
            parts.append(self._convolution(inputs, width, size, name, role, padded=padded))
            parts.append(Upsample(f"{name}.doubled", len(size)))
        if self.options.decoder_sizes == "cropped" and double != wanted:
            parts.append(Crop(f"{name}.cropped", wanted))
            double = wanted
        return parts, double

    def _convolution(
        self,
        inputs: int,
        outputs: int,
        sizes: Sizes,
        name: str,
        role: str,
        *,
        stride: int = 1,
        padded: bool = True,
        transposed: bool = False,
        shared: bool = False,
        output: bool = False,
    ) -> Convolution:
        options = self.options
        self.widest = max(self.widest, self.members * outputs * _area(sizes))
        return Convolution(
            self.members,
            inputs,
            outputs,
            sizes,
            self.kernel,
            name=name,
            role=role,
            activation=ACTIVATIONS[options.output_activation if output else options.activation],
            generator=self.generator,
            stride=stride,
            padded=padded,
            transposed=transposed,
            shared=shared,
            batch_norm=options.batch_norm,
            dropout=0.0 if output else options.dropout,
        )

    def _dense(self, inputs: int, outputs: int, name: str, role: str) -> DenseLayer:
        return DenseLayer(
            self.members,
            inputs,
            outputs,
            name=name,
            role=role,
            activation=ACTIVATIONS[self.options.activation],
            generator=self.generator,
            batch_norm=self.options.batch_norm,
            dropout=self.options.dropout,
        )


def _area(sizes: Sizes) -> int:
    return int(torch.Size(sizes).numel())
