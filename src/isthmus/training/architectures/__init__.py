"""Architectures: each keeps its PyTorch modules and its ONNX nodes side by side in one file.

An architecture is an encoder and a decoder for M members, all trained and run at once in one
batched graph; `autoencoder.py` puts the code between them.
"""

from __future__ import annotations

from collections.abc import Callable

import torch

from isthmus.errors import UsageError
from isthmus.options import NetworkOptions
from isthmus.training.architectures.autoencoder import Autoencoder, Core, Parts
from isthmus.training.architectures.conv1d import conv1d
from isthmus.training.architectures.conv2d import conv2d
from isthmus.training.architectures.dense import dense
from isthmus.training.architectures.recurrent import recurrent
from isthmus.training.row_shape import RowShape

__all__ = ["ARCHITECTURES", "Autoencoder", "Core", "RowShape", "chosen", "make_network"]

Maker = Callable[[int, RowShape, NetworkOptions, torch.Generator], Parts]

ARCHITECTURES: dict[str, Maker] = {
    "dense": dense,
    "conv1d": conv1d,
    "conv2d": conv2d,
    "recurrent": recurrent,
}
"""Made from members M, the shape of a row, options and the generator of the weights."""

_DENSE_CELLS = 12_288

FITTING: dict[str, tuple[str, ...]] = {
    "dense": ("table", "signal", "image"),
    "conv1d": ("signal",),
    "conv2d": ("image",),
    "recurrent": ("signal", "image"),
}
"""The kinds of rows that an architecture makes sense of."""


def chosen(options: NetworkOptions, shape: RowShape) -> str:
    """The architecture that `auto` stands for, or the one that is asked for.

    Raises
    ------
    UsageError
        If it makes no sense of such rows.
    """
    if options.architecture == "auto":
        # A dense network for large images would have more weights than there is to learn from.
        return "conv2d" if shape.kind == "image" and shape.units > _DENSE_CELLS else "dense"
    if shape.kind not in FITTING[options.architecture]:
        fitting = [name for name, kinds in FITTING.items() if shape.kind in kinds]
        raise UsageError(
            f"architecture={options.architecture!r} takes no {shape.kind}, but "
            f"{' or '.join(FITTING[options.architecture])}",
            advice=f"For a {shape.kind}: {', '.join(fitting)}; or say what the rows are with "
            "--kind.",
        )
    return options.architecture


def make_network(
    members: int, shape: RowShape, options: NetworkOptions, generator: torch.Generator
) -> Autoencoder:
    """M autoencoders side by side, with fresh weights.

    Raises
    ------
    UsageError
        If the architecture makes no sense of such rows, or its layers do not fit them.
    """
    make = ARCHITECTURES[chosen(options, shape)]
    return Autoencoder(make(members, shape, options, generator), shape, options, generator)
