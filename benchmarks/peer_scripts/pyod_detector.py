"""PyOD's AutoEncoder: its scoring (`score`), its fit (`fit`), and a whole process (`once`).

python -m benchmarks.peer_scripts.pyod_detector score ROWS.npy
python -m benchmarks.peer_scripts.pyod_detector fit|once ROWS.npy|ROWS.csv EPOCHS [OUTPUT]
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import torch
from pyod.models.auto_encoder import AutoEncoder
from pyod.utils.torch_utility import TorchDataset

from benchmarks.peer_scripts.answering import answer, versions

LAYERS = [32, 16, 8]
BATCH = 256


def detector(**choices: Any) -> AutoEncoder:
    """The detector with our layers; its own defaults where nothing else is said."""
    return AutoEncoder(hidden_neuron_list=LAYERS, verbose=0, **choices)


def same_net(**choices: Any) -> AutoEncoder:
    """The detector with isthmus's very network, and no preprocessing: its quickest."""
    return detector(
        preprocessing=False,
        batch_norm=False,
        dropout_rate=0.0,
        optimizer_params={"weight_decay": 0.0},
        **choices,
    )


def score(rows: np.ndarray) -> None:
    """Answer with `decision_function`, by its default batches and by large ones."""
    default = detector(epoch_num=1).fit(rows[:2335])
    same = same_net(epoch_num=1).fit(rows[:2335])
    one = rows[:1]
    answer(
        {
            "as it comes": lambda: default.decision_function(rows),
            "same net, batches of 256": lambda: same.decision_function(rows, batch_size=256),
            "same net, batches of 1024": lambda: same.decision_function(rows, batch_size=1024),
            "one row": lambda: same.decision_function(one),
        },
        _about(),
    )


def fit(rows: np.ndarray, epochs: int) -> None:
    """Answer with fits of new detectors, and with the loop of a fit alone."""
    as_long = {"epoch_num": epochs, "batch_size": BATCH}
    loop = same_net(**as_long)
    loop.data_num, loop.feature_size = rows.shape
    loop.build_model()
    answer(
        {
            "same net, loop": lambda: _train(loop, rows),
            "same net, fit": lambda: same_net(**as_long).fit(rows),
            "its own net, fit": lambda: detector(**as_long).fit(rows),
        },
        _about(),
    )


def once(rows: np.ndarray, epochs: int, output: str) -> None:
    """Fit and save, as a user's script would."""
    same_net(epoch_num=epochs, batch_size=BATCH).fit(rows).save(output)


def _train(loop: AutoEncoder, rows: np.ndarray) -> None:
    """What `fit` does between building the model and scoring the training rows."""
    loader = torch.utils.data.DataLoader(
        TorchDataset(rows), batch_size=loop.batch_size, shuffle=True, drop_last=True
    )
    loop.training_prepare()
    loop.train(loader)


def _about() -> dict[str, Any]:
    return {"versions": versions("pyod", "torch", "numpy"), "threads": torch.get_num_threads()}


if __name__ == "__main__":
    torch.set_num_threads(1)
    what, path, *rest = sys.argv[1:]
    if what == "score":
        score(np.load(path))
    elif what == "fit":
        fit(np.load(path), int(rest[0]))
    else:
        once(np.loadtxt(path, np.float32, delimiter=","), int(rest[0]), rest[1])
