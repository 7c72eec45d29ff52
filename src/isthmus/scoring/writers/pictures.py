"""A folder of images: a PNG file for each row that is one."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from isthmus.atomic import made, refuse, written
from isthmus.errors import UsageError, require
from isthmus.schema import Column

CHANNELS = (1, 3, 4)
"""What PNG can hold: grey, red, green and blue, and these with alpha."""
WHITE = 255
"""Of a PNG file."""


class PictureWriter:
    """Writes rows of pixels as files, each whole or not at all.

    Values are brought to 0 to 255 and rounded, those beyond are cut. A row with a missing pixel is
    left out.

    Parameters
    ----------
    folder : path
        Made where it does not exist.
    item : sequence of int
        Height, width and, where there are several, channels of each row.
    names : sequence of str
        Paths in the folder, without ``.png``; rows beyond them are numbered.
    overwrite : bool
        Whether existing files may be replaced.
    white : float
        The value that a file has as 255; black is 0.

    Raises
    ------
    FileAccessError
        If a file exists and may not be replaced, or the folder cannot be made.
    UsageError
        If PNG cannot hold so many channels.
    """

    def __init__(
        self,
        folder: str | Path,
        item: Sequence[int],
        names: Sequence[str],
        *,
        overwrite: bool,
        white: float = WHITE,
    ) -> None:
        self._pillow: Any = require("PIL.Image", extra="images", purpose="writing images")
        self._folder, self._item, self._overwrite = Path(folder), tuple(item), overwrite
        self._names, self._brighter = _apart(names), WHITE / white
        self._rows = self.count = 0
        channels = self._item[2] if len(self._item) == 3 else 1
        if channels not in CHANNELS:
            raise UsageError(
                f"-o {folder}: images of {channels} channels came, PNG has 1, 3 or 4",
                advice="Write them as one array: -o rebuilt.npy.",
            )
        made(self._folder, parents=False)
        for name in self._names:
            if self._path(name).parent.is_dir():
                refuse(self._path(name), overwrite=overwrite)

    def write(self, batch: pa.RecordBatch) -> None:
        columns = [column.to_numpy(zero_copy_only=False) for column in batch.columns]
        for row in np.column_stack(columns).reshape(-1, *self._item):
            if np.isfinite(row).all():
                self._save(self._name(self._rows), row)
            self._rows += 1

    def close(self) -> None:
        """Every file is whole already."""

    def abandon(self) -> None:
        """Nothing is held back."""

    def _name(self, row: int) -> str:
        return self._names[row] if self._names else f"{row:06d}"

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.png"

    def _save(self, name: str, image: np.ndarray) -> None:
        drawn = io.BytesIO()
        whole = np.clip(np.rint(image * self._brighter), 0, WHITE).astype(np.uint8)
        self._pillow.fromarray(whole).save(drawn, "PNG")
        made(self._path(name).parent, parents=self._path(name).parent != self._folder)
        with written(self._path(name), overwrite=self._overwrite) as file:
            file.write(drawn.getvalue())
        self.count += 1


def white_of(columns: Sequence[Column]) -> float:
    """The value of white by the channels in training: 1 where all values lay in 0 to 1, or 255."""
    shares = all(column.minimum >= 0 and column.maximum <= 1 for column in columns)
    return 1.0 if shares else WHITE


def _apart(names: Sequence[str]) -> list[str]:
    """Names without their endings; with them where two would else be the same file."""
    bare = [Path(name).with_suffix("").as_posix() for name in names]
    seen: dict[str, int] = {}
    for name in bare:
        seen[name] = seen.get(name, 0) + 1
    return [
        full if seen[name] > 1 else name for name, full in zip(bare, map(str, names), strict=True)
    ]
