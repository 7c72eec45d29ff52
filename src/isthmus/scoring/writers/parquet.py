"""Parquet, in row groups of a size that readers like."""

from __future__ import annotations

import contextlib
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from isthmus.scoring.writers.plain import plain

GROUP_ROWS = 1 << 16
HARDLY_REPEAT = {"row", "anomaly_score"}


class ParquetWriter:
    """Keeps batches until they fill a row group; what is in memory stays bounded."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.RecordBatch] = []

    def write(self, batch: pa.RecordBatch) -> None:
        self._waiting.append(plain(batch))
        if sum(part.num_rows for part in self._waiting) >= GROUP_ROWS:
            self._write_group()

    def close(self) -> None:
        if self._waiting or self._writer is None:
            self._write_group()
        if self._writer is not None:
            self._writer.close()
        self._file.flush()

    def abandon(self) -> None:
        """Have pyarrow write its last part now, while there is a file that can be thrown away."""
        if self._writer is not None:
            with contextlib.suppress(Exception):
                self._writer.close()

    def _write_group(self) -> None:
        schema = self._waiting[0].schema if self._waiting else pa.schema([])
        if self._writer is None:
            # Scores hardly repeat: to look for those that do takes as long as to write them.
            worth = [name for name in schema.names if name not in HARDLY_REPEAT]
            self._writer = pq.ParquetWriter(self._file, schema, use_dictionary=worth)
        self._writer.write_table(pa.Table.from_batches(self._waiting, schema))
        self._file.flush()
        self._waiting = []
