"""Other libraries, each in an environment of its own, measured from here while taking turns.

`python_of("pyod")` is the interpreter of the environment ``.venvs/pyod`` of the repository; it is
made when first asked for. ``ISTHMUS_BENCH_VENVS`` may name a folder that has such environments
already (``FOLDER/pyod``, ``FOLDER/keras``).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.timing import ONE_THREAD, Spent

REPOSITORY = Path(__file__).parents[1]
FOLDER_VARIABLE = "ISTHMUS_BENCH_VENVS"

PEERS: dict[str, tuple[str, ...]] = {
    "pyod": ("pyod==3.6.7", "torch==2.13.0", "tqdm==4.70.1"),
    "keras": ("keras==3.15.1", "tensorflow-cpu==2.21.0"),
    "jax": ("jax==0.10.2",),
    "h2o": ("h2o==3.46.0.12", "numpy==2.4.6"),
}
"""What to install for each; pip finds what these need (PyOD needs tqdm and does not say so)."""


def python_of(peer: str) -> Path:
    """The interpreter of a peer's environment, which is made where there is none."""
    given = os.environ.get(FOLDER_VARIABLE)
    folder = Path(given) / peer if given else REPOSITORY / ".venvs" / peer
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if given:
        if not python.exists():
            raise SystemExit(f"{FOLDER_VARIABLE} names {given}, which has no {peer}: {python}")
        return python
    wanted = "\n".join(PEERS[peer])
    ready = folder / ".ready"  # written last: an installation that was cut off starts anew
    if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
        print(f"making {folder} with {', '.join(PEERS[peer])}", flush=True)
        venv.create(folder, clear=True, with_pip=True)
        install(python, *PEERS[peer])
        ready.write_text(wanted, encoding="utf-8")
    return python


def install(python: Path, *arguments: str | Path) -> None:
    """``pip install`` for another interpreter, from the repository's folder."""
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *map(str, arguments)], cwd=REPOSITORY, check=True)


def script(peer: str | None, name: str, *arguments: str | Path) -> list[str | Path]:
    """The command that runs a module of `benchmarks.peer_scripts` with a peer's interpreter.

    Without a peer it is this one.
    """
    python = Path(sys.executable) if peer is None else python_of(peer)
    return [python, "-m", f"benchmarks.peer_scripts.{name}", *arguments]


class Peer:
    """A running peer script, on one thread, that does one repetition whenever it is asked to.

    Parameters
    ----------
    command : sequence
        From `script`.
    environment : mapping, optional
        What to add to the environment.

    Attributes
    ----------
    about : dict
        What the script says of itself: versions and settings.
    """

    def __init__(
        self, command: Sequence[str | Path], *, environment: Mapping[str, str] = ONE_THREAD
    ) -> None:
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed in __exit__)
        self._process = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, **environment},
        )
        self.about: dict[str, Any] = self._heard()

    def spent(self, work: str) -> Spent:
        """Let the peer do one of its works once."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{work}\n")
        self._process.stdin.flush()
        return Spent(*self._heard())

    def _heard(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            self._said.seek(0)
            raise RuntimeError(f"{self._process.args!r} ended with {code}:\n{self._said.read()}")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()
        self._said.close()
