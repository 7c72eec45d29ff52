"""The gradient by hand has the bits of PyTorch's, and leaves to it whatever it does not know."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from beats import mixed_rows, model_of, table_rows
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.options import NetworkOptions, TrainingOptions
from isthmus.training import backward
from isthmus.training.architectures import RowShape, make_network
from isthmus.training.backward import ByHand, ByTorch, backward_of
from isthmus.training.flat import flattened
from isthmus.training.loss import LOSSES
from isthmus.training.members import Cells
from isthmus.training.optimizers import make_optimizer

CPU = torch.device("cpu")


def cells_of(rows, units, holes, generator):
    """Rows as networks see them, some with missing cells."""
    target = torch.randn((rows, units), generator=generator)
    if not holes:
        return Cells(target, target, None, None, None)
    counted = (torch.rand((rows, units), generator=generator) < 0.8).float()
    counted[:, 0] = 1.0
    observed = counted.sum(dim=1, keepdim=True)
    surprise = torch.rand((rows, 1), generator=generator)
    return Cells(target * counted, target, counted, observed, surprise)


@settings(max_examples=60, deadline=None)
@given(
    members=st.integers(1, 6),
    units=st.integers(1, 70),
    widths=st.lists(st.integers(1, 40), min_size=1, max_size=4),
    batch=st.integers(1, 80),
    activation=st.sampled_from(["relu", "linear"]),
    output=st.sampled_from(["relu", "linear"]),
    holes=st.booleans(),
    threads=st.sampled_from([1, 2]),
    precision=st.sampled_from(["float32", "bf16"]),
    seed=st.integers(0, 2**32),
)
def test_every_gradient_has_the_bits_of_pytorch(
    members, units, widths, batch, activation, output, holes, threads, precision, seed
):
    generator = torch.Generator().manual_seed(seed)
    options = NetworkOptions(
        encoder=tuple(widths), code_size=3, activation=activation, output_activation="linear"
    )
    network = make_network(members, RowShape("table", units), options, generator)
    for layer in network.stack:  # biases begin as nothing, and would hide what is wrong with them
        layer.bias.data.copy_(torch.randn(layer.bias.shape, generator=generator))
    weights = flattened(network)
    optimizer = make_optimizer(weights, TrainingOptions(), 0.001)
    cells = cells_of(50, units, holes, generator)
    rows = torch.randint(50, (members, batch), generator=generator)
    inputs, targets = cells.of_rows(rows)
    inputs = inputs + torch.randn(inputs.shape, generator=generator)
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        by_torch = ByTorch(network, LOSSES["mse"], optimizer, precision)
        slow = by_torch(cells, inputs, targets, rows, 0.0)
        wanted = weights.grad.clone()
        weights.grad.fill_(7.0)  # what was there before must not count
        by_hand = ByHand.of(network, LOSSES["mse"], precision)
        quick = by_hand(cells, inputs, targets, rows, 0.0)
    finally:
        torch.set_num_threads(before)
    assert torch.equal(quick, slow)
    assert torch.equal(weights.grad, wanted)


@pytest.mark.parametrize(
    "choices",
    [
        {"activation": "elu"},
        {"activation": "leaky_relu"},
        {"output_activation": "sigmoid"},
        {"batch_norm": True},
        {"dropout": 0.1},
        {"variational": True},
        {"architecture": "conv1d"},
        {"architecture": "recurrent"},
    ],
)
def test_other_networks_are_left_to_pytorch(choices):
    options = NetworkOptions(encoder=(8,), code_size=4, **choices)
    network = make_network(1, RowShape("signal", 32), options, torch.Generator().manual_seed(0))
    assert ByHand.of(network, LOSSES["mse"]) is None
    optimizer = make_optimizer(flattened(network), TrainingOptions(), 0.001)
    assert isinstance(backward_of(network, LOSSES["mse"], optimizer), ByTorch)


@pytest.mark.parametrize("loss", ["mae", "huber"])
def test_other_losses_are_left_to_pytorch(loss):
    network = make_network(
        1, RowShape("table", 7), NetworkOptions(), torch.Generator().manual_seed(0)
    )
    flattened(network)
    assert ByHand.of(network, LOSSES[loss]) is None
    assert ByHand.of(network, LOSSES["mse"]) is not None


@pytest.mark.parametrize("precision", ["float32", "bf16"])
@pytest.mark.parametrize("kind", ["table", "mixed", "signal"])
def test_a_whole_fit_gives_the_same_file_either_way(kind, precision, monkeypatch):
    rows = mixed_rows() if kind == "mixed" else np.resize(table_rows(), (120, 32))[:, :32]
    if kind == "table":
        rows = table_rows()
    choices = {"max_steps": 60, "encoder": (8,), "code_size": 4, "precision": precision}
    quick = model_of(rows, kind, **choices)
    used = []
    monkeypatch.setattr(backward.ByHand, "of", classmethod(lambda cls, *words: used.append(words)))
    assert model_of(rows, kind, **choices) == quick
    assert used
