"""CSV with a header, quotes only where they are needed, and an empty cell for what is missing."""

from __future__ import annotations

import csv
import io
import re
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from isthmus.scoring.writers.plain import as_text, is_text, plain

SPECIAL = '^$|[",\r\n]'
"""A text that cannot stand without quotes; without them an empty one would be a missing one."""

QUOTED = re.compile(rb'"([^",\r\n]++)"(?!")|("(?:[^"]++|"")*+")')
"""A text in quotes: the first group where it can stand without, otherwise the second."""


class CsvWriter:
    """Floats have the shortest text that reads back to the same bits, truth is true and false."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._begun = False

    def write(self, batch: pa.RecordBatch) -> None:
        batch = _writable(plain(batch))
        if not self._begun:
            self._file.write(_header(batch.schema.names))
            self._begun = True
        special = any(_has_special(column) for column in batch.columns)
        text = io.BytesIO()
        # Arrow has quotes for all texts or for none.
        style = "needed" if special else "none"
        arrow_csv.write_csv(
            batch, text, arrow_csv.WriteOptions(include_header=False, quoting_style=style)
        )
        data = text.getvalue()
        self._file.write(QUOTED.sub(rb"\1\2", data) if special else data)
        self._file.flush()

    def close(self) -> None:
        self._file.flush()

    def abandon(self) -> None:
        """Nothing is held back."""


def _header(names: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(names)
    return line.getvalue().encode()


def _writable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with what CSV has no form for (lists, bytes, decimals, ...) as text."""
    columns = [column if _has_form(column.type) else as_text(column) for column in batch.columns]
    if len(columns) == 1:  # Readers skip an empty line; one with an empty text is a row.
        columns = [pc.fill_null(pc.cast(columns[0], pa.string()), "")]
    return pa.record_batch(columns, names=batch.schema.names) if columns else batch


def _has_form(kind: pa.DataType) -> bool:
    numeric = pa.types.is_integer(kind) or pa.types.is_float32(kind) or pa.types.is_float64(kind)
    return bool(numeric or pa.types.is_boolean(kind) or is_text(kind) or pa.types.is_null(kind))


def _has_special(column: pa.Array) -> bool:
    if not is_text(column.type):
        return False
    return bool(pc.any(pc.match_substring_regex(column, SPECIAL)).as_py())
