"""Where training runs, and on how many threads."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from isthmus import AutoencoderDetector
from isthmus.errors import UsageError
from isthmus.training import devices
from isthmus.training.devices import TRIED_EVERY, TRIES, WORTH_TWO, Pace, choose_device, threads


@pytest.fixture
def allowed():
    """PyTorch may use four threads."""
    with threads(4):
        yield


class Clock:
    """A clock that the test moves."""

    now = 0.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(devices, "time", made)
    return made


def test_a_device_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(UsageError, match="'mps'"):
        choose_device("mps")


def test_the_number_of_threads_is_put_back_though_training_fails(allowed):
    with pytest.raises(KeyboardInterrupt), threads(1):
        assert torch.get_num_threads() == 1
        raise KeyboardInterrupt
    assert torch.get_num_threads() == 4


def test_both_numbers_of_threads_are_tried_now_and_then_and_the_faster_is_kept(allowed, clock):
    pace, had = Pace("dense", WORTH_TWO, 2), []
    for update in range(3 * TRIED_EVERY):
        pace.next()
        had.append(torch.get_num_threads())
        busy = TRIED_EVERY <= update < 2 * TRIED_EVERY
        clock.now += (6.0 if busy else 0.6) if had[-1] == 2 else 1.0
    tried = [2] * TRIES + [1] * TRIES
    quiet = [*tried, *[2] * (TRIED_EVERY - len(tried))]
    assert had == [*quiet, *tried, *[1] * (TRIED_EVERY - len(tried)), *quiet]


def test_one_try_that_had_to_wait_decides_nothing(allowed, clock):
    pace = Pace("dense", WORTH_TWO, 2)
    for update in range(2 * TRIES):
        pace.next()
        clock.now += 9.0 if update == 1 else 0.5 if update < TRIES else 1.0
    pace.next()
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize(
    ("architecture", "multiplications"), [("dense", WORTH_TWO - 1), ("conv2d", WORTH_TWO)]
)
def test_small_updates_and_other_networks_keep_their_threads(
    allowed, architecture, multiplications
):
    pace = Pace(architecture, multiplications, 2)
    with threads(1):
        for _ in range(TRIES):
            pace.next()
            assert torch.get_num_threads() == 1


def test_no_more_threads_are_taken_than_pytorch_was_given():
    with threads(1):
        pace = Pace("dense", WORTH_TWO, 1)
        pace.next()
        assert torch.get_num_threads() == 1


@pytest.mark.parametrize(
    ("columns", "options"),
    [
        (30, {}),
        (30, {"precision": "bf16"}),
        (300, {"precision": "bf16", "scheme": "split", "members": 1}),
        (30, {"encoder": (512,), "code_size": 8, "scheme": "split", "members": 1}),
        (300, {"loss": "mae", "masking": 0.2, "scheme": "split", "members": 3}),
        (30, {"batch_norm": True, "dropout": 0.1, "scheme": "split", "members": 2}),
        (30, {"optimizer": "adadelta", "activation": "elu", "clip_norm": 1.0, "members": 2}),
    ],
    ids=lambda said: "-".join(map(str, said)) if isinstance(said, dict) else str(said),
)
def test_the_same_file_is_written_whether_one_thread_learns_or_two(
    allowed, monkeypatch, columns, options
):
    generator = np.random.default_rng(4)
    rows = generator.normal(size=(1200, 4)) @ generator.normal(size=(4, columns))
    rows += generator.normal(size=rows.shape)
    monkeypatch.setattr(devices, "WORTH_TWO", 0)
    files, had = [], []
    for chosen in (lambda turn: 1, lambda turn: 2, lambda turn: 1 + turn % 2):

        def remembered(_, turn, chosen=chosen):
            had.append(chosen(turn))
            return had[-1]

        monkeypatch.setattr(Pace, "_chosen", remembered)
        fitted = AutoencoderDetector(max_steps=6, batch_size=400, **options).fit(rows)
        files.append(fitted.scorer_.model.digest)
    assert had == [1] * 6 + [2] * 6 + [1, 2] * 3
    assert len(set(files)) == 1
