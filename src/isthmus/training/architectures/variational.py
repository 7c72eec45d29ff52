"""The code of a variational autoencoder (Kingma and Welling, 2014): a normal distribution."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from isthmus.model_file.manifest import Layer
from isthmus.training.activations import ACTIVATIONS
from isthmus.training.architectures.layer import DenseLayer
from isthmus.training.graph import Graph

_WIDEST_LOG = 10.0
"""Logarithms of variances are cut off here, so that a bad start cannot overflow."""


class VariationalCode(nn.Module):
    """Mean and deviation of each code (M, B, Z); in training a draw, otherwise the mean.

    Parameters
    ----------
    members, inputs, size : int
        M, the width of what the encoder gives, and Z.
    generator : torch.Generator
        Draws the initial weights and the codes.
    """

    divergence: Tensor  # (M,): the mean over the last batch, in nats

    def __init__(self, members: int, inputs: int, size: int, *, generator: torch.Generator) -> None:
        super().__init__()
        self.mean, self.log_variance = (
            DenseLayer(
                members,
                inputs,
                size,
                name=name,
                role=role,
                activation=ACTIVATIONS["linear"],
                generator=generator,
            )
            for name, role in (("code.mean", "code"), ("code.log_variance", "code deviation"))
        )
        self.generator = generator

    def forward(self, encoded: Tensor) -> Tensor:
        """Codes (M, B, Z) of what the encoder gives (M, B, I)."""
        if not self.training:
            return self.mean(encoded)  # type: ignore[no-any-return]
        mean, deviation = self.distribution(encoded)
        # From the standard normal, in closed form (Kingma and Welling, 2014, appendix B).
        nats = 0.5 * (mean.square() + deviation.square() - 1.0) - torch.log(deviation)
        self.divergence = nats.sum(dim=2).mean(dim=1)
        draws = torch.randn(mean.shape, generator=self.generator).to(mean.device)
        return mean + deviation * draws

    def distribution(self, encoded: Tensor) -> tuple[Tensor, Tensor]:
        """Means and standard deviations (M, B, Z)."""
        # Products may be bf16, in which exponentials would be too coarse.
        logs = torch.clamp(self.log_variance(encoded).float(), -_WIDEST_LOG, _WIDEST_LOG)
        return self.mean(encoded).float(), torch.exp(0.5 * logs)

    def emit(self, graph: Graph, value: str) -> str:
        """Add the nodes of the mean."""
        return self.mean.emit(graph, value)

    def emit_distribution(self, graph: Graph, value: str) -> tuple[str, str]:
        """Add the nodes of means and deviations; exponentials are taken in float64."""
        logs = self.log_variance.emit(graph, value)
        low, high = (
            graph.constant(f"code.{name}", np.asarray(limit, np.float32))
            for name, limit in (("lowest", -_WIDEST_LOG), ("highest", _WIDEST_LOG))
        )
        bounded = graph.node(
            "Max", graph.node("Min", logs, high, name="code.cut"), low, name="code.bounded"
        )
        half = graph.constant("code.half", np.asarray(0.5))
        exact = graph.cast(bounded, "float64", name="code.exact")
        deviation = graph.node(
            "Exp", graph.node("Mul", exact, half, name="code.log"), name="code.e"
        )
        return self.mean.emit(graph, value), graph.cast(deviation, "float32", name="code.deviation")

    def layers(self) -> list[Layer]:
        """Two lines: the mean and the deviation."""
        return [*self.mean.layers(), *self.log_variance.layers()]
