"""Columns without the wrapping that not every format has."""

from __future__ import annotations

import datetime
import json
import math
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def plain(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The batch with dictionaries, runs and views of text written out."""
    columns = [_plain(column) for column in batch.columns]
    return pa.record_batch(columns, names=batch.schema.names) if columns else batch


def _plain(column: pa.Array) -> pa.Array:
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if pa.types.is_run_end_encoded(column.type):
        column = pc.run_end_decode(column)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return pc.cast(column, pa.string()) if pa.types.is_string_view(column.type) else column


def is_text(kind: pa.DataType) -> bool:
    """Whether cells of that type are text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def as_text(column: pa.Array) -> pa.Array:
    """Cells of any type as text: dates as ISO 8601, lists and structures as JSON."""
    cells = column.to_pylist()
    return pa.array([None if cell is None else _text(cell) for cell in cells], pa.string())


def json_value(cell: Any) -> Any:
    """A cell as JSON has it: what is not finite is null, and what JSON lacks is text."""
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if isinstance(cell, dict):
        return {str(key): json_value(value) for key, value in cell.items()}
    if isinstance(cell, (list, tuple)):
        return [json_value(value) for value in cell]
    return cell if cell is None or isinstance(cell, (bool, int, str)) else _text(cell)


def _text(cell: Any) -> str:
    if isinstance(cell, (dict, list, tuple)):
        return json.dumps(json_value(cell), ensure_ascii=False)
    if isinstance(cell, (datetime.date, datetime.time)):
        return cell.isoformat()
    return cell.decode(errors="replace") if isinstance(cell, bytes) else str(cell)
