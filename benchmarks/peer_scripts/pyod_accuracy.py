"""PyOD's detectors with their defaults, for `benchmarks.accuracy`.

python -m benchmarks.peer_scripts.pyod_accuracy ecod|pyod_autoencoder|pyod_vae|pyod_deep_svdd FOLDER

The networks standardise the rows themselves, as their defaults do; ECOD takes rows as they are.
ECOD ranks the scored rows together with the training rows, all at once: a row's score depends on
which others are scored with it. The seed is the only choice that is not a default.
"""

from __future__ import annotations

import sys

import numpy as np
import torch
from pyod.models.auto_encoder import AutoEncoder
from pyod.models.deep_svdd import DeepSVDD
from pyod.models.ecod import ECOD
from pyod.models.vae import VAE

from benchmarks.peer_scripts.answering import versions
from benchmarks.peer_scripts.detecting import Fit, Fitted, serve


def ecod(rows: np.ndarray, seed: int) -> Fitted:
    """ECOD, in which nothing is random."""
    return Fitted(ECOD().fit(rows).decision_function)


def autoencoder(rows: np.ndarray, seed: int) -> Fitted:
    """AutoEncoder: 64-32 and back, batch normalisation, dropout 0.2, 10 epochs in batches of 32."""
    return Fitted(AutoEncoder(random_state=seed, verbose=0).fit(rows).decision_function)


def vae(rows: np.ndarray, seed: int) -> Fitted:
    """VAE: 128-64-32, two numbers of code, dropout 0.2, 30 epochs in batches of 32."""
    return Fitted(VAE(random_state=seed, verbose=0).fit(rows).decision_function)


def deep_svdd(rows: np.ndarray, seed: int) -> Fitted:
    """DeepSVDD: 64-32, dropout 0.2, 100 epochs in batches of 32."""
    np.random.seed(seed)  # it shuffles by the global generator
    detector = DeepSVDD(n_features=rows.shape[1], random_state=seed, verbose=0)
    return Fitted(detector.fit(rows).decision_function)


DETECTORS: dict[str, Fit] = {
    "ecod": ecod,
    "pyod_autoencoder": autoencoder,
    "pyod_vae": vae,
    "pyod_deep_svdd": deep_svdd,
}

if __name__ == "__main__":
    torch.set_num_threads(1)
    name, folder = sys.argv[1:]
    serve(DETECTORS[name], folder, versions("pyod", "torch", "numpy", "scikit-learn"))
