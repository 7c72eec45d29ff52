"""Optimisers, with the constants of Keras that the published autoencoders were trained with.

The arithmetic is PyTorch's. Its classes are left out: the first of them that is made loads the
compiler of PyTorch, which takes longer than many a training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.optim.adadelta import adadelta
from torch.optim.adam import adam
from torch.optim.adamw import adamw
from torch.optim.sgd import sgd

from isthmus.options import TrainingOptions

_EPSILON = 1e-7
_STEP = "step"


class Vectors(NamedTuple):
    """What one update reads and changes, each as long as the weights but `step`."""

    weights: Tensor
    gradient: Tensor
    moments: tuple[Tensor, ...]
    step: Tensor  # (): the updates so far


class Rule(NamedTuple):
    """One way to update: what it remembers, by the names of `torch.optim`, and what it does.

    A rule that remembers nothing counts no steps either.
    """

    moments: tuple[str, ...]
    update: Callable[[Vectors, float, float], None]
    """Of the vectors, by learning rate and weight decay."""


def _adam(vectors: Vectors, rate: float, decay: float) -> None:
    _adaptive(adam, vectors, rate, decay)


def _adamw(vectors: Vectors, rate: float, decay: float) -> None:
    _adaptive(adamw, vectors, rate, decay)


def _adaptive(how: Callable[..., None], vectors: Vectors, rate: float, decay: float) -> None:
    # Fused is one pass over the weights; small networks spend most of a step here.
    how(
        [vectors.weights],
        [vectors.gradient],
        [vectors.moments[0]],
        [vectors.moments[1]],
        [],
        [vectors.step],
        fused=True,
        amsgrad=False,
        beta1=0.9,
        beta2=0.999,
        lr=rate,
        weight_decay=decay,
        eps=_EPSILON,
        maximize=False,
    )


def _sgd(vectors: Vectors, rate: float, decay: float) -> None:
    sgd(
        [vectors.weights],
        [vectors.gradient],
        [None],
        fused=True,
        weight_decay=decay,
        momentum=0.0,
        lr=rate,
        dampening=0.0,
        nesterov=False,
        maximize=False,
    )


def _adadelta(vectors: Vectors, rate: float, decay: float) -> None:
    adadelta(
        [vectors.weights],
        [vectors.gradient],
        [vectors.moments[0]],
        [vectors.moments[1]],
        [vectors.step],
        foreach=False,
        lr=rate,
        rho=0.95,
        eps=_EPSILON,
        weight_decay=decay,
        maximize=False,
    )


OPTIMIZERS: dict[str, Rule] = {
    "adam": Rule(("exp_avg", "exp_avg_sq"), _adam),
    "adamw": Rule(("exp_avg", "exp_avg_sq"), _adamw),
    "sgd": Rule((), _sgd),
    "adadelta": Rule(("square_avg", "acc_delta"), _adadelta),
}


class Optimizer:
    """Updates all weights, one vector, by its gradient.

    Parameters
    ----------
    weights : nn.Parameter
        Shape (W,), changed in place.
    rule : Rule
        How.
    rate, decay : float
        Learning rate and weight decay.
    """

    def __init__(self, weights: nn.Parameter, rule: Rule, *, rate: float, decay: float) -> None:
        if weights.grad is None:
            weights.grad = torch.zeros_like(weights)
        self.rate = rate
        self._decay = decay
        self._rule = rule
        moments = tuple(torch.zeros_like(weights.detach()) for _ in rule.moments)
        step = torch.zeros((), device=weights.device)
        self._vectors = Vectors(weights, weights.grad, moments, step)

    @property
    def tensors(self) -> dict[str, Tensor]:
        """All that it remembers from update to update, by name; may be written to."""
        if not self._rule.moments:
            return {}
        named = zip(self._rule.moments, self._vectors.moments, strict=True)
        return {_STEP: self._vectors.step, **dict(named)}

    def zero_grad(self) -> None:
        """Set the gradient to zero, where it lies."""
        self._vectors.gradient.zero_()

    @torch.no_grad()
    def step(self) -> None:
        """Update the weights."""
        self._rule.update(self._vectors, self.rate, self._decay)


def make_optimizer(weights: nn.Parameter, options: TrainingOptions, rate: float) -> Optimizer:
    """The optimiser that the options name, for all weights as one vector, with its first rate."""
    rule = OPTIMIZERS[options.optimizer]
    return Optimizer(weights, rule, rate=rate, decay=options.weight_decay)


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
