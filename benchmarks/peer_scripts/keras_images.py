"""Keras on TensorFlow: one epoch of the articles' networks for images (`fit`), a process (`once`).

python -m benchmarks.peer_scripts.keras_images fit|once IMAGES.npy [OUTPUT]
"""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from benchmarks.peer_scripts.answering import answer, versions

DENSE_EPOCHS = 10


def dense() -> keras.Model:
    """784-128-32-128-784, mean squared error, Adam."""
    widths = [layers.Dense(size, activation="relu") for size in (128, 32, 128)]
    last = layers.Dense(784, activation="sigmoid")
    model = keras.Sequential([keras.Input((784,)), *widths, last])
    model.compile(optimizer="adam", loss="mse")
    return model


def convolutional() -> keras.Model:
    """The network of the Keras blog: 16, 8, 8 channels, pooled, and back."""
    steps: list[Any] = [keras.Input((28, 28, 1))]
    for channels in (16, 8, 8):
        steps.append(layers.Conv2D(channels, 3, activation="relu", padding="same"))
        steps.append(layers.MaxPooling2D(2, padding="same"))
    for channels, padding in ((8, "same"), (8, "same"), (16, "valid")):
        steps.append(layers.Conv2D(channels, 3, activation="relu", padding=padding))
        steps.append(layers.UpSampling2D(2))
    steps.append(layers.Conv2D(1, 3, activation="sigmoid", padding="same"))
    model = keras.Sequential(steps)
    model.compile(optimizer=keras.optimizers.Adadelta(1.0), loss="binary_crossentropy")
    return model


def fit(images: np.ndarray) -> None:
    """Answer with one epoch of one model of each kind, which is traced once."""
    flat, square = images.reshape(-1, 784), images.reshape(-1, 28, 28, 1)
    one, other = dense(), convolutional()
    answer(
        {
            "dense": lambda: one.fit(flat, flat, epochs=1, batch_size=256, verbose=0),
            "convolutional": lambda: other.fit(
                square[:12_800], square[:12_800], epochs=1, batch_size=128, verbose=0
            ),
        },
        {"versions": versions("keras", "tensorflow-cpu", "numpy"), "threads": 1},
    )


def once(images: np.ndarray, output: str) -> None:
    """Fit the dense network and save it, as a user's script would."""
    flat = images.reshape(-1, 784)
    model = dense()
    model.fit(flat, flat, epochs=DENSE_EPOCHS, batch_size=256, verbose=0)
    model.save(output)


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    what, path, *rest = sys.argv[1:]
    given = np.load(path).astype(np.float32) / 255.0
    if what == "fit":
        fit(given)
    else:
        once(given, *rest)
