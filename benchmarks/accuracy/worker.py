"""One detector in a process of its own, on one thread: what `benchmarks.accuracy` starts.

python -m benchmarks.accuracy.worker METHOD FOLDER
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping

from benchmarks.accuracy.methods import METHODS
from benchmarks.peer_scripts.answering import versions
from benchmarks.peer_scripts.detecting import Fit, serve


def main() -> None:
    """Answer until standard input ends."""
    name, folder = sys.argv[1:]
    method = METHODS[name]
    table: Mapping[str, Fit] = getattr(importlib.import_module(method.module), method.table)
    if "torch" in method.libraries:
        import torch

        torch.set_num_threads(1)
    serve(table[name], folder, versions(*method.libraries))


if __name__ == "__main__":
    main()
