"""What has been measured already, one small file for each detector, set, seed and share hidden.

They lie in ``ISTHMUS_BENCH_CACHE``, by default ``.cache`` beside the benchmarks. A detector's
folder is named by all that its figures depend on: the protocol, its libraries' versions, the
scripts that call it and, for isthmus, every line of its source.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import isthmus
from benchmarks import peers
from benchmarks.accuracy.methods import Method
from benchmarks.accuracy.protocol import MOST_ROWS, VERSION
from isthmus import atomic

DEFAULT_FOLDER = Path(__file__).parents[1] / ".cache"
Record = dict[str, Any]


class Cache:
    """The records of one detector."""

    def __init__(self, method: Method) -> None:
        top = Path(os.environ.get("ISTHMUS_BENCH_CACHE", DEFAULT_FOLDER))
        self.folder = top / "accuracy" / f"{method.name}-{depends_on(method)}"

    def get(self, table: str, seed: int, hidden: float | None) -> Record | None:
        """A record, or None where there is none yet."""
        try:
            text = self._path(table, seed, hidden).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        record: Record = json.loads(text)
        return record

    def put(self, table: str, seed: int, hidden: float | None, record: Record) -> None:
        """Keep a record; a process that is killed leaves all of it or nothing."""
        path = self._path(table, seed, hidden)
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.written(path, overwrite=True) as file:
            file.write(json.dumps(record, allow_nan=False).encode())

    def _path(self, table: str, seed: int, hidden: float | None) -> Path:
        share = "" if hidden is None else f"-hidden-{hidden:g}"
        return self.folder / table / f"seed-{seed}{share}.json"


def depends_on(method: Method) -> str:
    """A short digest of all that a detector's figures depend on."""
    said = [f"protocol {VERSION}, rows {MOST_ROWS}", method.name]
    if method.peer:
        said += peers.PEERS[method.peer]
    else:
        libraries = [name for name in method.libraries if name != "isthmus"]
        said += [f"{name}=={metadata.version(name)}" for name in libraries]
    said.append(_script(method.module))
    if method.own:
        said.append(source())
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:10]


def _script(module: str) -> str:
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(module)
    return Path(found.origin).read_text(encoding="utf-8")


@cache
def source() -> str:
    """A digest of the source of the isthmus that is installed."""
    folder = Path(isthmus.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(f"{path.relative_to(folder).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()
