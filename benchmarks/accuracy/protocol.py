"""Which rows train and which are scored: the same for every detector.

The rows of a set are shuffled with the seed and at most 20 000 of them are kept
(``ISTHMUS_BENCH_ROWS``; 0: all). Half of the normal rows train; the other half and all anomalies
are scored. No row is duplicated or drawn twice, and a detector sees nothing but its training rows
before it scores.

For the curve of contamination a share of the training rows is replaced by anomalies. These, and as
many as the largest share hides, are not scored at any share: all points of a curve score the same
rows.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np

VERSION = 1
"""Grows when other rows train or are scored: figures of different versions are not mixed."""
MOST_ROWS = int(os.environ.get("ISTHMUS_BENCH_ROWS", "20000"))
SEEDS, CURVE_SEEDS = 5, 3
HIDDEN = (0.0, 0.01, 0.05, 0.1)
"""Shares of the training rows that are anomalies, for the curve of contamination."""
QUICK_ROWS = 2000
DEFAULT_FOLDER = Path(__file__).parents[3] / "shared" / "data" / "adbench"

TUNING = (
    *("donors", "glass", "http", "ALOI", "magic.gamma", "optdigits", "satellite", "smtp"),
    *("vertebral", "WDBC", "yeast"),
)
"""Choices of isthmus's defaults may look at these sets, and at no others."""


class Split(NamedTuple):
    """Rows (N, D) to learn from, rows to score, and which of these are anomalies."""

    train: np.ndarray
    test: np.ndarray
    abnormal: np.ndarray


@dataclass(frozen=True, eq=False)
class Table:
    """A set: its rows (N, D), and which of them are anomalies (N,)."""

    name: str
    rows: np.ndarray
    abnormal: np.ndarray

    @classmethod
    def read(cls, path: Path) -> Self:
        """From a .npz file with X and y (1 is an anomaly)."""
        with np.load(path, allow_pickle=False) as held:
            rows, abnormal = held["X"].astype(np.float64), held["y"] == 1
        return cls(name_of(path), rows, abnormal)

    @property
    def kept(self) -> int:
        """How many rows are used."""
        return min(len(self.rows), MOST_ROWS or len(self.rows))

    def split(self, seed: int) -> Split:
        """The rows of one seed."""
        normal, abnormal = self._drawn(seed)
        half = len(normal) // 2
        return self._of(normal[:half], normal[half:], abnormal)

    def contaminated(self, seed: int, share: float) -> Split | None:
        """The same with a share of anomalies among the training rows.

        None where the largest share would take more than half of the anomalies.
        """
        normal, abnormal = self._drawn(seed)
        half = len(normal) // 2
        most, hidden = (round(part * half) for part in (max(HIDDEN), share))
        if 2 * most > len(abnormal):
            return None
        train = np.concatenate([abnormal[:hidden], normal[hidden:half]])
        mixed = np.random.default_rng([seed, 1]).permutation(train)
        return self._of(mixed, normal[half:], abnormal[most:])

    def _drawn(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of the normal rows that are kept, and of the anomalies, shuffled."""
        order = np.random.default_rng(seed).permutation(len(self.rows))[: self.kept]
        return order[~self.abnormal[order]], order[self.abnormal[order]]

    def _of(self, train: np.ndarray, normal: np.ndarray, abnormal: np.ndarray) -> Split:
        test = np.concatenate([normal, abnormal])
        return Split(self.rows[train], self.rows[test], self.abnormal[test])


def name_of(path: Path) -> str:
    """The name of a set, without its number."""
    return path.stem.partition("_")[2] or path.stem


def files() -> dict[str, Path]:
    """The file of every set by its name, the smallest first."""
    folder = Path(os.environ.get("ISTHMUS_BENCH_DATA", DEFAULT_FOLDER))
    found = sorted(folder.glob("*.npz"), key=lambda path: path.stat().st_size)
    if not found:
        raise SystemExit(f"{folder}: no .npz files; name their folder in ISTHMUS_BENCH_DATA")
    return {name_of(path): path for path in found}
