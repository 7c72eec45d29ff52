"""A variational code is a distribution near the standard normal, drawn from in training alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from beats import model_of, normal_beats

from isthmus import Scorer
from isthmus.options import NetworkOptions
from isthmus.training.architectures import RowShape, make_network
from isthmus.training.architectures.variational import VariationalCode

SMALL = {"encoder": (12,), "code_size": 3, "scheme": "split", "members": 1, "variational": True}


def network_of(**choices):
    options = NetworkOptions(encoder=(6,), code_size=2, variational=True, **choices)
    generator = torch.Generator().manual_seed(3)
    return make_network(2, RowShape("table", 5), options, generator)


def test_the_divergence_is_that_of_pytorch():
    code = VariationalCode(2, 4, 3, generator=torch.Generator().manual_seed(0)).train()
    encoded = torch.randn(2, 50, 4, generator=torch.Generator().manual_seed(1))
    code(encoded)
    mean, deviation = code.distribution(encoded)
    normal = torch.distributions.Normal
    nats = torch.distributions.kl_divergence(normal(mean, deviation), normal(0.0, 1.0))
    torch.testing.assert_close(code.divergence, nats.sum(dim=2).mean(dim=1))


def test_the_weight_of_the_divergence_grows_from_nothing_over_the_warm_up():
    network = network_of(kl_weight=0.5, kl_warmup=0.4).train()
    network(torch.randn(2, 8, 5, generator=torch.Generator().manual_seed(0)))
    code = network.parts.code
    for progress, share in ((0.0, 0.0), (0.2, 0.5), (0.4, 1.0), (0.9, 1.0)):
        expected = 0.5 / 5 * share * code.divergence
        torch.testing.assert_close(network.penalty(progress), expected)
    assert network_of(kl_weight=0.0).penalty(1.0) is None


def test_codes_are_drawn_in_training_and_are_the_mean_otherwise():
    network = network_of()
    cells = torch.randn(2, 8, 5, generator=torch.Generator().manual_seed(0))
    network.train()
    assert not torch.equal(network(cells)[1], network(cells)[1])
    network.eval()
    assert torch.equal(network(cells)[1], network(cells)[1])


def test_a_heavier_divergence_brings_the_codes_nearer_to_the_standard_normal():
    rows = normal_beats(150)
    spread = [
        np.square(Scorer.load(model_of(rows, "signal", kl_weight=weight, max_steps=150, **SMALL))
                  .run(rows, ["code"])[0]["code"]).mean()
        for weight in (0.0, 1.0)
    ]  # fmt: skip
    assert 0 < spread[1] < spread[0] / 2


def test_scores_of_drawn_codes_are_the_mean_error_over_these_draws():
    rows = normal_beats(60)
    model = model_of(rows, "signal", code_samples=4, max_steps=200, distance="off", **SMALL)
    scorer = Scorer.load(model)
    results, _ = scorer.run(rows, ["error", "views", "reconstruction"])
    by_hand = results["error"].astype(np.float64).mean(axis=1)
    np.testing.assert_allclose(results["views"][:, 0, 0], by_hand, rtol=1e-5)
    unit = rows.std()
    of_mean_code = np.square((results["reconstruction"] - rows) / unit).mean(axis=1)
    assert results["views"].mean() > 1.01 * of_mean_code.mean()  # draws lie around the mean


@pytest.mark.parametrize("log_variance", [-1e6, 1e6])
def test_no_variance_is_so_small_or_large_that_it_overflows(log_variance):
    code = VariationalCode(1, 2, 2, generator=torch.Generator().manual_seed(0)).train()
    with torch.no_grad():
        code.log_variance.bias.fill_(log_variance)
    code(torch.zeros(1, 4, 2))
    assert math.isfinite(code.divergence.item())
