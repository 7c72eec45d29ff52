"""Dense recipes in Keras itself, as their articles ran them: mean errors of training and test rows.

python -m benchmarks.peer_scripts.keras_recipe FOLDER

Every ``NAME.npz`` of the folder holds `training`, `watched` and `test` (rows, D), scaled, and
`options`, a JSON text; ``NAME.errors.npz`` is written beside it, with the mean errors of `training`
and `test` rows and the number of `epochs`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf


def built(width: int, options: dict[str, Any]) -> keras.Model:
    """The network of a recipe, every layer with Keras's own defaults."""
    hidden = [*options["encoder"], options["code_size"], *options["decoder"]]
    layers: list[Any] = [keras.Input((width,))]
    for size in hidden:
        layers += _layer(size, "relu", options)
    layers += _layer(width, options["output_activation"], options)
    model = keras.Sequential(layers)
    model.compile(optimizer=keras.optimizers.Adam(options["learning_rate"]), loss=options["loss"])
    return model


def _layer(size: int, activation: str, options: dict[str, Any]) -> list[Any]:
    if not options.get("batch_norm"):
        return [keras.layers.Dense(size, activation=activation)]
    return [
        keras.layers.Dense(size),
        keras.layers.BatchNormalization(),
        keras.layers.Activation(activation),
    ]


def run(path: Path) -> None:
    """Train on one file's rows and write the errors beside it."""
    held = np.load(path)
    options = json.loads(str(held["options"]))
    keras.utils.set_random_seed(options["seed"])
    training, watched, test = held["training"], held["watched"], held["test"]
    model = built(training.shape[1], options)
    stopping = [keras.callbacks.EarlyStopping(patience=p) for p in [options.get("patience")] if p]
    history = model.fit(
        training,
        training,
        epochs=options["epochs"],
        batch_size=options["batch_size"],
        validation_data=(watched, watched),
        callbacks=stopping,
        verbose=0,
    )
    power = 1 if options["loss"] == "mae" else 2
    errors = {
        name: (np.abs(model.predict(rows, verbose=0) - rows) ** power).mean(axis=1)
        for name, rows in (("training", training), ("test", test))
    }
    np.savez(path.with_suffix(".errors.npz"), epochs=len(history.epoch), **errors)


if __name__ == "__main__":
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for one in sorted(Path(sys.argv[1]).glob("*.npz")):
        if not one.name.endswith(".errors.npz"):
            run(one)
