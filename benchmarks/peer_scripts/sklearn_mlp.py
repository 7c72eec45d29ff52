"""scikit-learn's multilayer perceptron, trained to copy its input.

python -m benchmarks.peer_scripts.sklearn_mlp fit ROWS.npy EPOCHS
"""

from __future__ import annotations

import sys
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from benchmarks.peer_scripts.answering import answer, versions

HIDDEN = (32, 16, 8, 16, 32)
BATCH = 256


def fit(rows: np.ndarray, epochs: int) -> None:
    """All epochs: nothing is to stop it early."""
    network = MLPRegressor(
        hidden_layer_sizes=HIDDEN,
        batch_size=BATCH,
        max_iter=epochs,
        tol=0.0,
        n_iter_no_change=epochs + 1,
        alpha=0.0,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(rows, rows)


def main(what: str, path: str, epochs: str) -> None:
    """Answer with fits."""
    rows = np.load(path)
    about = {"versions": versions("scikit-learn", "numpy")}
    answer({"loop": lambda: fit(rows, int(epochs))}, about)


if __name__ == "__main__":
    main(*sys.argv[1:])
