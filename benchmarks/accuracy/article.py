"""The network of the best-known articles on autoencoders for anomalies, in plain PyTorch.

Dense 32-16-8 and back, ReLU, sigmoid at the end, on columns scaled to 0 and 1 by the training rows;
mean absolute error, Adam with Keras's defaults, batches of 512, 20 epochs, weights begun as Keras
begins them. The score of a row is the mean error of its cells. All training rows train.
"""

from __future__ import annotations

import itertools

import numpy as np
import torch
from torch import nn

from benchmarks.peer_scripts.detecting import Fit, Fitted

WIDTHS = (32, 16, 8, 16, 32)
EPOCHS, BATCH, LEARNING_RATE, EPSILON = 20, 512, 1e-3, 1e-7


def article(rows: np.ndarray, seed: int) -> Fitted:
    """Train the network on rows (N, D)."""
    torch.manual_seed(seed)
    least, range_ = rows.min(axis=0), np.ptp(rows, axis=0)
    range_ = np.where(range_ > 0, range_, 1.0)

    def scaled(new: np.ndarray) -> torch.Tensor:
        return torch.from_numpy(((new - least) / range_).astype(np.float32))

    network = _network(rows.shape[1])
    _train(network, scaled(rows))

    def score(new: np.ndarray) -> np.ndarray:
        values = scaled(new)
        with torch.no_grad():
            errors: np.ndarray = (network(values) - values).abs().mean(dim=1).numpy()
        return errors

    return Fitted(score)


def _network(columns: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise((columns, *WIDTHS, columns)):
        linear = nn.Linear(before, after)
        nn.init.xavier_uniform_(linear.weight)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers[:-1], nn.Sigmoid())


def _train(network: nn.Sequential, values: torch.Tensor) -> None:
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE, eps=EPSILON)
    for _ in range(EPOCHS):
        for part in torch.split(torch.randperm(len(values)), BATCH):
            optimizer.zero_grad()
            (network(values[part]) - values[part]).abs().mean().backward()
            optimizer.step()


ARTICLE: dict[str, Fit] = {"article": article}
