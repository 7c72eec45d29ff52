"""What is known of one part that was scored, as it lies beside the scores."""

from __future__ import annotations

import contextlib
import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from isthmus.atomic import made, written

FOLDER = "_parts"
"""Where records lie in the folder of the scores; readers of tables pass such names over."""


@dataclass(frozen=True)
class Record:
    """One part of the data and its scores.

    Attributes
    ----------
    part, output : str
        The file that was scored and the file of its scores, below their folders.
    size : int
        Bytes of the file of scores.
    rows, alarms, invalid : int
        Counts.
    warnings : tuple of str
        What the user should know of the part.
    """

    part: str
    output: str
    size: int
    rows: int
    alarms: int
    invalid: int
    warnings: tuple[str, ...] = ()

    @classmethod
    def read(cls, folder: Path, output: str) -> Self | None:
        """The record of a file of scores, if both are there and belong together."""
        with contextlib.suppress(OSError, ValueError, TypeError):
            record = cls.of_json(json.loads(place_of(folder, output).read_text("utf-8")))
            if record.output == output and (folder / output).stat().st_size == record.size:
                return record
        return None

    @classmethod
    def of_json(cls, said: Any) -> Self:
        """From what `as_json` gave.

        Raises
        ------
        ValueError, TypeError
            If it is something else.
        """
        if not isinstance(said, dict) or {*said} != {field.name for field in fields(cls)}:
            raise ValueError("no record of a part")
        return cls(**{**said, "warnings": tuple(said["warnings"])})

    def as_json(self) -> dict[str, Any]:
        """As numbers, texts and lists."""
        return asdict(self)

    def write(self, folder: Path) -> None:
        """Put it beside the scores; its being there says that these are whole."""
        place = place_of(folder, self.output)
        made(place.parent)
        write_json(place, self.as_json())


def place_of(folder: Path, output: str) -> Path:
    """Where the record of a file of scores lies."""
    return folder / FOLDER / f"{output}.json"


def write_json(path: Path, content: Any) -> None:
    """The same bytes for the same content, whole or not at all."""
    with written(path, overwrite=True) as file:
        file.write((json.dumps(content, indent=1, sort_keys=True) + "\n").encode())
