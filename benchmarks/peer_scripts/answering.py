"""Answer `benchmarks.peers.Peer`: a line names a work, it is done once, its seconds come back."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any

from benchmarks.timing import timed


def answer(works: Mapping[str, Callable[[], object]], about: Mapping[str, Any]) -> None:
    """Say `about`, then do what the lines of standard input name, until it ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever a library prints is no answer
    print(json.dumps(dict(about)), file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(timed(works[line.strip()])), file=answers, flush=True)


def versions(*libraries: str) -> dict[str, str]:
    """Versions of what is measured."""
    return {library: metadata.version(library) for library in libraries}
