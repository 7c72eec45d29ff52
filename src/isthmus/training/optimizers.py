"""Optimisers, with the constants of Keras that the published autoencoders were trained with."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from isthmus.options import TrainingOptions

Maker = Callable[[list[nn.Parameter], float, float], torch.optim.Optimizer]

# A fused update is one pass over the parameters; small networks spend most of a step here.
OPTIMIZERS: dict[str, Maker] = {
    "adam": lambda parameters, rate, decay: torch.optim.Adam(
        parameters, lr=rate, weight_decay=decay, eps=1e-7, fused=True
    ),
    "adamw": lambda parameters, rate, decay: torch.optim.AdamW(
        parameters, lr=rate, weight_decay=decay, eps=1e-7, fused=True
    ),
    "sgd": lambda parameters, rate, decay: torch.optim.SGD(
        parameters, lr=rate, weight_decay=decay, fused=True
    ),
    "adadelta": lambda parameters, rate, decay: torch.optim.Adadelta(
        parameters, lr=rate, weight_decay=decay, rho=0.95, eps=1e-7
    ),
}


def make_optimizer(weights: nn.Parameter, options: TrainingOptions) -> torch.optim.Optimizer:
    """The optimiser that the options name, for all weights as one vector."""
    make = OPTIMIZERS[options.optimizer]
    return make([weights], options.learning_rate, options.weight_decay)


def clip_members(parameters: Iterable[nn.Parameter], most: float) -> None:
    """Shrink each member's gradient to a norm of at most `most` (Pascanu et al., 2013).

    The first axis of every parameter is the member, and members know nothing of each other.
    """
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    squares: list[Tensor] = [torch.square(g).flatten(1).sum(dim=1) for g in gradients]
    norm = torch.sqrt(torch.stack(squares).sum(dim=0))  # (M,)
    factor = torch.clamp(most / (norm + 1e-6), max=1.0)
    for gradient in gradients:
        gradient.mul_(factor.view(-1, *[1] * (gradient.dim() - 1)))
