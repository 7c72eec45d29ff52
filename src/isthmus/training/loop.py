"""The one training loop."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from isthmus.errors import UsageError
from isthmus.model_file.manifest import Epoch
from isthmus.options import TrainingOptions
from isthmus.training.budget import Budget
from isthmus.training.flat import flattened
from isthmus.training.keep import Keeper
from isthmus.training.loss import LOSSES
from isthmus.training.members import Cells, MemberRows, UnitLoss, gather
from isthmus.training.noise import InputNoise
from isthmus.training.optimizers import clip_members, make_optimizer

_WATCHED_AT_ONCE = 4096

OnEpoch = Callable[[Epoch, int], None]
"""Told every entry of the history, and the number of epochs."""


def ignore_progress(entry: Epoch, epochs: int) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class History:
    """What happened: the losses, the number of updates, and the update whose weights were kept."""

    epochs: tuple[Epoch, ...]
    steps: int
    stopped_early: bool
    kept_step: tuple[int, ...]


def train(
    network: nn.Module,
    cells: Cells,
    training_rows: Sequence[np.ndarray],
    validation_rows: Sequence[np.ndarray],
    options: TrainingOptions,
    budget: Budget,
    *,
    noise: InputNoise,
    generator: torch.Generator,
    loss: UnitLoss | None = None,
    on_epoch: OnEpoch = ignore_progress,
) -> History:
    """Train all members at once, each on its own rows.

    Parameters
    ----------
    network : nn.Module
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
    on_epoch : callable
        Told every entry of the history.

    Raises
    ------
    UsageError
        If a loss stops being a finite number.
    """
    device, loss = cells.target.device, loss or LOSSES[options.loss]
    own = MemberRows.of(training_rows, device)
    watched = MemberRows.of(validation_rows, device) if len(validation_rows[0]) else None
    optimizer = make_optimizer(flattened(network), options)
    keeper = Keeper(network, len(own.table), options.patience, best=options.keep == "best")
    epochs: list[Epoch] = []
    step = 0
    while step < budget.steps and not keeper.done:
        network.train()
        order = own.order(generator, shuffle=options.shuffle)
        batches = torch.split(order, budget.batch_size, dim=1)[: budget.steps - step]
        total = torch.zeros(len(order), device=device)
        for rows in batches:  # (M, B)
            outputs, _ = network(noise.disturbed(cells, own, rows, generator))  # (M, B, U)
            losses = cells.row_errors(loss, outputs, rows).mean(dim=1)  # (M,)
            optimizer.zero_grad(set_to_none=False)
            # Members share no weights: the gradient of the sum is each member's own.
            losses.sum().backward()  # type: ignore[no-untyped-call]
            if options.clip_norm is not None:
                clip_members(network.parameters(), options.clip_norm)
            optimizer.step()
            total += losses.detach()
        step += len(batches)
        epoch = math.ceil(step / budget.steps_per_epoch)
        if epoch % budget.record_every and step < budget.steps:
            continue
        seen = None if watched is None else watch(network, cells, watched, loss)
        entry = record(epoch, step, total / len(batches), seen)
        epochs.append(entry)
        on_epoch(entry, budget.epochs)
        if seen is not None:
            keeper.look(seen, step)
    keeper.restore(step)
    return History(tuple(epochs), step, step < budget.steps, tuple(keeper.kept_step.tolist()))


@torch.no_grad()
def watch(network: nn.Module, cells: Cells, watched: MemberRows, loss: UnitLoss) -> Tensor:
    """Mean validation loss of each member (M,), without noise or dropout."""
    network.eval()
    total = torch.zeros(len(watched.table), device=watched.table.device)
    for rows, counted in watched.chunks(_WATCHED_AT_ONCE):
        outputs, _ = network(gather(cells.input, rows))
        total += (cells.row_errors(loss, outputs, rows) * counted).sum(dim=1)
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
