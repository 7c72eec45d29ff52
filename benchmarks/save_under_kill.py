"""Kill a process that saves a model file, 200 times: how often is the file corrupt after it?

``python -m benchmarks.save_under_kill``
"""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.results import store
from isthmus import model_file
from isthmus.errors import IsthmusError
from tests.model_file.example import example

KILLS = 200
LONGEST_LIFE_SECONDS = 0.05
SHAPE: dict[str, Any] = {"columns": 200, "members": 8, "code_size": 256}

Save = Callable[[Path, bytes], None]


def measure() -> dict[str, Any]:
    """Corrupt files after each kill, for isthmus and for plain ``open(path, "wb")``."""
    models = (example("table", **SHAPE), example("signal", **SHAPE))
    return {
        "kills": KILLS,
        "model_bytes": [len(model) for model in models],
        "isthmus": _killed_often(_save, models),
        "plain_open_and_write": _killed_often(_save_plainly, models),
    }


def main() -> None:
    """Measure, print and store."""
    figures = measure()
    print(f"{KILLS} times kill -9 of a process that saves a model file over an old one")
    print(f"{'':24}{'corrupt files':>16}{'finished saves':>16}{'left unfinished':>16}")
    for name in ("isthmus", "plain_open_and_write"):
        row = figures[name]
        numbers = (row["corrupt"], row["finished_saves"], row["unfinished_files"])
        print(f"{name:24}" + "".join(f"{number:16}" for number in numbers))
    print(f"stored in {store('save_under_kill', figures)}")


def _save(path: Path, data: bytes) -> None:
    model_file.save(path, data, overwrite=True)


def _save_plainly(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)


def _killed_often(save: Save, models: tuple[bytes, bytes]) -> dict[str, int]:
    source = random.Random(0)
    totals = {"corrupt": 0, "finished_saves": 0, "unfinished_files": 0}
    for _ in range(KILLS):
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory) / "detector.onnx"
            path.write_bytes(models[0])
            life = source.uniform(0, LONGEST_LIFE_SECONDS)
            totals["finished_saves"] += _killed_after(life, save, path, models)
            totals["corrupt"] += not _intact(path, models)
            totals["unfinished_files"] += sum(file != path for file in path.parent.iterdir())
    return totals


def _killed_after(life: float, save: Save, path: Path, models: tuple[bytes, bytes]) -> int:
    """Let a child save in a loop for `life` seconds, kill it, and say how often it had saved."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"\0")
        while True:
            for data in models:
                save(path, data)
                os.write(writing, b"\0")
    os.close(writing)
    os.read(reading, 1)
    time.sleep(life)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as pipe:
        return len(pipe.read())


def _intact(path: Path, models: tuple[bytes, bytes]) -> bool:
    try:
        model_file.read(path)
    except IsthmusError:
        return False
    return path.read_bytes() in models


if __name__ == "__main__":
    main()
