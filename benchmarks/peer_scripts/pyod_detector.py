"""PyOD's AutoEncoder: its scoring (`score`), its fit (`fit`), and a whole process (`once`).

python -m benchmarks.peer_scripts.pyod_detector score|fit|once ROWS.npy [OUTPUT]
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import torch
from pyod.models.auto_encoder import AutoEncoder

from benchmarks.peer_scripts.answering import answer, versions

LAYERS = [32, 16, 8]
EPOCHS, BATCH = 40, 256
SAME_NET = {"batch_norm": False, "dropout_rate": 0.0, "optimizer_params": {"weight_decay": 0.0}}
"""Without these it trains batch norm and dropout too, which is a dearer network than ours."""


def detector(**choices: Any) -> AutoEncoder:
    """The detector with our layers; its own defaults where nothing else is said."""
    given = {"epoch_num": EPOCHS, "batch_size": BATCH, **choices}
    return AutoEncoder(hidden_neuron_list=LAYERS, preprocessing=False, verbose=0, **given)


def score(rows: np.ndarray) -> None:
    """Answer with `decision_function`, by its default batches and by large ones."""
    fitted = detector(epoch_num=1).fit(rows[: BATCH * 8])
    plain = detector(epoch_num=1, **SAME_NET).fit(rows[: BATCH * 8])
    one = rows[:1]
    answer(
        {
            "default": lambda: fitted.decision_function(rows, batch_size=32),
            "large batches": lambda: plain.decision_function(rows, batch_size=1024),
            "one row": lambda: plain.decision_function(one),
        },
        _about(),
    )


def fit(rows: np.ndarray) -> None:
    """Answer with fits of new detectors, and with the loop of a fit alone."""
    loop = detector(**SAME_NET)
    loop.data_num, loop.feature_size = rows.shape
    loop.build_model()
    answer(
        {
            "loop": lambda: _train(loop, rows),
            "fit": lambda: detector(**SAME_NET).fit(rows),
            "fit, default network": lambda: detector().fit(rows),
        },
        _about(),
    )


def once(rows: np.ndarray, output: str) -> None:
    """Fit and save, as a user's script would."""
    detector(**SAME_NET).fit(rows).save(output)


def _train(loop: AutoEncoder, rows: np.ndarray) -> None:
    """What `BaseDeepLearningDetector.fit` does between building the model and scoring."""
    from pyod.utils.torch_utility import TorchDataset

    loader = torch.utils.data.DataLoader(
        TorchDataset(rows), batch_size=BATCH, shuffle=True, drop_last=True
    )
    loop.training_prepare()
    loop.train(loader)


def _about() -> dict[str, Any]:
    return {"versions": versions("pyod", "torch", "numpy"), "threads": torch.get_num_threads()}


if __name__ == "__main__":
    torch.set_num_threads(1)
    what, path, *rest = sys.argv[1:]
    {"score": score, "fit": fit, "once": once}[what](np.load(path), *rest)
