"""The dense autoencoder: fully connected layers down to the code and up again."""

from __future__ import annotations

import torch

from isthmus.options import NetworkOptions
from isthmus.training.activations import ACTIVATIONS
from isthmus.training.architectures.autoencoder import Part, Parts
from isthmus.training.architectures.layer import DenseLayer
from isthmus.training.architectures.variational import VariationalCode
from isthmus.training.row_shape import RowShape


def dense(
    members: int, shape: RowShape, options: NetworkOptions, generator: torch.Generator
) -> Parts:
    """M dense autoencoders side by side.

    Parameters
    ----------
    members : int
        M.
    shape : RowShape
        Of a row; its kind decides the widths that are left open.
    options : NetworkOptions
        Widths, activations, batch norm and dropout.
    generator : torch.Generator
        Draws the initial weights and, in training, what dropout leaves out.
    """
    encoder, code_size, decoder = options.widths(shape.kind, shape.units)
    hidden = [*encoder, code_size, *decoder]
    widths = [shape.units, *hidden, shape.units]
    inner, last = ACTIVATIONS[options.activation], ACTIVATIONS[options.output_activation]

    def layer(index: int) -> Part | VariationalCode:
        if index == len(encoder) and options.variational:
            return VariationalCode(members, widths[index], code_size, generator=generator)
        output = index == len(hidden)
        return DenseLayer(
            members,
            widths[index],
            widths[index + 1],
            name=f"dense{index}",
            role=_role(index, len(encoder), len(hidden)),
            activation=last if output else inner,
            batch_norm=options.batch_norm,
            # Dropout on the output would hide what was rebuilt.
            dropout=0.0 if output else options.dropout,
            generator=generator,
        )

    layers = [layer(index) for index in range(len(hidden) + 1)]
    code = len(encoder)
    return Parts(layers[:code], layers[code], layers[code + 1 :], code_size, members * max(widths))


def _role(index: int, code: int, last: int) -> str:
    if index < code:
        return f"encoder {index + 1}"
    if index == code:
        return "code"
    return "output" if index == last else f"decoder {index - code}"
