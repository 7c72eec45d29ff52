"""Seconds of a fit: isthmus and its peers, the same net on the same rows, on one thread.

Network 32-16-8-16-32, mean squared error, Adam, batches of 256. Three shapes: 2335 normal
heartbeats of 140 samples for 40 epochs, and rows of 30 columns, 100 000 for 4 epochs and 1 000 000
for one. Loops are warm: every process has done the same fit before. They take turns, in an order
that changes from round to round, and ratios are taken within a round. Whole processes are cold: a
script or command that reads a CSV file of the beats, fits and saves.

What the loops hold: isthmus's `training.loop.train`; the loop that one writes by hand in PyTorch;
JAX with all updates in one compiled scan, compilation apart; Keras's `model.fit` of one model,
which was traced before; PyOD's `train` of isthmus's very network (it leaves out the last rows of
an epoch, as JAX does); the `fit` of scikit-learn's MLPRegressor and of H2O's autoencoder, which
have no loop of their own to call. H2O computes in a Java process, whose CPU seconds are not
counted: its ratios are by the clock; its activation is tanh, as with rectifiers it gives up. Beside
them the whole `isthmus.training.fit` with calibration, parity and sealing, and PyOD's `fit`, also
of its own network with batch norm and dropout. A whole fit of isthmus is given 3243 rows, of which
2335 train; the others validate and calibrate.

The floor is what the products of the network alone take: their arithmetic over the rate of this
machine's matrix products, measured beside.

    python -m benchmarks.fit_speed
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from benchmarks import beats
from benchmarks.large_files import rows_of
from benchmarks.peers import REPOSITORY, Peer, script
from benchmarks.preset_speed import products
from benchmarks.results import store
from benchmarks.timing import (
    ONE_THREAD,
    Spent,
    in_turns,
    seconds,
    spread,
    timed,
    times_faster,
    whole_process,
)
from isthmus.options import Kind
from isthmus.training.architectures import RowShape, make_network
from isthmus.training.budget import budget
from isthmus.training.devices import threads
from isthmus.training.feed import Held
from isthmus.training.fit import fit
from isthmus.training.loop import train
from isthmus.training.members import Cells
from isthmus.training.noise import InputNoise
from isthmus.training.preamble import Preamble

COLD_ROUNDS = 5
FIT_ROWS = 3243
"""So many that 2335 are left to train: a fifth calibrates, a tenth of the rest validates."""
WIDTHS = (32, 16, 8, 16, 32)

Works = Mapping[str, Callable[[], Spent]]


class Shape(NamedTuple):
    """Rows to learn from, how long, and how often that is measured."""

    rows: int
    columns: int
    epochs: int
    rounds: int

    @property
    def name(self) -> str:
        return f"{self.rows} x {self.columns}"

    def values(self) -> np.ndarray:
        """The rows, float32."""
        if self.columns != 30:
            return beats.normal_beats(self.rows)
        return rows_of(self.rows, np.random.default_rng(1)).astype(np.float32)

    @property
    def multiplications(self) -> int:
        """Of a whole training: forward, and back for weights and, but at the first, inputs."""
        widths = [self.columns, *WIDTHS, self.columns]
        layers = [a * b for a, b in pairwise(widths)]
        return self.rows * self.epochs * (3 * sum(layers) - layers[0])


BEATS = Shape(beats.TRAINING_ROWS, 140, 40, 11)
SHAPES = (BEATS, Shape(100_000, 30, 4, 5), Shape(1_000_000, 30, 1, 3))


def measure() -> dict[str, Any]:
    """Seconds of every loop and whole process, and how many times faster isthmus is."""
    rate = products(1)
    shapes = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for shape in SHAPES:
            path = folder / f"{shape.rows}.npy"
            np.save(path, shape.values())
            shapes[shape.name] = _of_loops(shape, path, rate["median"])
            _print(f"{shape.name}, {shape.epochs} epochs, one thread, warm", shapes[shape.name])
        cold = in_turns(_processes(folder), COLD_ROUNDS)
    return {
        "rows": beats.TRAINING_ROWS,
        "matrix_products": rate,
        "loop": shapes.pop(BEATS.name),
        "shapes": shapes,
        "process": {
            "what": "whole process from a CSV file, one thread, cold",
            "seconds": {work: seconds(spent) for work, spent in cold.items()},
            "peak_mb": {
                work: spread([one.peak_mb for one in spent]) for work, spent in cold.items()
            },
            "times_faster": {
                f"isthmus than {other}": times_faster(cold["isthmus"], cold[other])
                for other in cold
                if not other.startswith("isthmus")
            },
        },
    }


def _of_loops(shape: Shape, path: Path, rate: float) -> dict[str, Any]:
    with _peers(shape, path) as (theirs, about), threads(1):
        loops = in_turns({**_ours(shape), **theirs}, shape.rounds)
    return {
        "what": f"loop, {shape.epochs} epochs, one thread, warm",
        "floor_seconds": 2 * shape.multiplications / rate / 1e9,
        "seconds": {work: seconds(spent) for work, spent in loops.items()},
        "times_faster": {
            f"{ours} than {other}": times_faster(loops[ours], loops[other])
            for ours in loops
            for other in loops
            if ours.startswith("isthmus") and not other.startswith("isthmus")
        },
        "peers": about,
    }


def _ours(shape: Shape) -> Works:
    if shape != BEATS:
        return {"isthmus loop": _loop(shape, 1)}
    return {
        "isthmus loop": _loop(shape, 1),
        "isthmus loop, 5 nets": _loop(shape, beats.DEFAULT_MEMBERS),
        "isthmus fit": _fit(1),
        "isthmus fit, 5 nets": _fit(beats.DEFAULT_MEMBERS),
    }


@contextmanager
def _peers(shape: Shape, path: Path) -> Iterator[tuple[Works, dict[str, Any]]]:
    """Their works, each peer in a process of its own, and what they say of themselves."""
    works: dict[str, Callable[[], Spent]] = {}
    about: dict[str, Any] = {}
    with ExitStack() as stack:
        for name, peer, module, own in PEERS:
            command = script(peer, module, "fit", path, str(shape.epochs))
            running = stack.enter_context(Peer(command))
            about[name] = running.about
            for work in own if shape == BEATS else own[:1]:
                works[f"{name} {work}"] = partial(running.spent, work)
        yield works, about


PEERS: tuple[tuple[str, str | None, str, tuple[str, ...]], ...] = (
    ("keras", "keras", "keras_autoencoder", ("one model", "one model, tuned", "new model")),
    (
        "pyod",
        "pyod",
        "pyod_detector",
        ("same net, loop", "same net, fit", "its own net, fit"),
    ),
    ("torch", None, "torch_loop", ("loop",)),
    ("sklearn", None, "sklearn_mlp", ("loop",)),
    ("jax", "jax", "jax_scan", ("scan",)),
    ("h2o", "h2o", "h2o_autoencoder", ("fit",)),
)
"""Name, environment (None: ours), script, and its works; of larger shapes the first alone."""


def _loop(shape: Shape, members: int) -> Callable[[], Spent]:
    """The training loop alone, with its pieces as `isthmus.training.fit` makes them."""
    options = beats.options(members=members, epochs=shape.epochs)
    device, rows = torch.device("cpu"), shape.values()
    kind: Kind = "signal" if shape == BEATS else "table"
    cells = Cells.of(Preamble.fit(rows, kind, options.preprocessing).run(rows), device)
    every, none = np.arange(len(rows)), np.empty(0, np.int64)
    work = budget(len(rows), options.training)
    noise = InputNoise(options.network.noise("signal"))
    feed = Held.of(cells, [every] * members, [none] * members, noise, work.batch_size)

    def once() -> Spent:
        generator = torch.Generator().manual_seed(0)
        network = make_network(members, RowShape(kind, rows.shape[1]), options.network, generator)
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


def _fit(members: int) -> Callable[[], Spent]:
    rows = beats.normal_beats(FIT_ROWS)
    return partial(timed, partial(fit, rows, beats.schema(), beats.options(members=members)))


def _processes(folder: Path) -> Works:
    """Each reads the beats as text, fits and saves."""
    path, more = folder / "normal.csv", folder / "more.csv"
    np.savetxt(path, beats.normal_beats(), fmt="%.9g", delimiter=",")
    np.savetxt(more, beats.normal_beats(FIT_ROWS), fmt="%.9g", delimiter=",")
    isthmus: list[str | Path] = [sys.executable, "-m", "isthmus", "fit", more, "--force", "--quiet"]
    for name, choice in {**beats.CHOICES, "kind": "signal"}.items():
        text = ",".join(map(str, choice)) if isinstance(choice, tuple) else str(choice)
        isthmus += [f"--{name.replace('_', '-')}", text]
    epochs = str(BEATS.epochs)
    commands: dict[str, list[str | Path]] = {
        "isthmus": [*isthmus, "-o", folder / "detector.onnx"],
        "isthmus, 5 nets": [*isthmus, "--members", "5", "-o", folder / "five.onnx"],
        "isthmus, no distance": [*isthmus, "--distance", "off", "-o", folder / "one.onnx"],
        "keras": script("keras", "keras_autoencoder", "once", path, epochs, folder / "model.keras"),
        "pyod": script("pyod", "pyod_detector", "once", path, epochs, folder / "model.pickle"),
        "torch": script(None, "torch_loop", "once", path, epochs, folder / "model.pt"),
    }
    return {
        name: partial(whole_process, command, environment=ONE_THREAD, folder=REPOSITORY)
        for name, command in commands.items()
    }


def _print(title: str, part: Mapping[str, Any]) -> None:
    print(title, flush=True)
    if "floor_seconds" in part:
        print(f"  {'products alone':32s} {part['floor_seconds']:8.3f} s")
    for name, one in part["seconds"].items():
        wall, cpu = one["wall_seconds"], one["cpu_seconds"]
        print(
            f"  {name:32s} {wall['median']:8.3f} s ({wall['quartile_1']:.3f} to "
            f"{wall['quartile_3']:.3f}), CPU {cpu['median']:.3f} s"
            + (f", {part['peak_mb'][name]['median']:.0f} MB" if "peak_mb" in part else "")
        )
    for name, one in part["times_faster"].items():
        wall, cpu = one["wall"], one["cpu"]
        print(
            f"  {name:56s} {wall['median']:6.2f} times ({wall['quartile_1']:.2f} to "
            f"{wall['quartile_3']:.2f}), by CPU {cpu['median']:.2f}",
            flush=True,
        )


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    _print(figures["process"]["what"], figures["process"])
    print(store("fit_speed", figures))


if __name__ == "__main__":
    main()
