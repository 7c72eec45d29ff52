"""Arrow alone: read all columns of a file and write as many rows of scores, nothing between.

    python arrow_files.py data.parquet scores.parquet new.parquet
    python arrow_files.py data.csv scores.csv new.csv

The rows written are those of `scores`, repeated; batches and groups are as large as isthmus's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as pq

GROUP, BATCH = 1 << 16, 1 << 14


def main(data: str, scores: str, new: str) -> None:
    """Read batch after batch, and write a group whenever so many rows went by."""
    if data.endswith(".csv"):
        group = csv.read_csv(scores).slice(0, GROUP).combine_chunks()
        with csv.open_csv(data) as batches, csv.CSVWriter(new, group.schema) as writer:
            copy(batches, group, writer.write_table)
        return
    group = pq.ParquetFile(scores).read_row_group(0)
    with pq.ParquetFile(data, pre_buffer=False) as file, pq.ParquetWriter(new, group.schema) as out:
        copy(file.iter_batches(BATCH), group, out.write_table)


def copy(
    batches: Iterable[pa.RecordBatch], group: pa.Table, write: Callable[[pa.Table], None]
) -> None:
    """As many rows of `group` as go by."""
    waiting = 0
    for batch in batches:
        waiting += batch.num_rows
        while waiting >= group.num_rows:
            write(group)
            waiting -= group.num_rows
    write(group.slice(0, waiting))


if __name__ == "__main__":
    main(*sys.argv[1:])
