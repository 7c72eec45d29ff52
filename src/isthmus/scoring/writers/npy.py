"""npy: numbers alone, as NumPy reads them: one array of shape (N, columns), of images (N, ...)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import IO

import numpy as np
import pyarrow as pa
from numpy.lib import format as npy_format

from isthmus.errors import UsageError


class NpyWriter:
    """Writes rows as they come, and in the end, at the beginning of the file, how many they were.

    Missing cells are NaN. The element type is that of the first batch.

    Parameters
    ----------
    file : binary file
        Where to write.
    item : sequence of int, optional
        The shape of a row that is more than its columns side by side.
    """

    def __init__(self, file: IO[bytes], item: Sequence[int] | None = None) -> None:
        self._file = file
        self._item = item
        self._rows = 0
        self._columns = 0
        self._dtype: np.dtype[np.floating] | None = None

    def write(self, batch: pa.RecordBatch) -> None:
        columns = [column.to_numpy(zero_copy_only=False) for column in batch.columns]
        rows = np.column_stack(columns) if columns else np.empty((batch.num_rows, 0))
        if self._dtype is None:
            self._dtype, self._columns = rows.dtype, rows.shape[1]
            self._file.write(self._header())
        self._file.write(np.ascontiguousarray(rows, self._dtype).tobytes())
        self._rows += len(rows)
        self._file.flush()

    def close(self) -> None:
        self._file.seek(0)
        self._file.write(self._header())
        self._file.seek(0, io.SEEK_END)
        self._file.flush()

    def abandon(self) -> None:
        """Nothing is held back."""

    def _header(self) -> bytes:
        """NumPy leaves room in it for any number of rows: its length does not hang on them."""
        header = io.BytesIO()
        shape = (self._rows, *(self._item or (self._columns,)))
        descr = np.dtype(self._dtype or np.float64).str
        npy_format.write_array_header_1_0(
            header, {"descr": descr, "fortran_order": False, "shape": shape}
        )
        return header.getvalue()


def refuse_pipe(file: IO[bytes]) -> NpyWriter:
    """A pipe cannot be gone back in.

    Raises
    ------
    UsageError
        Always.
    """
    raise UsageError(
        "npy does not go to standard output: it says first how many rows follow",
        advice="Give it a name with -o, or choose another format.",
    )
