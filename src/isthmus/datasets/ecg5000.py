"""ECG5000: 5000 real heartbeats, 2919 of them normal. Source and licence: ecg5000.md."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from typing import ClassVar

import numpy as np
import numpy.typing as npt

NORMAL = 1
"""The class of a normal beat; 2 to 5 are the abnormal ones."""


@dataclass(frozen=True, eq=False)
class Ecg5000:
    """The beats and their classes, the 500 official training rows first.

    Attributes
    ----------
    beats : (5000, 140) float32
        One heartbeat a row, resampled to 140 time steps and standardised by its authors.
    classes : (5000,) int8
        1 to 5; `class_names` says what they are.
    official_training : int
        Rows before this one are the archive's training part, the others its test part.
    """

    beats: npt.NDArray[np.float32]
    classes: npt.NDArray[np.int8]
    official_training: int = 500

    class_names: ClassVar[dict[int, str]] = {
        NORMAL: "normal",
        2: "R-on-T premature ventricular contraction",
        3: "premature ventricular contraction",
        4: "supraventricular premature or ectopic beat",
        5: "unclassified",
    }

    @property
    def is_normal(self) -> npt.NDArray[np.bool_]:
        """Which rows are of class 1, (5000,) bool."""
        return np.equal(self.classes, NORMAL)


def load_ecg5000() -> Ecg5000:
    """Read the beats that ship with the package.

    The file holds thousandths as int16, so a value is within 0.0005 of the original (float32
    rounding aside). Every call returns arrays of its own.
    """
    source = resources.files("isthmus.datasets").joinpath("ecg5000.npz")
    with source.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        thousandths, classes = stored["thousandths"], stored["classes"]
    return Ecg5000(beats=(thousandths / 1000).astype(np.float32), classes=classes)
