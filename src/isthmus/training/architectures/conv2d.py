"""The convolutional autoencoder for images (Masci et al., 2011)."""

from __future__ import annotations

import torch

from isthmus.options import NetworkOptions
from isthmus.training.architectures.autoencoder import Parts
from isthmus.training.architectures.maps import Convolutions
from isthmus.training.row_shape import RowShape

_CHANNELS = (16, 32)
_CODE = 64
_KERNEL = 3


def conv2d(
    members: int, shape: RowShape, options: NetworkOptions, generator: torch.Generator
) -> Parts:
    """M convolutional autoencoders for images side by side.

    By default two convolutions halve height and width twice, and a code of 64 follows. With
    `encoder` and without `code_size` the last maps are the code.
    """
    assert shape.image is not None  # every image has a form
    encoder, code_size = options.encoder, options.code_size
    if encoder is None and code_size is None:
        code_size = _CODE
    form = shape.image
    builder = Convolutions(
        members,
        form.channels,
        (form.height, form.width),
        options.kernel_size or _KERNEL,
        options,
        generator,
    )
    return builder.parts(_CHANNELS if encoder is None else encoder, code_size)
