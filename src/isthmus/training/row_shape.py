"""What a network takes and gives."""

from __future__ import annotations

from dataclasses import dataclass

from isthmus.options import Kind
from isthmus.schema import ImageForm


@dataclass(frozen=True)
class RowShape:
    """U units of a table, signal or image.

    Attributes
    ----------
    kind : {"table", "signal", "image"}
        Of the rows.
    units : int
        U.
    image : ImageForm or None
        Of images.
    cells : int
        How many cells of a row are judged; by default as many as there are units.
    judged : int
        How many units are judged; fewer than all where there are targets.
    """

    kind: Kind
    units: int
    image: ImageForm | None = None
    cells: int = 0
    judged: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", self.cells or self.units)
        object.__setattr__(self, "judged", self.judged or self.units)
