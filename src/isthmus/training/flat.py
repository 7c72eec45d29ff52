"""All parameters of a network as one vector.

An optimiser's step costs a fixed amount for every tensor; for small networks that is most of it.
"""

from __future__ import annotations

import torch
from torch import nn


def flattened(network: nn.Module) -> nn.Parameter:
    """Move the parameters, and their gradients, into one vector that shares their memory.

    Updating the vector updates the network; a backward pass adds to the vector's gradient, which
    is to be set to zero before each.
    """
    parameters = list(network.parameters())
    vector = torch.cat([parameter.detach().flatten() for parameter in parameters])
    gradient = torch.zeros_like(vector)
    first = 0
    for parameter in parameters:
        part = slice(first, first + parameter.numel())
        parameter.data = vector[part].view(parameter.shape)
        parameter.grad = gradient[part].view(parameter.shape)
        first = part.stop
    whole = nn.Parameter(vector)
    whole.grad = gradient
    return whole
