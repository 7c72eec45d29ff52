"""The bar of a training: where it stands and how long it will take, from the first second."""

from __future__ import annotations

import io
import sys

import pytest
import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from isthmus.cli.progress import REFRESH_SECONDS, TrainingProgress, training_progress, wording
from isthmus.model_file.manifest import Epoch
from isthmus.options import TrainingOptions
from isthmus.training.budget import Budget
from isthmus.training.flat import flattened
from isthmus.training.keep import Keeper
from isthmus.training.optimizers import make_optimizer
from isthmus.training.state import State

BUDGET = Budget(batch_size=16, steps=1000, steps_per_epoch=40, record_every=1)


def state_at(step=0, taken=0, patience=None, losses=(1.0, 3.0)):
    network = torch.nn.Linear(1, 1)
    optimizer = make_optimizer(flattened(network), TrainingOptions(), 1e-3)
    keeper = Keeper(network, 2, patience, best=False)
    totals = torch.tensor(losses) * taken
    return State(network, optimizer, keeper, torch.Generator(), BUDGET, totals, step, taken)


def test_amid_an_epoch_its_mean_loss_and_the_time_left_are_shown():
    shown = wording(state_at(step=80, taken=20), elapsed=30.0)
    assert shown == "epoch 3 of 25, update 100 of 1000, loss 2, 0:30, 4:30 left"


def test_hours_are_shown_where_there_are_any():
    assert wording(state_at(taken=1), 3661.0).endswith("1:01:01, 42 days, 7:55:39 left")
    assert wording(state_at(taken=10), 60.0).endswith("1:00, 1:39:00 left")


def test_the_time_left_is_told_by_the_updates_since_a_resume():
    assert wording(state_at(taken=30), elapsed=10.0, first=20).endswith("0:10, 16:10 left")


def test_before_the_first_update_no_time_is_told():
    assert wording(state_at(), elapsed=0.0) == "epoch 1 of 25, update 0 of 1000, 0:00"


def test_patience_may_end_it_sooner():
    assert "at most 1:39 left" in wording(state_at(taken=10, patience=2), 1.0)


def test_between_epochs_the_last_loss_is_shown():
    state = state_at(step=40)
    state.epochs.append(Epoch(epoch=1, step=40, training_loss=(0.5, 1.5)))
    assert wording(state, 1.0).startswith("epoch 2 of 25, update 40 of 1000, loss 1, ")
    state.step = 1000
    assert wording(state, 1.0).startswith("epoch 25 of 25, update 1000 of 1000, ")


@pytest.fixture
def drawn():
    """A bar that draws into a text, and the text."""
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=80)
    columns = (BarColumn(bar_width=8), TextColumn("{task.description}"))
    with Progress(*columns, console=console, auto_refresh=False) as bar:
        yield bar, text


def test_it_is_drawn_by_the_clock_and_not_by_the_epoch(drawn):
    bar, text = drawn
    now = [0.0]
    progress = TrainingProgress(bar, clock=lambda: now[0])
    progress.begin(state_at())
    for update in range(1, 257):
        now[0] += 1 / 64
        progress.on_update(state_at(taken=update))
    frames = text.getvalue().count("update ")
    assert frames == 1 + round(4 / REFRESH_SECONDS)
    assert REFRESH_SECONDS <= 1
    assert "update 256 of 1000" in text.getvalue()


def test_after_the_last_update_it_says_what_follows(drawn):
    bar, text = drawn
    progress = TrainingProgress(bar)
    progress.begin(state_at())
    progress.on_epoch(state_at(step=999))
    assert "calibrating" not in text.getvalue()
    progress.on_epoch(state_at(step=1000))
    assert "calibrating" in text.getvalue()


def test_where_standard_error_is_no_terminal_only_a_resume_is_told(capsys):
    with training_progress(quiet=False) as progress:
        for first in (0, 20):
            progress.begin(state_at(taken=first))
            progress.on_update(state_at(taken=first + 1))
            progress.on_epoch(state_at(step=1000))
    assert capsys.readouterr().err == "training goes on after update 20 of 1000\n"


def test_quiet_says_nothing_even_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with training_progress(quiet=True) as progress:
        progress.begin(state_at(taken=20))
        progress.on_update(state_at(taken=21))
    assert capsys.readouterr() == ("", "")


def test_a_terminal_gets_a_bar_that_goes_away(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    with training_progress(quiet=False) as progress:
        progress.begin(state_at())
        progress.on_update(state_at(taken=7))
    out, err = capsys.readouterr()
    assert out == ""
    assert "epoch 1 of 25" in err
    assert err.endswith("\x1b[2K")  # the line is cleared
