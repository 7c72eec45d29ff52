"""Seconds of training on images: isthmus, Keras and bare matrix products, one thread each.

Fashion-MNIST, classes 0 to 4, 30 000 training images. The dense network 784-128-32-128-784 of an
article (mean squared error, Adam, batches of 256), one epoch, and the convolutional one of another
(binary cross-entropy, Adadelta, batches of 128), one epoch of 12 800 images. Loops are warm and
take turns; ratios are taken within a round. The floor is the products alone: those of the forward
and the backward pass of every layer, on as many batches of the same shapes. Whole processes are
cold: from a file of images to a saved model, 10 epochs of the dense network.

    python -m benchmarks.image_speed

Images are read from ISTHMUS_BENCH_TABLES, as by `benchmarks.real_tables`.
"""

from __future__ import annotations

import itertools
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.peers import REPOSITORY, Peer, script
from benchmarks.real_tables import DEFAULT_FOLDER
from benchmarks.results import store
from benchmarks.timing import (
    ONE_THREAD,
    Spent,
    in_turns,
    seconds,
    timed,
    times_faster,
    whole_process,
)
from isthmus.datasets import load_fashion_mnist
from isthmus.options import FitOptions
from isthmus.schema import ImageForm
from isthmus.training.architectures import RowShape, make_network
from isthmus.training.budget import budget
from isthmus.training.devices import threads
from isthmus.training.feed import Held
from isthmus.training.loop import train
from isthmus.training.members import Cells
from isthmus.training.noise import InputNoise
from isthmus.training.preamble import Preamble

LOOP_ROUNDS, COLD_ROUNDS = 7, 3
FORM = ImageForm(height=28, width=28, channels=1)
DENSE = {
    "architecture": "dense",
    "encoder": (128,),
    "code_size": 32,
    "output_activation": "sigmoid",
    "scaling": "minmax",
    "input_limit": None,
    "input_noise": 0.0,
    "restoration": "off",
    "row_error": "mean",
    "batch_size": 256,
}
CONVOLUTIONAL = {
    "architecture": "conv2d",
    "encoder": (16, 8, 8),
    "downsampling": "max_pool",
    "decoder_sizes": "unpadded",
    "output_activation": "sigmoid",
    "scaling": "minmax",
    "input_limit": None,
    "input_noise": 0.0,
    "restoration": "off",
    "loss": "bce",
    "optimizer": "adadelta",
    "learning_rate": 1.0,
    "batch_size": 128,
}
CONVOLUTIONAL_ROWS = 12_800
DENSE_EPOCHS = 10


def measure() -> dict[str, Any]:
    """Seconds of every loop and whole process, and how many times faster isthmus is."""
    images = _images()
    with tempfile.TemporaryDirectory() as name, threads(1):
        folder = Path(name)
        path = folder / "images.npy"
        np.save(path, images)
        loops, about = _loops(path, images.reshape(-1, 784).astype(np.float32))
        cold = in_turns(_processes(path, folder), COLD_ROUNDS)
    return {
        "rows": len(images),
        "loop": {
            "what": "one epoch, one thread, warm",
            "seconds": {work: seconds(spent) for work, spent in loops.items()},
            "times_faster": {
                f"{kind}: isthmus than {other}": times_faster(
                    loops[f"isthmus, {kind}"], loops[f"{other}, {kind}"]
                )
                for kind, other in (
                    ("dense", "keras"),
                    ("convolutional", "keras"),
                    ("dense", "products"),
                )
            },
        },
        "process": {
            "what": "whole process, 10 epochs of the dense network, one thread, cold",
            "seconds": {work: seconds(spent) for work, spent in cold.items()},
            "times_faster": {
                "isthmus than keras": times_faster(cold["isthmus"], cold["keras"]),
            },
        },
        "peers": about,
    }


def _images() -> np.ndarray:
    """The training images of classes 0 to 4, (30000, 28, 28)."""
    folder = Path(os.environ.get("ISTHMUS_BENCH_TABLES", DEFAULT_FOLDER)) / "fashion_mnist"
    data = load_fashion_mnist(folder)
    return data.training_images[data.training_labels < 5]


def _loops(path: Path, rows: np.ndarray) -> tuple[dict[str, list[Spent]], dict[str, Any]]:
    with Peer(script("keras", "keras_images", "fit", path)) as keras:
        works: dict[str, Callable[[], Spent]] = {
            "isthmus, dense": _loop(rows, DENSE),
            "isthmus, convolutional": _loop(rows[:CONVOLUTIONAL_ROWS], CONVOLUTIONAL),
            "products, dense": _products(len(rows), (784, 128, 32, 128, 784), 256),
            "keras, dense": partial(keras.spent, "dense"),
            "keras, convolutional": partial(keras.spent, "convolutional"),
        }
        return in_turns(works, LOOP_ROUNDS), {"keras": keras.about}


def _loop(rows: np.ndarray, choices: dict[str, Any]) -> Callable[[], Spent]:
    """One epoch of the training loop, with its pieces as `isthmus.training.fit` makes them."""
    options = FitOptions.from_flat(**choices, epochs=1)
    cells = Cells.of(
        Preamble.fit(rows, "image", options.preprocessing).run(rows), torch.device("cpu")
    )
    work = budget(len(rows), options.training)
    every, none = [np.arange(len(rows))], [np.empty(0, np.int64)]
    feed = Held.of(cells, every, none, InputNoise(0.0), work.batch_size)

    def once() -> Spent:
        generator = torch.Generator().manual_seed(0)
        shape = RowShape("image", rows.shape[1], FORM)
        network = make_network(1, shape, options.network, generator)
        return timed(
            partial(
                train,
                network,
                feed,
                options.training,
                work,
                generator=generator,
            )
        )

    return once


def _products(rows: int, widths: tuple[int, ...], batch: int) -> Callable[[], Spent]:
    """The matrix products that one epoch cannot do without, and nothing else."""
    generator = torch.Generator().manual_seed(0)
    pairs = list(itertools.pairwise(widths))
    weights = [torch.rand(pair, generator=generator) for pair in pairs]
    inputs = [torch.rand((batch, width), generator=generator) for width in widths]

    def epoch() -> None:
        for _ in range(-(-rows // batch)):
            for layer, weight in enumerate(weights):
                before, after = inputs[layer], inputs[layer + 1]
                before @ weight
                before.T @ after
                if layer:  # nobody asks for the gradient of the rows
                    after @ weight.T

    return partial(timed, epoch)


def _processes(path: Path, folder: Path) -> dict[str, Callable[[], Spent]]:
    fit: list[str | Path] = [sys.executable, "-m", "isthmus", "fit", path, "--kind", "image"]
    for name, choice in {**DENSE, "epochs": DENSE_EPOCHS, "members": 1}.items():
        if choice is not None:
            text = ",".join(map(str, choice)) if isinstance(choice, tuple) else str(choice)
            fit += [f"--{name.replace('_', '-')}", text]
    commands = {
        "isthmus": [*fit, "--force", "--quiet", "-o", folder / "detector.onnx"],
        "keras": script("keras", "keras_images", "once", path, folder / "model.keras"),
    }
    return {
        name: partial(whole_process, command, environment=ONE_THREAD, folder=REPOSITORY)
        for name, command in commands.items()
    }


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    for part in ("loop", "process"):
        print(figures[part]["what"])
        for name, one in figures[part]["seconds"].items():
            wall, cpu = one["wall_seconds"]["median"], one["cpu_seconds"]["median"]
            print(f"  {name:32s} {wall:8.3f} s, CPU {cpu:.3f} s")
        for name, one in figures[part]["times_faster"].items():
            wall, cpu = one["wall"]["median"], one["cpu"]["median"]
            print(f"  {name:48s} {wall:6.2f} times, by CPU {cpu:.2f}")
    print(store("image_speed", figures))


if __name__ == "__main__":
    main()
