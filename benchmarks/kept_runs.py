"""Runs of recipes that have been made already, one small file each.

The published size of `mnist-conv` takes hours: a benchmark that was stopped goes on with the run it
was at. The files lie in ``ISTHMUS_BENCH_CACHE``, by default ``.cache`` beside the benchmarks, in a
folder named by all that a run depends on: isthmus's source, the recipe, PyTorch and the size.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.accuracy.cache import DEFAULT_FOLDER, source
from isthmus import atomic
from isthmus.recipes import Recipe
from isthmus.recipes.run import Size

Run = dict[str, Any]


def kept_run(recipe: Recipe, size: Size, seed: int, make: Callable[[], Run]) -> Run:
    """The run of a recipe with a seed: the one that is kept, or a new one, which is then kept."""
    path = _folder(recipe, size) / f"split-{recipe.data.split_seed}-seed-{seed}.json"
    if path.exists():
        found: Run = json.loads(path.read_text(encoding="utf-8"))
        return found
    made = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic.written(path, overwrite=True) as file:
        file.write(json.dumps(made, allow_nan=False).encode())
    return made


def _folder(recipe: Recipe, size: Size) -> Path:
    top = Path(os.environ.get("ISTHMUS_BENCH_CACHE", DEFAULT_FOLDER))
    said = (source(), recipe.model_dump_json(), metadata.version("torch"), repr(size))
    digest = hashlib.sha256("\n".join(said).encode()).hexdigest()[:10]
    return top / "recipes" / f"{recipe.name}-{digest}"
