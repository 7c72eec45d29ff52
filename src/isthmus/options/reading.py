"""How a file is read, and what the columns of its rows are."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from isthmus.options.choices import Options

_SIZE = re.compile(r"[1-9][0-9]{0,4}(x[1-9][0-9]{0,4})?")


class ReadOptions(Options):
    """How to read a file; `None` means: look at the file and say what was decided."""

    format: Literal["csv", "parquet", "arrow", "jsonl", "npy", "npz", "idx", "image"] | None = None
    """Format of the data; by default told from the name or the first bytes."""
    header: bool | None = None
    """Whether the first line of a CSV file holds names; by default told from its cells."""
    delimiter: str | None = None
    """What separates the cells of a CSV file; by default told from the first lines."""
    decimal: Literal[".", ","] = "."
    """Decimal mark of the numbers in a CSV file."""
    max_megapixels: Annotated[float, Field(gt=0, le=178)] = 50.0
    """Millions of pixels that an image file may have; larger ones are not decoded."""
    paired: str | None = None
    """Folder of the images to rebuild, each under the name of the image that it belongs to."""


class RowOptions(Options):
    """Which columns are features, and which rows are normal.

    A column is named, or numbered from 0 with -1 as the last.
    """

    label: str | int | None = None
    """Column that says which rows are normal: a name, or a number from 0 (-1 is the last)."""
    normal: tuple[str | int | float | bool, ...] = ()
    """Value of the label column in normal rows; may be given more than once."""
    drop: tuple[str | int, ...] = ()
    """Column to leave out; may be given more than once."""
    id: tuple[str | int, ...] = ()
    """Column to pass through to the output untouched; may be given more than once."""
    category: tuple[str | int, ...] = ()
    """Column whose numbers or texts are names, not amounts; may be given more than once."""
    target: tuple[str | int, ...] = ()
    """Column to learn to rebuild from all others, by which rows are judged; by default all."""
    kind: Literal["auto", "table", "signal", "image"] = "auto"
    """A signal is one quantity sampled along the row; a table's columns are unlike each other."""
    size: str | None = None
    """Height and width that images get, such as 64 or 64x48; by default those that all have."""
    colour: Literal["auto", "grey", "rgb"] = "auto"
    """Whether images are grey or have colours; auto: grey where all are."""
    crop: bool = False
    """Cut images of another shape to it in the middle, rather than stretch them."""

    @field_validator("size", mode="before")
    @classmethod
    def _size_as_text(cls, given: Any) -> Any:
        if isinstance(given, (tuple, list)):
            given = "x".join(map(str, given))
        text = None if given is None else str(given).lower().replace(" ", "")
        if text is not None and not _SIZE.fullmatch(text):
            raise ValueError(f"size: height x width such as 64 or 64x48 expected, got {given!r}")
        return text

    @property
    def height_width(self) -> tuple[int, int] | None:
        """`size` as two numbers."""
        if self.size is None:
            return None
        height, _, width = self.size.partition("x")
        return int(height), int(width or height)

    @model_validator(mode="after")
    def _normal_needs_a_label(self) -> Self:
        if self.normal and self.label is None:
            raise ValueError("normal was given without label: which column holds it?")
        return self
