"""Arrow IPC: the file format for files, the stream format for pipes."""

from __future__ import annotations

from typing import IO

import pyarrow as pa

from isthmus.scoring.writers.plain import plain


class ArrowWriter:
    """Batches as they come, in the file format."""

    def __init__(self, file: IO[bytes], *, stream: bool = False) -> None:
        self._file = file
        self._stream = stream
        self._writer: pa.ipc.RecordBatchStreamWriter | None = None

    def write(self, batch: pa.RecordBatch) -> None:
        batch = plain(batch)
        self._opened(batch.schema).write_batch(batch)
        self._file.flush()

    def close(self) -> None:
        self._opened(pa.schema([])).close()
        self._file.flush()

    def abandon(self) -> None:
        """Nothing is held back."""

    def _opened(self, schema: pa.Schema) -> pa.ipc.RecordBatchStreamWriter:
        if self._writer is None:
            start = pa.ipc.new_stream if self._stream else pa.ipc.new_file
            self._writer = start(self._file, schema)
        return self._writer
