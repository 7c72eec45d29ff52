"""Every form in which the same rows can come."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas
import polars
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from isthmus.options import ReadOptions
from isthmus.read import Source, open_source

Array = npt.NDArray[Any]
Columns = dict[str, Array]


@dataclass(frozen=True)
class Form:
    """One way to hand over columns of numbers; text columns only where `mixed`."""

    name: str
    data: Callable[[Columns], Any]
    options: ReadOptions | None = None
    named: bool = True
    mixed: bool = True
    single: bool = True  # Whether float32 stays float32.

    def open(self, columns: Columns) -> Source:
        return open_source(self.data(columns), self.options)


def csv_text(columns: Columns, delimiter: str, decimal: str = ".", header: bool = True) -> bytes:
    lines = [delimiter.join(columns)] if header else []
    for row in zip(*(values.tolist() for values in columns.values()), strict=True):
        cells = [cell if isinstance(cell, str) else repr(cell) for cell in row]
        lines.append(delimiter.join(cell.replace(".", decimal) for cell in cells))
    return ("\n".join(lines) + "\n").encode()


def jsonl_text(columns: Columns) -> bytes:
    rows = zip(*(values.tolist() for values in columns.values()), strict=True)
    return "".join(json.dumps(dict(zip(columns, row, strict=True))) + "\n" for row in rows).encode()


def ipc(columns: Columns, stream: bool) -> bytes:
    table = pa.table(columns)
    file = io.BytesIO()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=3)
    return file.getvalue()


def parquet(columns: Columns) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file, row_group_size=3)
    return file.getvalue()


def numpy_file(columns: Columns, zipped: bool) -> bytes:
    file = io.BytesIO()
    matrix = np.column_stack(list(columns.values()))
    np.savez(file, X=matrix) if zipped else np.save(file, matrix)
    return file.getvalue()


def in_file(write: Callable[[Columns], bytes]) -> Callable[[Columns], io.BytesIO]:
    return lambda columns: io.BytesIO(write(columns))


FORMS = (
    Form("csv", in_file(lambda c: csv_text(c, ",")), single=False),
    Form("csv in gz", in_file(lambda c: gzip.compress(csv_text(c, ","))), single=False),
    Form("csv with tabs", in_file(lambda c: csv_text(c, "\t")), single=False),
    Form("csv with bars", in_file(lambda c: csv_text(c, "|")), single=False),
    Form("csv with blanks", in_file(lambda c: csv_text(c, "  ")), single=False),
    Form(
        "csv with decimal commas",
        in_file(lambda c: csv_text(c, ";", ",")),
        ReadOptions(decimal=","),
        single=False,
    ),
    Form(
        "csv without header",
        in_file(lambda c: csv_text(c, ",", header=False)),
        ReadOptions(header=False),
        named=False,
        single=False,
    ),
    Form("json lines", in_file(jsonl_text), single=False),
    Form("json lines in gz", in_file(lambda c: gzip.compress(jsonl_text(c))), single=False),
    Form("parquet", in_file(parquet)),
    Form("arrow file", in_file(lambda c: ipc(c, False))),
    Form("arrow stream", in_file(lambda c: ipc(c, True))),
    Form("npy", in_file(lambda c: numpy_file(c, False)), named=False, mixed=False),
    Form("npz", in_file(lambda c: numpy_file(c, True)), named=False, mixed=False),
    Form("array", lambda c: np.column_stack(list(c.values())), named=False, mixed=False),
    Form(
        "list of rows",
        lambda c: [list(row) for row in zip(*(v.tolist() for v in c.values()), strict=True)],
        named=False,
        single=False,
    ),
    Form("dict", dict),
    Form("pandas", pandas.DataFrame),
    Form("polars", polars.DataFrame),
    Form("arrow table", pa.table),
    Form("arrow batch", pa.record_batch),
    Form("arrow reader", lambda c: pa.table(c).to_reader(max_chunksize=3)),
)


@pytest.fixture(params=FORMS, ids=lambda form: form.name)
def form(request: pytest.FixtureRequest) -> Form:
    """One form after another."""
    chosen: Form = request.param
    return chosen
