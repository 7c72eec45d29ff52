"""What the base install weighs, and the CPU seconds of starting a command in it.

A fresh virtual environment gets ``pip install -c constraints.txt .`` and nothing else. Its size is
the apparent size of site-packages with compiled files, without pip and setuptools. Commands are
whole processes, cold but for the system's file cache, taking turns; CPU seconds are user and
system together. The detector that scores and is verified is the default one for 2335 heartbeats.

    python -m benchmarks.install_and_start
"""

from __future__ import annotations

import tempfile
import venv
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import beats
from benchmarks.peers import install
from benchmarks.results import store
from benchmarks.timing import in_turns, seconds, whole_process
from isthmus import model_file
from isthmus.options import FitOptions
from isthmus.training.fit import fit

ROUNDS = 10
NOT_OURS = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "distutils-precedence")
LARGEST_SHOWN = 8


def measure() -> dict[str, Any]:
    """Megabytes of the install, and seconds of each command."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "base", with_pip=True)
        scripts = folder / "base" / "bin"
        install(scripts / "python", "-c", "constraints.txt", ".")
        sizes = _sizes(next((folder / "base" / "lib").glob("python*/site-packages")))
        works = {
            what: partial(whole_process, command, folder=folder)
            for what, command in _commands(scripts, folder).items()
        }
        spent = in_turns(works, ROUNDS)
    return {
        "megabytes": sum(sizes.values()) / 1e6,
        "largest_megabytes": {
            package: size / 1e6 for package, size in list(sizes.items())[:LARGEST_SHOWN]
        },
        "what": "whole process, cold",
        "commands": {what: seconds(times) for what, times in spent.items()},
    }


def _sizes(packages: Path) -> dict[str, int]:
    """Bytes of everything in site-packages by its first folder, the largest first."""
    found: dict[str, int] = {}
    for file in packages.rglob("*"):
        top = file.relative_to(packages).parts[0]
        if file.is_file() and not top.startswith(NOT_OURS):
            found[top] = found.get(top, 0) + file.stat().st_size
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _commands(scripts: Path, folder: Path) -> dict[str, list[str | Path]]:
    isthmus = scripts / "isthmus"
    model, row = folder / "detector.onnx", folder / "row.csv"
    rows = beats.normal_beats()
    model_file.save(model, fit(rows, beats.schema(), FitOptions()))
    np.savetxt(row, rows[:1], delimiter=",")
    return {
        "python -c pass": [scripts / "python", "-c", "pass"],
        "isthmus --version": [isthmus, "--version"],
        "isthmus --help": [isthmus, "--help"],
        "isthmus verify": [isthmus, "verify", model],
        "isthmus score, one row": [isthmus, "score", model, row, "--no-header"],
    }


def main() -> None:
    """Measure, print, store."""
    figures = measure()
    print(f"site-packages of the base install: {figures['megabytes']:.1f} MB")
    for package, size in figures["largest_megabytes"].items():
        print(f"  {package:32s} {size:7.1f} MB")
    print(f"{'CPU seconds':24s} {'best':>8s} {'median':>8s}   wall, median")
    for what, one in figures["commands"].items():
        cpu, wall = one["cpu_seconds"], one["wall_seconds"]
        print(f"{what:24s} {cpu['least']:8.3f} {cpu['median']:8.3f} {wall['median']:8.3f}")
    print(store("install_and_start", figures))


if __name__ == "__main__":
    main()
