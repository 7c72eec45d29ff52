"""By what a row is judged beside the error of its reconstruction."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from isthmus.options.choices import Kind, Options


class ViewOptions(Options):
    """The views of a row, from which one score is made."""

    distance: Literal["auto", "on", "off"] = "auto"
    """Judge rows by the distance to the nearest normal rows too; auto: for tables and signals."""
    bank_rows: Annotated[int, Field(ge=2, le=65536)] = 4096
    """Training rows, at most, that the model file holds for that."""

    def looks_around(self, kind: Kind, *, targets: bool) -> bool:
        """Whether rows are held against normal rows."""
        if self.distance == "auto":
            return kind != "image" and not targets
        return self.distance == "on"
