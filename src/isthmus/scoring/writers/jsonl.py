"""JSON lines: one object a line; null for what is missing, never NaN."""

from __future__ import annotations

import json
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

from isthmus.scoring.writers.plain import json_value, plain


class JsonLinesWriter:
    """Floats have the shortest text that reads back to the same bits."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, batch: pa.RecordBatch) -> None:
        batch = plain(batch)
        keys = (json.dumps(name, ensure_ascii=False) for name in batch.schema.names)
        line = "{" + ", ".join(f"{key.replace('%', '%%')}: %s" for key in keys) + "}\n"
        cells = [_cells(column) for column in batch.columns]
        rows = zip(*cells, strict=True) if cells else [()] * batch.num_rows
        self._file.write("".join(map(line.__mod__, rows)).encode())
        self._file.flush()

    def close(self) -> None:
        self._file.flush()

    def abandon(self) -> None:
        """Nothing is held back."""


def _cells(column: pa.Array) -> list[str]:
    """Every cell as JSON text."""
    if pa.types.is_float32(column.type) or pa.types.is_float64(column.type):
        finite = pc.cast(pc.if_else(pc.is_finite(column), column, None), pa.string())
        # With a point it is read as a float everywhere: -0 would become the whole number 0.
        return _or_null(pc.replace_substring_regex(finite, "^(-?[0-9]+)$", r"\1.0"))
    if pa.types.is_integer(column.type) or pa.types.is_boolean(column.type):
        return _or_null(pc.cast(column, pa.string()))
    return [json.dumps(json_value(cell), ensure_ascii=False) for cell in column.to_pylist()]


def _or_null(texts: pa.Array) -> list[str]:
    filled: list[str] = pc.fill_null(texts, "null").to_pylist()
    return filled
