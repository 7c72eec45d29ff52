"""Serve one detector to `benchmarks.accuracy`, one work at a time: `load`, `fit`, `score`.

Rows come and scores go by files of a folder: ``rows.npz`` holds train (N, D), test and seed,
``scores.npz`` the scores of the test rows and how much memory the process has needed.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peer_scripts.answering import answer

Rows = np.ndarray
MEGABYTE = 2**20


@dataclass(frozen=True)
class Fitted:
    """A detector that has learnt.

    Attributes
    ----------
    score : callable
        Scores (N,) of rows (N, D), which grow with strangeness.
    more : callable, optional
        What else scores tell, as named arrays.
    """

    score: Callable[[Rows], np.ndarray]
    more: Callable[[np.ndarray], Mapping[str, np.ndarray]] = lambda scores: {}


Fit = Callable[[Rows, int], Fitted]
"""Learn from rows (N, D) with a seed."""


class Detecting:
    """A detector, the rows of the moment, and what became of them."""

    def __init__(self, fit: Fit, folder: Path) -> None:
        self._fit, self._folder = fit, folder
        self._rows: dict[str, Any] = {}
        self._fitted: Fitted | None = None
        self._scores = np.empty(0)

    def load(self) -> None:
        """Read the rows; what was fitted before is forgotten."""
        self._fitted = None
        with np.load(self._folder / "rows.npz", allow_pickle=False) as held:
            self._rows = dict(held)
        self._before = memory()

    def fit(self) -> None:
        """Learn from the training rows."""
        self._fitted = self._fit(self._rows["train"], int(self._rows["seed"]))

    def score(self) -> None:
        """Score the test rows."""
        self._scores = np.asarray(self._known().score(self._rows["test"]), np.float64)

    def keep(self) -> None:
        """Write the scores down."""
        used = {"memory": memory(), "memory_before": self._before}
        more = self._known().more(self._scores)
        np.savez(self._folder / "scores.npz", scores=self._scores, **used, **more)  # type: ignore[arg-type]

    def _known(self) -> Fitted:
        if self._fitted is None:
            raise RuntimeError("score before fit")
        return self._fitted


def memory() -> float:
    """The most memory that this process has held so far, in MB."""
    status = Path("/proc/self/status")
    if status.exists():  # `getrusage` counts what the process that started this one held
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / MEGABYTE
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most * (1 if sys.platform == "darwin" else 1024) / MEGABYTE


def serve(fit: Fit, folder: str, versions: Mapping[str, str]) -> None:
    """Answer until standard input ends."""
    served = Detecting(fit, Path(folder))
    works = {name: getattr(served, name) for name in ("load", "fit", "score", "keep")}
    answer(works, {"versions": dict(versions)})
