"""The training loop: members know nothing of each other, and the history is what happened."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from isthmus.errors import UsageError
from isthmus.options import NetworkOptions, TrainingOptions
from isthmus.training.architectures import RowShape, make_network
from isthmus.training.budget import budget
from isthmus.training.feed import Held
from isthmus.training.keep import Keeper
from isthmus.training.loop import train
from isthmus.training.loss import LOSSES
from isthmus.training.members import Cells, MemberRows
from isthmus.training.noise import InputNoise
from isthmus.training.optimizers import OPTIMIZERS, clip_members
from isthmus.training.preamble import CellArrays

NETWORK = NetworkOptions(encoder=(6,), code_size=3, activation="tanh")


def rows_of_cells(rows=40, cells=5, missing=False, seed=0):
    generator = np.random.default_rng(seed)
    target = generator.normal(size=(rows, cells)).astype(np.float32)
    observed = np.ones_like(target)
    if missing:
        observed[generator.random(target.shape) < 0.3] = 0
    return Cells.of(
        CellArrays(target, target, observed, observed, np.zeros_like(target)), torch.device("cpu")
    )


def network_of(members, seed=0, cells=5):
    generator = torch.Generator().manual_seed(seed)
    return make_network(members, RowShape("table", cells), NETWORK, generator)


def member_of(network, member):
    """A network of one member with the same weights."""
    single = network_of(1)
    single.load_state_dict({n: t[member : member + 1] for n, t in network.state_dict().items()})
    return single


def run(network, cells, training, validation, noise=0.0, **choices):
    options = TrainingOptions(**{"shuffle": False, "batch_size": 8, **choices})
    work = budget(max(map(len, training)), options)
    shuffle = options.shuffle
    feed = Held.of(cells, training, validation, InputNoise(noise), work.batch_size, shuffle=shuffle)
    return train(network, feed, options, work, generator=torch.Generator().manual_seed(1))


def same(one, other):
    return all(
        torch.allclose(a, b, atol=1e-6)
        for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    )


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(
    "extra",
    [
        {},
        {"clip_norm": 0.05},
        {"weight_decay": 0.1},
        {"patience": 2},
        {"keep": "best"},
        {"patience": 1, "keep": "best"},
    ],
)
def test_each_member_ends_as_it_would_have_ended_alone(optimizer, extra):
    cells = rows_of_cells(missing=True)
    training = [np.arange(0, 24), np.arange(8, 32), np.arange(5, 29)]
    validation = [np.arange(32, 40), np.arange(0, 8), np.arange(29, 37)]
    together = network_of(3)
    alone = [member_of(together, member) for member in range(3)]
    choices = {"optimizer": optimizer, "learning_rate": 0.02, "epochs": 8, **extra}
    history = run(together, cells, training, validation, **choices)
    for member, single in enumerate(alone):
        own = run(
            single, cells, training[member : member + 1], validation[member : member + 1], **choices
        )
        assert same(member_of(together, member), single)
        assert history.kept_step[member] == own.kept_step[0]


def test_one_step_of_gradient_descent_is_the_gradient_times_the_rate():
    cells, network = rows_of_cells(rows=8), network_of(1)
    twin = member_of(network, 0)
    outputs, _ = twin(cells.input[None])
    torch.square(outputs - cells.target).mean().backward()
    with torch.no_grad():
        for parameter in twin.parameters():
            parameter -= 0.1 * parameter.grad
    run(
        network,
        cells,
        [np.arange(8)],
        [np.empty(0, int)],
        optimizer="sgd",
        learning_rate=0.1,
        max_steps=1,
    )
    for one, other in zip(network.parameters(), twin.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-7)


@pytest.mark.parametrize(
    ("choices", "steps"),
    [
        ({"epochs": 3}, 9),
        ({"max_steps": 7}, 7),
        ({"epochs": 3, "max_steps": 100}, 9),
        ({"epochs": 100, "max_steps": 4}, 4),
        ({}, 1500),
    ],
)
def test_training_takes_exactly_the_steps_of_its_budget(choices, steps):
    history = run(network_of(1), rows_of_cells(rows=24), [np.arange(24)], [np.arange(4)], **choices)
    assert history.steps == steps
    assert history.epochs[-1].step == steps
    assert not history.stopped_early
    assert len(history.epochs) <= 251


def test_patience_stops_and_best_keeps_a_copy_that_later_steps_do_not_change():
    cells = rows_of_cells()
    network = network_of(1)
    history = run(
        network,
        cells,
        [np.arange(20)],
        [np.arange(20, 40)],
        patience=4,
        keep="best",
        learning_rate=0.1,
        epochs=200,
    )
    losses = [entry.validation_loss[0] for entry in history.epochs]
    best = int(np.argmin(losses))
    assert history.stopped_early
    assert len(losses) == best + 1 + 4
    assert history.kept_step[0] == history.epochs[best].step
    network.eval()
    outputs, _ = network(cells.input[None, 20:])
    now = torch.square(outputs - cells.target[20:]).mean().item()
    assert math.isclose(now, losses[best], rel_tol=1e-5)


def test_keeping_the_last_weights_keeps_those_of_the_step_at_which_a_member_stopped():
    network, cells = network_of(1), rows_of_cells()
    history = run(
        network,
        cells,
        [np.arange(20)],
        [np.arange(20, 40)],
        patience=2,
        learning_rate=0.1,
        epochs=200,
    )
    assert history.kept_step == (history.steps,)


def test_missing_cells_weigh_nothing_in_the_loss():
    cells = rows_of_cells(missing=True)
    rows = torch.arange(40)[None]
    outputs = torch.randn(1, 40, 5)
    errors = cells.row_errors(LOSSES["mse"], outputs, cells.of_rows(rows)[1], rows)
    outputs[0][cells.counted == 0] = 1e6
    assert torch.equal(
        cells.row_errors(LOSSES["mse"], outputs, cells.of_rows(rows)[1], rows), errors
    )
    one = 3
    seen = cells.counted[one] > 0
    expected = torch.square(outputs[0, one] - cells.target[one])[seen].mean()
    assert torch.allclose(errors[0, one], expected)


def test_clipping_shortens_each_member_by_its_own_length():
    parameters = [torch.nn.Parameter(torch.zeros(2, 3)), torch.nn.Parameter(torch.zeros(2, 1, 2))]
    parameters[0].grad = torch.tensor([[3.0, 0, 0], [0.3, 0, 0]])
    parameters[1].grad = torch.tensor([[[4.0, 0]], [[0.4, 0]]])
    clip_members(parameters, 1.0)
    assert torch.allclose(parameters[0].grad[:, 0], torch.tensor([0.6, 0.3]), atol=1e-6)
    assert torch.allclose(parameters[1].grad[:, 0, 0], torch.tensor([0.8, 0.4]), atol=1e-6)


def test_an_epoch_shows_every_row_once_in_a_new_order_for_each_member():
    own = MemberRows.of([np.arange(10), np.arange(20, 29)], torch.device("cpu"))
    order = own.order(torch.Generator().manual_seed(0), shuffle=True)
    assert sorted(order[0].tolist()) == list(range(10))
    assert set(order[1].tolist()) == set(range(20, 29))
    assert order[0].tolist() != list(range(10))
    kept = own.order(torch.Generator(), shuffle=False)
    assert kept[0].tolist() == list(range(10))


def test_chunks_of_members_count_every_row_exactly_once():
    own = MemberRows.of([np.arange(10), np.arange(20, 29)], torch.device("cpu"))
    seen = [[], []]
    for rows, counted in own.chunks(4):
        for member in range(2):
            seen[member] += rows[member][counted[member]].tolist()
    assert seen == [list(range(10)), list(range(20, 29))]


def test_a_training_that_runs_away_says_so_and_what_to_do():
    with pytest.raises(UsageError, match="--learning-rate"), np.errstate(all="ignore"):
        run(
            network_of(1),
            rows_of_cells(),
            [np.arange(40)],
            [np.empty(0, int)],
            optimizer="sgd",
            learning_rate=1e30,
            epochs=5,
        )


def test_noise_is_drawn_anew_at_every_step_from_the_given_generator_alone():
    networks = [network_of(1) for _ in range(3)]
    for network, noise in zip(networks, (0.0, 0.5, 0.5), strict=True):
        run(network, rows_of_cells(), [np.arange(40)], [np.empty(0, int)], noise=noise, epochs=2)
    assert not same(networks[0], networks[1])
    assert same(networks[1], networks[2])


def test_a_keeper_without_patience_never_stops():
    keeper = Keeper(network_of(2), 2, None, best=False)
    for step in range(50):
        keeper.look(torch.tensor([1.0, 2.0]), step)
    assert not keeper.done
