"""The one training loop."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from isthmus.errors import UsageError
from isthmus.model_file.manifest import Epoch
from isthmus.options import TrainingOptions
from isthmus.training.architectures import Autoencoder
from isthmus.training.backward import backward_of
from isthmus.training.budget import Budget
from isthmus.training.devices import Pace
from isthmus.training.feed import Feed, Watched
from isthmus.training.flat import flattened
from isthmus.training.keep import Keeper
from isthmus.training.loss import LOSSES
from isthmus.training.members import UnitLoss
from isthmus.training.optimizers import clip_members, make_optimizer
from isthmus.training.peers import ALONE, Peers, average
from isthmus.training.rate import USUAL, Rate
from isthmus.training.state import State
from isthmus.training.watcher import NOBODY, Watcher

_WATCHED_AT_ONCE, _NUMBERS = 4096, 1 << 24
"""Rows that are watched at once, and numbers that one step of a network makes of them, at most."""


@dataclass(frozen=True)
class History:
    """What happened: the losses, the number of updates, and the update whose weights were kept."""

    epochs: tuple[Epoch, ...]
    steps: int
    stopped_early: bool
    kept_step: tuple[int, ...]


def train(
    network: Autoencoder,
    feed: Feed,
    options: TrainingOptions,
    budget: Budget,
    *,
    generator: torch.Generator,
    loss: UnitLoss | None = None,
    watcher: Watcher = NOBODY,
    rate: Rate | None = None,
    pace: Pace | None = None,
    peers: Peers = ALONE,
) -> History:
    """Train all members at once, each on its own rows.

    Parameters
    ----------
    network : Autoencoder
        Maps inputs (M, B, U) to outputs (M, B, U) and codes; changed in place.
    feed : Feed
        The rows, disturbed as they are shown; the target stays clean.
    options : TrainingOptions
        Loss, optimiser, patience and what to keep.
    budget : Budget
        Number of updates.
    generator : torch.Generator
        Draws orders and noise; nothing else is drawn from.
    loss : UnitLoss, optional
        The error of every unit; by default that of `options`, for numbers alone.
    watcher : Watcher
        Told how it goes; may put a state back before the first update.
    rate : Rate, optional
        How large the updates are; by default all as large as `options` says.
    pace : Pace, optional
        Gives each update its threads; without it they are as they are.
    peers : Peers
        Other processes that train the same network on other rows.

    Raises
    ------
    UsageError
        If a loss stops being a finite number.
    """
    loss = loss or LOSSES[options.loss]
    rate = rate or Rate(options.learning_rate or USUAL)
    weights = flattened(network)
    gradient = weights.grad
    assert gradient is not None  # of `flattened`
    optimizer = make_optimizer(weights, options, rate.first)
    backward = backward_of(network, loss, optimizer, options.precision)
    members = len(next(network.parameters()))
    keeper = Keeper(network, members, options.patience, best=options.keep == "best")
    totals = torch.zeros(members, device=weights.device)
    state = State(network, optimizer, keeper, generator, budget, totals)
    watcher.begin(state)
    while not state.over:
        network.train()
        part = feed.next(state)
        for place in range(state.taken, min(len(part), budget.steps - state.step)):
            if pace is not None:
                pace.next()
            rows, done = part.rows(place), state.updates / budget.steps  # (M, B)
            inputs, targets = part.cells.of_rows(rows)
            inputs = part.disturbed(inputs, rows, place)
            losses = backward(part.cells, inputs, targets, rows, done)  # (M,)
            losses = average(peers, gradient, losses, part.share(place))
            if options.clip_norm is not None:
                clip_members(network.parameters(), options.clip_norm)
            optimizer.rate = rate.at(done)
            optimizer.step()
            state.count(losses)
            watcher.on_update(state)
        means = state.end_epoch()
        epoch = math.ceil(state.step / budget.steps_per_epoch)
        if part.ends_epoch and epoch % budget.record_every and state.step < budget.steps:
            continue
        seen = None if feed.watched is None else peers.agreed(watch(network, feed.watched, loss))
        state.epochs.append(record(epoch, state.step, means, seen))
        if seen is not None and (part.ends_epoch or state.step >= budget.steps):
            keeper.look(seen, state.step)
        watcher.on_epoch(state)
    keeper.restore(state.step)
    stopped = state.step < budget.steps
    return History(tuple(state.epochs), state.step, stopped, tuple(keeper.kept_step.tolist()))


@torch.no_grad()
def watch(network: Autoencoder, watched: Watched, loss: UnitLoss) -> Tensor:
    """Mean validation loss of each member (M,), without noise or dropout."""
    network.eval()
    cells, own = watched
    total = torch.zeros(len(own.table), device=own.table.device)
    for rows, counted in own.chunks(max(min(_WATCHED_AT_ONCE, _NUMBERS // network.widest), 16)):
        inputs, targets = cells.of_rows(rows)
        outputs, _ = network(inputs)
        total += (cells.row_errors(loss, outputs, targets, rows) * counted).sum(dim=1)
    return (total / own.counts).cpu()


def record(epoch: int, step: int, losses: Tensor, watched: Tensor | None) -> Epoch:
    """One entry of the history; refuses a training that has run away."""
    training = tuple(losses.tolist())
    if not all(map(math.isfinite, training)):
        raise UsageError(
            f"training ran away: the loss is no longer a finite number in epoch {epoch}",
            advice="Try a smaller learning rate (--learning-rate) or clipping (--clip-norm 1).",
        )
    validation = None if watched is None else tuple(watched.tolist())
    return Epoch(epoch=epoch, step=step, training_loss=training, validation_loss=validation)
