"""The convolutional autoencoder for signals: one channel of T samples."""

from __future__ import annotations

import torch

from isthmus.options import NetworkOptions
from isthmus.training.architectures.autoencoder import Parts
from isthmus.training.architectures.maps import Convolutions
from isthmus.training.row_shape import RowShape

_CHANNELS = (16, 32)
_KERNEL = 7


def conv1d(
    members: int, shape: RowShape, options: NetworkOptions, generator: torch.Generator
) -> Parts:
    """M convolutional autoencoders for signals side by side.

    By default two convolutions halve the length twice, and a code of T/16 follows, as narrow as
    the dense network's.
    """
    encoder, code_size = options.encoder, options.code_size
    if encoder is None and code_size is None:
        code_size = max(shape.units // 16, 1)
    kernel = options.kernel_size or _KERNEL
    builder = Convolutions(members, 1, (shape.units,), kernel, options, generator)
    return builder.parts(_CHANNELS if encoder is None else encoder, code_size)
