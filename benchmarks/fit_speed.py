"""Seconds of a fit: isthmus, Keras and PyOD, the same net on the same rows.

2335 normal heartbeats of 140 samples, network 32-16-8-16-32, mean squared error, Adam, 40 epochs,
batches of 256, one thread each. Loops are warm: every process has done the same fit before. They
take turns, in an order that changes from round to round, and ratios are taken within a round.
Whole processes are cold: a script or command that reads the rows, fits and saves.

What the loops hold: isthmus's `training.loop.train`; Keras's `model.fit` of one model, which was
traced before; PyOD's `train` of isthmus's very network (it leaves out the last 31 rows of an
epoch). Beside them the whole `isthmus.training.fit` with calibration, parity and sealing, and
PyOD's `fit`, also of its own network with batch norm and dropout. A whole fit of isthmus, warm or
cold, is given 3243 rows, of which 2335 train; the others validate and calibrate.

    python -m benchmarks.fit_speed
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks import beats
from benchmarks.peers import REPOSITORY, Peer, script
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
from isthmus.training.architectures import RowShape, make_network
from isthmus.training.budget import budget
from isthmus.training.devices import threads
from isthmus.training.fit import fit
from isthmus.training.loop import train
from isthmus.training.members import Cells
from isthmus.training.noise import InputNoise
from isthmus.training.preamble import Preamble

LOOP_ROUNDS, COLD_ROUNDS = 11, 5
FIT_ROWS = 3243
"""So many that 2335 are left to train: a fifth calibrates, a tenth of the rest validates."""

Works = Mapping[str, Callable[[], Spent]]


def measure() -> dict[str, Any]:
    """Seconds of every loop and whole process, and how many times faster isthmus is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "normal.npy"
        np.save(path, beats.normal_beats())
        loops, about = _loops(path)
        np.save(folder / "more.npy", beats.normal_beats(FIT_ROWS))
        cold = in_turns(_processes(path, folder), COLD_ROUNDS)
    return {
        "rows": beats.TRAINING_ROWS,
        "loop": {
            "what": "loop, one thread, warm",
            "seconds": {work: seconds(spent) for work, spent in loops.items()},
            "times_faster": {
                f"{ours} than {other}": times_faster(loops[ours], loops[other])
                for ours in ("isthmus loop", "isthmus fit", "isthmus fit, 5 nets")
                for other in loops
                if not other.startswith("isthmus")
            },
        },
        "process": {
            "what": "whole process, one thread, cold",
            "seconds": {work: seconds(spent) for work, spent in cold.items()},
            "times_faster": {
                f"isthmus than {other}": times_faster(cold["isthmus"], cold[other])
                for other in cold
                if other != "isthmus"
            },
        },
        "peers": about,
    }


def _loops(path: Path) -> tuple[dict[str, list[Spent]], dict[str, Any]]:
    with (
        Peer(script("keras", "keras_autoencoder", "fit", path)) as keras,
        Peer(script("pyod", "pyod_detector", "fit", path)) as pyod,
        threads(1),
    ):
        works: Works = {
            "isthmus loop": _loop(1),
            "isthmus loop, 5 nets": _loop(beats.DEFAULT_MEMBERS),
            "isthmus fit": _fit(1),
            "isthmus fit, 5 nets": _fit(beats.DEFAULT_MEMBERS),
            "keras one model": partial(keras.spent, "one model"),
            "keras one model, tuned": partial(keras.spent, "one model, tuned"),
            "keras new model": partial(keras.spent, "new model"),
            "pyod same net, loop": partial(pyod.spent, "same net, loop"),
            "pyod same net, fit": partial(pyod.spent, "same net, fit"),
            "pyod its own net, fit": partial(pyod.spent, "its own net, fit"),
        }
        return in_turns(works, LOOP_ROUNDS), {"keras": keras.about, "pyod": pyod.about}


def _loop(members: int) -> Callable[[], Spent]:
    """The training loop alone, with its pieces as `isthmus.training.fit` makes them."""
    options, device = beats.options(members=members), torch.device("cpu")
    rows, kind = beats.normal_beats(), beats.schema().kind
    cells = Cells.of(Preamble.fit(rows, kind, options.preprocessing).run(rows), device)
    every, none = np.arange(len(rows)), np.empty(0, np.int64)
    work = budget(len(rows), options.training)

    def once() -> Spent:
        generator = torch.Generator().manual_seed(0)
        shape = RowShape(kind, rows.shape[1])
        network = make_network(members, shape, options.network, generator)
        return timed(
            partial(
                train,
                network,
                cells,
                [every] * members,
                [none] * members,
                options.training,
                work,
                noise=InputNoise(options.network.noise("signal")),
                generator=generator,
            )
        )

    return once


def _fit(members: int) -> Callable[[], Spent]:
    rows = beats.normal_beats(FIT_ROWS)
    return partial(timed, partial(fit, rows, beats.schema(), beats.options(members=members)))


def _processes(path: Path, folder: Path) -> Works:
    more = folder / "more.npy"
    isthmus: list[str | Path] = [sys.executable, "-m", "isthmus", "fit", more, "--force", "--quiet"]
    for name, choice in {**beats.CHOICES, "kind": "signal"}.items():
        text = ",".join(map(str, choice)) if isinstance(choice, tuple) else str(choice)
        isthmus += [f"--{name.replace('_', '-')}", text]
    commands: dict[str, list[str | Path]] = {
        "isthmus": [*isthmus, "-o", folder / "detector.onnx"],
        "isthmus, 5 nets": [*isthmus, "--members", "5", "-o", folder / "five.onnx"],
        "keras": script("keras", "keras_autoencoder", "once", path, folder / "model.keras"),
        "pyod": script("pyod", "pyod_detector", "once", path, folder / "model.pickle"),
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
            wall, cpu = one["wall_seconds"], one["cpu_seconds"]
            print(
                f"  {name:32s} {wall['median']:8.3f} s ({wall['quartile_1']:.3f} to "
                f"{wall['quartile_3']:.3f}), CPU {cpu['median']:.3f} s"
            )
        for name, one in figures[part]["times_faster"].items():
            wall, cpu = one["wall"], one["cpu"]
            print(
                f"  {name:56s} {wall['median']:6.2f} times ({wall['quartile_1']:.2f} to "
                f"{wall['quartile_3']:.2f}), by CPU {cpu['median']:.2f}"
            )
    print(store("fit_speed", figures))


if __name__ == "__main__":
    main()
