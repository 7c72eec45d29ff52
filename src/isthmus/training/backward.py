"""The gradient of an update: by hand for plain dense networks, otherwise by PyTorch.

By hand it takes the same steps in the same order, so every bit is the same, and spares what PyTorch
spends on remembering them, which for a small network is much of its time.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple, Self

import torch
from torch import Tensor

from isthmus.options import Precision
from isthmus.training.architectures import Autoencoder
from isthmus.training.architectures.layer import DenseLayer
from isthmus.training.cell_loss import CellLoss
from isthmus.training.loss import SquaredError
from isthmus.training.members import Cells, UnitLoss, gather
from isthmus.training.optimizers import Optimizer

Backward = Callable[[Cells, Tensor, Tensor, Tensor, float], Tensor]
"""Of cells, inputs and targets (M, B, U), rows (M, B) and progress (0 to 1): losses (M,).

It leaves the gradient of the losses, and of what the network charges besides, in the optimiser.
"""

_NUMBERS: dict[Precision, torch.dtype] = {"float32": torch.float32, "bf16": torch.bfloat16}


def backward_of(
    network: Autoencoder, loss: UnitLoss, optimizer: Optimizer, precision: Precision = "float32"
) -> Backward:
    """By hand where that is known to be the same, or by PyTorch.

    Of bf16 are the products alone and what comes out of them: their sums, the weights, what is
    charged and the steps of the optimiser stay float32 (Kalamkar et al., 2019).
    """
    by_hand = ByHand.of(network, loss, precision)
    return by_hand or ByTorch(network, loss, optimizer, precision)


@dataclass(frozen=True)
class ByTorch:
    """For any network and loss."""

    network: Autoencoder
    loss: UnitLoss
    optimizer: Optimizer
    precision: Precision = "float32"

    def __call__(
        self, cells: Cells, inputs: Tensor, targets: Tensor, rows: Tensor, progress: float
    ) -> Tensor:
        """Losses (M,), as `Backward` says."""
        with self._products(inputs.device):
            outputs, _ = self.network(inputs)  # (M, B, U)
        losses = cells.row_errors(self.loss, outputs.float(), targets, rows).mean(dim=1)
        penalty = self.network.penalty(progress)
        whole = losses if penalty is None else losses + penalty
        self.optimizer.zero_grad()
        # Members share no weights: the gradient of the sum is each member's own.
        whole.sum().backward()  # type: ignore[no-untyped-call]
        return losses.detach()

    def _products(self, device: torch.device) -> AbstractContextManager[object]:
        if self.precision == "float32":
            return nullcontext()
        return torch.autocast(device.type, torch.bfloat16)


class Step(NamedTuple):
    """A dense layer as it is gone through: looked up once, which small networks feel."""

    weight: Tensor
    bias: Tensor
    weight_gradient: Tensor
    bias_gradient: Tensor
    cuts: bool

    @classmethod
    def of(cls, layer: DenseLayer) -> Self:
        """Of a layer of a network that is `flattened`."""
        weight, bias = layer.weight.grad, layer.bias.grad
        assert weight is not None and bias is not None  # of `flattened`
        return cls(layer.weight, layer.bias, weight, bias, layer.activation.operator is not None)


@dataclass(frozen=True)
class ByHand:
    """For dense layers with ReLU or nothing, and squared errors of numbers, on the CPU.

    `numbers` are those of products.
    """

    steps: tuple[Step, ...]
    numbers: torch.dtype = torch.float32

    @classmethod
    def of(
        cls, network: Autoencoder, loss: UnitLoss, precision: Precision = "float32"
    ) -> Self | None:
        """The same for a network, or None where it has anything else."""
        charged = loss.numbers if isinstance(loss, CellLoss) and loss.units.are_cells else loss
        layers = tuple(network.stack)
        here = all(weights.device.type == "cpu" for weights in network.parameters())
        plain = isinstance(charged, SquaredError) and here
        if not plain or not all(isinstance(layer, DenseLayer) for layer in layers):
            return None
        dense = tuple(layer for layer in layers if isinstance(layer, DenseLayer))
        if len(dense) < _length(network) or any(map(_is_more, dense)):
            return None
        return cls(tuple(map(Step.of, dense)), _NUMBERS[precision])

    @torch.no_grad()
    def __call__(
        self, cells: Cells, inputs: Tensor, targets: Tensor, rows: Tensor, progress: float
    ) -> Tensor:
        """Losses (M,), as `Backward` says."""
        weights = [step.weight.to(self.numbers) for step in self.steps]
        values = [inputs.to(self.numbers)]
        for step, weight in zip(self.steps, weights, strict=True):
            value = torch.baddbmm(step.bias.to(self.numbers), values[-1], weight)
            values.append(value.relu_() if step.cuts else value)
        residual = values[-1].sub(targets)
        losses = cells.mean_over_cells(residual.square(), rows).mean(dim=1)
        gradient = residual.mul_(_twice_scale(cells, residual, rows))
        self._descend(values, weights, gradient.to(self.numbers))
        return losses

    def _descend(self, values: list[Tensor], weights: list[Tensor], gradient: Tensor) -> None:
        """Put the gradients of all weights where they belong, from the last layer to the first."""
        for place in reversed(range(len(self.steps))):
            step, came = self.steps[place], values[place]
            if step.cuts:
                gradient = torch.ops.aten.threshold_backward(gradient, values[place + 1], 0)
            # Not written in place: the last bits of a product hang on where its result begins.
            step.bias_gradient.copy_(gradient.sum(1, keepdim=True))
            step.weight_gradient.copy_(torch.bmm(came.transpose(1, 2), gradient))
            if place:
                gradient = torch.bmm(gradient, weights[place].transpose(1, 2))


def _twice_scale(cells: Cells, residual: Tensor, rows: Tensor) -> Tensor:
    """Twice what each squared error counts in its member's loss, of a shape that broadcasts."""
    if cells.observed is None:
        scale = _of_whole_rows(*residual.shape[1:])
    else:
        scale = _of_whole_rows(residual.shape[1], 1) / gather(cells.observed, rows)
    return scale if cells.counted is None else scale * gather(cells.counted, rows)


@cache
def _of_whole_rows(rows: int, units: int) -> Tensor:
    return torch.full((1, 1, 1), 2.0) / rows / units


def _length(network: Autoencoder) -> int:
    """Parts that a row passes."""
    parts = network.parts
    return len(parts.encoder) + (parts.code is not None) + len(parts.decoder)


def _is_more(layer: DenseLayer) -> bool:
    """Whether a layer does more than multiply, add and cut off."""
    simple = layer.activation.operator in (None, "Relu")
    return not simple or layer.norm is not None or layer.dropout > 0
