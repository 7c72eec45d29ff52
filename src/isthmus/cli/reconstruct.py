"""Write every row as the network rebuilds it: without noise, and without holes.

The output has the id columns and then the detector's columns under their names, in the user's
units; a category is the likeliest level. With --mask only missing cells are filled, and all others
stay exactly as they came. An invalid row is empty, with --mask as it came.

Examples:

  isthmus reconstruct detector.onnx new.csv -o clean.csv

  isthmus reconstruct detector.onnx patients.csv --id patient --mask -o filled.csv

  isthmus reconstruct detector.onnx new.parquet -o clean.npy
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from isthmus.cli.parameters import (
    LEARNT,
    ArrayFormat,
    AsJson,
    DataPath,
    Force,
    ModelPath,
    Output,
    Quiet,
    Threads,
    takes_options,
)
from isthmus.options import ReadOptions, RowOptions

if TYPE_CHECKING:
    import pyarrow as pa

    from isthmus.scoring.apart import Passed
    from isthmus.scoring.scorer import Scorer


@takes_options(without=(*LEARNT, "normal"))
def reconstruct(
    model: ModelPath,
    data: DataPath,
    read: ReadOptions,
    columns: RowOptions,
    output: Output = "-",
    output_format: ArrayFormat = None,
    mask: Annotated[
        bool, typer.Option("--mask", help="Fill missing cells, and leave all others as they are.")
    ] = False,
    threads: Threads = 1,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Rebuild batch by batch, in constant memory."""
    from isthmus.cli.places import open_data
    from isthmus.cli.rows import claim_rows, row_writer, told
    from isthmus.cli.saying import say, warn
    from isthmus.read.counting import counted
    from isthmus.scoring.apart import Passed, steady
    from isthmus.scoring.scorer import Scorer

    claim_rows(output, data=(data,), force=force, as_json=as_json)
    scorer = Scorer.load(model, threads=threads)
    source = open_data(data, read)
    say(source.decisions, quiet=quiet)
    passed = Passed(source, scorer.schema)
    with row_writer(output, output_format, force=force) as (write, alone):
        for batch in steady(_batches(scorer, passed, columns, mask=mask, alone=alone), source.name):
            write(batch)
    became = f"not rebuilt and left {'as in the data' if mask else 'empty'}"
    warn([*passed.warnings, *passed.of_invalid(became)], quiet=quiet)
    summary = {"rows": passed.rows, "invalid": passed.invalid}
    done = f"{counted(passed.rows, 'row')}, {passed.invalid} invalid"
    if mask:
        summary["filled"] = passed.filled
        done += f"; {counted(passed.filled, 'missing cell')} filled"
    told(summary, as_json=as_json)
    say([done], quiet=quiet)


def _batches(
    scorer: Scorer, passed: Passed, columns: RowOptions, *, mask: bool, alone: bool
) -> Iterator[pa.RecordBatch]:
    from isthmus.scoring.apart import rebuilt

    for rows in passed.stream(columns, as_came=mask and not alone):
        made = rebuilt(scorer, rows, mask=mask)
        passed.add(made.reasons, rows.first, filled=made.filled)
        yield made.matrix() if alone else made.to_arrow(passed.source.decimal)
