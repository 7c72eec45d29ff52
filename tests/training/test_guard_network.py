"""What a network could get wrong in PyTorch and in the graph alike, so that parity sees nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from beats import model_of, normal_beats

from isthmus.errors import IsthmusError
from isthmus.options import NetworkOptions, TrainingOptions
from isthmus.scoring.scorer import Scorer
from isthmus.training import export, loop, noise
from isthmus.training.architectures import RowShape, make_network
from isthmus.training.architectures.layer import MemberNorm
from isthmus.training.budget import budget
from isthmus.training.feed import Held, Watched
from isthmus.training.keep import Keeper
from isthmus.training.loss import LOSSES
from isthmus.training.members import Cells, MemberRows
from isthmus.training.noise import InputNoise
from isthmus.training.preamble import CellArrays

ROWS = np.random.default_rng(0).normal(size=(12, 5)).astype(np.float32)
ONES = np.ones_like(ROWS)
CELLS = Cells.of(CellArrays(ROWS, ROWS, ONES, ONES, 0 * ONES), torch.device("cpu"))
SMALL = {"encoder": (8,), "code_size": 4}


def network_of(members=1, **choices):
    options = NetworkOptions(encoder=(6,), code_size=3, activation="tanh", **choices)
    generator = torch.Generator().manual_seed(3)
    return make_network(members, RowShape("table", 5), options, generator)


def test_batch_norm_in_evaluation_is_that_of_training_where_the_batch_is_what_was_seen():
    norm = MemberNorm(2, 4)
    cells = torch.randn(2, 50, 4, generator=torch.Generator().manual_seed(0)) * 3 + 7
    variance, mean = torch.var_mean(cells, dim=1, keepdim=True, correction=0)
    norm.running_mean.copy_(mean)
    norm.running_variance.copy_(variance)
    with torch.no_grad():
        norm.gain.fill_(1.5)
        norm.shift.fill_(-0.5)
        trained, evaluated = norm.train()(cells), norm.eval()(cells)
    torch.testing.assert_close(evaluated, trained, atol=1e-5, rtol=1e-5)


def test_outputs_that_are_no_numbers_are_not_parity(monkeypatch):
    twin = export._twin

    def broken(*given):
        return {**twin(*given), "error": np.full((1, 1), np.nan)}

    monkeypatch.setattr(export, "_twin", broken)
    with pytest.raises(IsthmusError, match="error: nan apart"):
        model_of(normal_beats(60), "signal", max_steps=2, **SMALL)


def test_the_target_stays_clean_where_the_input_is_noisy(monkeypatch):
    monkeypatch.setattr(noise, "with_noise", lambda inputs, *_: inputs + 1.0)
    network, twin = network_of(), network_of()
    outputs, _ = twin(CELLS.input[None] + 1.0)
    torch.square(outputs - CELLS.target).mean().backward()
    options = TrainingOptions(
        optimizer="sgd", learning_rate=0.1, max_steps=1, batch_size=12, shuffle=False
    )
    every, nobody = [np.arange(12)], [np.empty(0, int)]
    feed = Held.of(CELLS, every, nobody, InputNoise(0.5), 12, shuffle=False)
    loop.train(network, feed, options, budget(12, options), generator=torch.Generator())
    for one, other in zip(network.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(one, other - 0.1 * other.grad)


def test_dropout_is_off_while_the_validation_loss_is_taken():
    network = network_of(dropout=0.5).train()
    rows = MemberRows.of([np.arange(12)], torch.device("cpu"))
    watched = loop.watch(network, Watched(CELLS, rows), LOSSES["mse"])
    with torch.no_grad():
        outputs, _ = network.eval()(CELLS.input[None])
    torch.testing.assert_close(watched, torch.square(outputs - CELLS.target).mean()[None])


def test_a_member_that_has_stopped_keeps_what_it_had_whatever_it_might_become():
    network = network_of(members=2)
    keeper = Keeper(network, 2, patience=1, best=True)
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    for step, losses in enumerate([[1.0, 1.0], [2.0, 0.9], [0.1, 0.8]], start=1):
        keeper.look(torch.tensor(losses), step)
        with torch.no_grad():
            for parameter in network.parameters():
                parameter += 1.0
    keeper.restore(3)
    assert keeper.kept_step.tolist() == [1, 3]
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(tensor[0], before[name][0])
        torch.testing.assert_close(tensor[1], before[name][1] + 2.0)


def test_the_seed_reaches_the_first_weights():
    rows = normal_beats(60)
    untrained = {"max_steps": 1, "learning_rate": 1e-12, "scheme": "cross", **SMALL}
    codes = [
        Scorer.load(model_of(rows, "signal", seed=seed, **untrained)).run(rows, ["code"])[0]["code"]
        for seed in (1, 2)
    ]
    assert not np.allclose(*codes)
