"""The optimisers do what PyTorch's classes do, and do not load its compiler."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from isthmus.options import TrainingOptions
from isthmus.training.optimizers import OPTIMIZERS, make_optimizer

TWINS = {
    "adam": (torch.optim.Adam, {"eps": 1e-7, "fused": True}),
    "adamw": (torch.optim.AdamW, {"eps": 1e-7, "fused": True}),
    "sgd": (torch.optim.SGD, {"fused": True}),
    "adadelta": (torch.optim.Adadelta, {"rho": 0.95, "eps": 1e-7}),
}


def vector(seed=0):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=37).astype(np.float32))


def ours(name, rate, **choices):
    weights = nn.Parameter(vector())
    return weights, make_optimizer(weights, TrainingOptions(optimizer=name, **choices), rate)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("rate", [1e-3, 0.7])
def test_it_goes_where_the_class_of_pytorch_goes(name, decay, rate):
    weights, optimizer = ours(name, rate, weight_decay=decay)
    twin = nn.Parameter(vector())
    make, choices = TWINS[name]
    class_of_pytorch = make([twin], lr=rate, weight_decay=decay, **choices)
    for seed in range(1, 30):
        weights.grad.copy_(vector(seed))
        optimizer.step()
        twin.grad = vector(seed)
        class_of_pytorch.step()
        assert torch.equal(weights, twin)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_another_one_with_its_tensors_goes_on_to_the_last_bit(name):
    weights, optimizer = ours(name, 0.1)
    for seed in range(1, 6):
        weights.grad.copy_(vector(seed))
        optimizer.step()
    later, successor = ours(name, 0.1)
    with torch.no_grad():
        later.copy_(weights)
    assert successor.tensors.keys() == optimizer.tensors.keys()
    for key, tensor in successor.tensors.items():
        tensor.copy_(optimizer.tensors[key])
    for seed in range(6, 12):
        for one, its in ((weights, optimizer), (later, successor)):
            one.grad.copy_(vector(seed))
            its.step()
    assert torch.equal(weights, later)


def test_the_gradient_is_set_to_zero_where_it_lies():
    weights, optimizer = ours("adam", 1e-3)
    gradient = weights.grad
    gradient.fill_(3.0)
    optimizer.zero_grad()
    assert weights.grad is gradient
    assert not gradient.any()


def test_updating_loads_no_compiler():
    code = f"""
import sys
import torch
from isthmus.options import TrainingOptions
from isthmus.training.optimizers import make_optimizer
for name in {list(OPTIMIZERS)}:
    weights = torch.nn.Parameter(torch.ones(3))
    make_optimizer(weights, TrainingOptions(optimizer=name), 1e-3).step()
print("torch._dynamo" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
