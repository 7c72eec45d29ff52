"""Where training runs, and on how many threads."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from isthmus import AutoencoderDetector
from isthmus.errors import UsageError
from isthmus.training import fit as fitting
from isthmus.training.devices import WORTH_TWO, choose_device, threads, training_threads


@pytest.fixture
def allowed():
    """PyTorch may use four threads."""
    with threads(4):
        yield


def test_a_device_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(UsageError, match="'mps'"):
        choose_device("mps")


def test_the_number_of_threads_is_put_back_though_training_fails(allowed):
    with pytest.raises(KeyboardInterrupt), threads(1):
        assert torch.get_num_threads() == 1
        raise KeyboardInterrupt
    assert torch.get_num_threads() == 4


def test_only_large_updates_of_dense_networks_take_two_threads(allowed):
    assert training_threads("dense", 16, WORTH_TWO // 16) == 2
    assert training_threads("dense", 16, WORTH_TWO // 16 - 1) == 1
    assert training_threads("conv2d", 128, WORTH_TWO) == 1


def test_no_more_threads_are_taken_than_pytorch_was_given():
    with threads(1):
        assert training_threads("dense", 128, WORTH_TWO) == 1


@pytest.mark.parametrize(
    ("columns", "options"),
    [
        (30, {}),
        (30, {"encoder": (512,), "code_size": 8, "scheme": "split", "members": 1}),
        (300, {"loss": "mae", "masking": 0.2, "scheme": "split", "members": 3}),
        (30, {"batch_norm": True, "dropout": 0.1, "scheme": "split", "members": 2}),
        (30, {"optimizer": "adadelta", "activation": "elu", "clip_norm": 1.0, "members": 2}),
    ],
    ids=lambda said: "-".join(map(str, said)) if isinstance(said, dict) else str(said),
)
def test_the_same_file_is_written_whether_one_thread_learns_or_two(monkeypatch, columns, options):
    generator = np.random.default_rng(4)
    rows = generator.normal(size=(1200, 4)) @ generator.normal(size=(4, columns))
    rows += generator.normal(size=rows.shape)
    files = []
    for count in (1, 2):
        monkeypatch.setattr(fitting, "training_threads", lambda *_, count=count: count)
        fitted = AutoencoderDetector(max_steps=6, batch_size=400, **options).fit(rows)
        files.append(fitted.scorer_.model.digest)
    assert files[0] == files[1]
