"""Write every row as the network rebuilds it: without noise, and without holes.

The output has the id columns and then the detector's columns under their names, in the user's
units; a category is the likeliest level. With --mask only missing cells are filled, and all others
stay exactly as they came. An invalid row is empty, with --mask as it came. Images become an array
(N, height, width) as npy, or PNG files in a folder; of a network with targets the targets alone.

Examples:

  isthmus reconstruct detector.onnx new.csv -o clean.csv

  isthmus reconstruct detector.onnx patients.csv --id patient --mask -o filled.csv

  isthmus reconstruct detector.onnx new.parquet -o clean.npy

  isthmus reconstruct photos.onnx photos -o clean/
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
    from isthmus.cli.rows import claim_rows, is_folder, rebuilt_writer, refuse_folder, told
    from isthmus.cli.saying import say, warn
    from isthmus.read.counting import counted
    from isthmus.read.images.files import names_below
    from isthmus.scoring.apart import Passed, steady
    from isthmus.scoring.scorer import Scorer

    read_from = (data,) if read.paired is None else (data, read.paired)
    claim_rows(output, data=read_from, force=force, as_json=as_json, folder=True)
    scorer = Scorer.load(model, threads=threads)
    refuse_folder(output, output_format, scorer.schema)
    source = open_data(data, read)
    say(source.decisions, quiet=quiet)
    passed = Passed(source, scorer.schema, mask=mask)
    names, schema = names_below(source), scorer.schema
    opened = rebuilt_writer(output, output_format, schema=schema, force=force, names=names)
    with opened as (write, alone):
        for batch in steady(_batches(scorer, passed, columns, mask=mask, alone=alone), source.name):
            write(batch)
    left = "out" if is_folder(output) else "as in the data" if mask else "empty"
    became = f"not rebuilt and left {left}"
    warn([*passed.warnings, *passed.of_invalid(became)], quiet=quiet)
    summary = {"rows": passed.rows, "invalid": passed.invalid}
    done = f"{counted(passed.rows, 'row')}, {passed.invalid} invalid"
    if mask:
        summary["filled"] = passed.filled
        done += f"; {counted(passed.filled, 'missing cell')} filled"
        if passed.left:
            summary["left"] = passed.left
            done += f", {passed.left} left empty: the network is only shown their columns"
    told(summary, as_json=as_json)
    say([done], quiet=quiet)


def _batches(
    scorer: Scorer, passed: Passed, columns: RowOptions, *, mask: bool, alone: bool
) -> Iterator[pa.RecordBatch]:
    from isthmus.scoring.apart import rebuilt

    for rows in passed.stream(columns, as_came=mask and not alone):
        made = rebuilt(scorer, rows, mask=mask)
        passed.add(made.reasons, rows.first, filled=made.filled, left=made.left)
        yield made.matrix() if alone else made.to_arrow(passed.source.decimal)
