"""The one training loop."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from isthmus.errors import UsageError
from isthmus.model_file.manifest import Epoch
from isthmus.options import TrainingOptions
from isthmus.training.architectures import Autoencoder
from isthmus.training.backward import backward_of
from isthmus.training.budget import Budget
from isthmus.training.devices import Pace
from isthmus.training.flat import flattened
from isthmus.training.keep import Keeper
from isthmus.training.loss import LOSSES
from isthmus.training.members import Cells, MemberRows, UnitLoss
from isthmus.training.noise import InputNoise
from isthmus.training.optimizers import clip_members, make_optimizer
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
    cells: Cells,
    training_rows: Sequence[np.ndarray],
    validation_rows: Sequence[np.ndarray],
    options: TrainingOptions,
    budget: Budget,
    *,
    noise: InputNoise,
    generator: torch.Generator,
    loss: UnitLoss | None = None,
    watcher: Watcher = NOBODY,
    rate: Rate | None = None,
    pace: Pace | None = None,
) -> History:
    """Train all members at once, each on its own rows.

    Parameters
    ----------
    network : Autoencoder
        Maps inputs (M, B, U) to outputs (M, B, U) and codes; changed in place.
    cells : Cells
        All rows, of which each member is shown its own.
    training_rows, validation_rows : sequence of array
        Row numbers, one array for each of the M members.
    options : TrainingOptions
        Loss, optimiser, patience and what to keep.
    budget : Budget
        Batch size and number of updates.
    noise : InputNoise
        How the input is disturbed; the target stays clean.
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

    Raises
    ------
    UsageError
        If a loss stops being a finite number.
    """
    device, loss = cells.target.device, loss or LOSSES[options.loss]
    own = MemberRows.of(training_rows, device)
    watched = MemberRows.of(validation_rows, device) if len(validation_rows[0]) else None
    rate = rate or Rate(options.learning_rate or USUAL)
    optimizer = make_optimizer(flattened(network), options, rate.first)
    backward = backward_of(network, cells, loss, optimizer)
    keeper = Keeper(network, len(own.table), options.patience, best=options.keep == "best")
    state = State(
        network, optimizer, keeper, generator, budget, torch.zeros(len(own.table), device=device)
    )
    watcher.begin(state)
    while not state.over:
        network.train()
        order = state.deal(own, shuffle=options.shuffle)
        batches = torch.split(order, budget.batch_size, dim=1)
        for rows in batches[state.taken : budget.steps - state.step]:  # (M, B)
            if pace is not None:
                pace.next()
            inputs, targets = cells.of_rows(rows)
            inputs = noise.disturbed(inputs, cells, own, rows, generator)
            losses = backward(inputs, targets, rows, state.updates / budget.steps)  # (M,)
            if options.clip_norm is not None:
                clip_members(network.parameters(), options.clip_norm)
            optimizer.rate = rate.at(state.updates / budget.steps)
            optimizer.step()
            state.count(losses)
            watcher.on_update(state)
        means = state.end_epoch()
        epoch = math.ceil(state.step / budget.steps_per_epoch)
        if epoch % budget.record_every and state.step < budget.steps:
            continue
        seen = None if watched is None else watch(network, cells, watched, loss)
        state.epochs.append(record(epoch, state.step, means, seen))
        if seen is not None:
            keeper.look(seen, state.step)
        watcher.on_epoch(state)
    keeper.restore(state.step)
    stopped = state.step < budget.steps
    return History(tuple(state.epochs), state.step, stopped, tuple(keeper.kept_step.tolist()))


@torch.no_grad()
def watch(network: Autoencoder, cells: Cells, watched: MemberRows, loss: UnitLoss) -> Tensor:
    """Mean validation loss of each member (M,), without noise or dropout."""
    network.eval()
    total = torch.zeros(len(watched.table), device=watched.table.device)
    for rows, counted in watched.chunks(max(min(_WATCHED_AT_ONCE, _NUMBERS // network.widest), 16)):
        inputs, targets = cells.of_rows(rows)
        outputs, _ = network(inputs)
        total += (cells.row_errors(loss, outputs, targets, rows) * counted).sum(dim=1)
    return (total / watched.counts).cpu()


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
