"""Keras on TensorFlow: `model.fit` of the same net (`fit`), and a whole process (`once`).

python -m benchmarks.peer_scripts.keras_autoencoder fit|once ROWS.npy|ROWS.csv EPOCHS [OUTPUT]
"""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf

from benchmarks.peer_scripts.answering import answer, versions

HIDDEN = (32, 16, 8, 16, 32)
BATCH = 256


def compiled(width: int, **choices: Any) -> keras.Model:
    """The net, ready to fit: Adam and the mean squared error."""
    layers = [keras.layers.Dense(size, activation="relu") for size in HIDDEN]
    model = keras.Sequential([keras.Input((width,)), *layers, keras.layers.Dense(width)])
    model.compile(optimizer="adam", loss="mse", **choices)
    return model


def train(model: keras.Model, rows: np.ndarray, epochs: int) -> keras.Model:
    """All epochs."""
    model.fit(rows, rows, epochs=epochs, batch_size=BATCH, shuffle=True, verbose=0)
    return model


def fit(rows: np.ndarray, epochs: int) -> None:
    """Answer with fits of one model, which is traced once, and of models that are new each time.

    `tuned` is one model whose epochs are single calls, compiled by XLA: Keras at its quickest.
    """
    width = rows.shape[1]
    one = compiled(width)
    tuned = compiled(width, steps_per_execution=-(-len(rows) // BATCH), jit_compile=True)
    answer(
        {
            "one model": lambda: train(one, rows, epochs),
            "one model, tuned": lambda: train(tuned, rows, epochs),
            "new model": lambda: train(compiled(width), rows, epochs),
        },
        {"versions": versions("keras", "tensorflow-cpu", "numpy"), "threads": 1},
    )


def once(rows: np.ndarray, epochs: int, output: str) -> None:
    """Fit and save, as a user's script would."""
    train(compiled(rows.shape[1]), rows, epochs).save(output)


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    what, path, epochs, *rest = sys.argv[1:]
    if what == "fit":
        fit(np.load(path), int(epochs))
    else:
        once(np.loadtxt(path, np.float32, delimiter=","), int(epochs), *rest)
