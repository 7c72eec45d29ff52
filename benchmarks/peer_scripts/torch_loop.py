"""PyTorch with nothing around it: the loop that one writes by hand.

python -m benchmarks.peer_scripts.torch_loop fit|once ROWS.npy|ROWS.csv EPOCHS [OUTPUT]
"""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
import torch
from torch import nn

from benchmarks.peer_scripts.answering import answer, versions

HIDDEN = (32, 16, 8, 16, 32)
BATCH = 256


def fit(rows: torch.Tensor, epochs: int) -> nn.Module:
    """Adam on the mean squared error, rows shuffled by `randperm`."""
    widths = [rows.shape[1], *HIDDEN]
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Linear(before, after), nn.ReLU()]
    network = nn.Sequential(*layers, nn.Linear(widths[-1], rows.shape[1]))
    optimizer = torch.optim.Adam(network.parameters())
    for _ in range(epochs):
        for some in torch.split(torch.randperm(len(rows)), BATCH):
            batch = rows[some]
            loss = nn.functional.mse_loss(network(batch), batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
    return network


def main(what: str, path: str, epochs: str, *output: str) -> None:
    """Answer with fits, or fit and save."""
    torch.set_num_threads(1)
    if what == "fit":
        rows = torch.from_numpy(np.load(path))
        answer({"loop": lambda: fit(rows, int(epochs))}, {"versions": versions("torch", "numpy")})
    else:
        values = np.loadtxt(path, np.float32, delimiter=",")
        torch.save(fit(torch.from_numpy(values), int(epochs)).state_dict(), output[0])


if __name__ == "__main__":
    main(*sys.argv[1:])
