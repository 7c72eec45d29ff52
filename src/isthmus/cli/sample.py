"""Draw new rows from a variational model.

Each row is made by the decoder of one member from a code that is drawn from a standard normal
distribution. The output has the detector's columns, in the user's units; a category is the
likeliest level. Images become an array (N, height, width) as npy, or PNG files in a folder.
The same seed gives the same rows.

Examples:

  isthmus sample variational.onnx -n 100 -o drawn.csv

  isthmus sample variational.onnx -n 5 --seed 1
"""

from __future__ import annotations

from typing import Annotated

import typer

from isthmus.cli.parameters import (
    ArrayFormat,
    AsJson,
    Force,
    ModelPath,
    Output,
    Quiet,
    Threads,
    takes_options,
)


@takes_options()
def sample(
    model: ModelPath,
    count: Annotated[
        int, typer.Option("-n", "--count", min=1, metavar="INTEGER", help="How many rows.")
    ] = 10,
    seed: Annotated[
        int, typer.Option(min=0, metavar="INTEGER", help="The same seed gives the same rows.")
    ] = 0,
    output: Output = "-",
    output_format: ArrayFormat = None,
    threads: Threads = 1,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Draw block by block, in constant memory."""
    import pyarrow as pa

    from isthmus.cli.rows import claim_rows, rebuilt_writer, told
    from isthmus.cli.saying import say
    from isthmus.read.counting import counted
    from isthmus.scoring.apart import named, sampled
    from isthmus.scoring.apart.named import numbered
    from isthmus.scoring.scorer import Scorer

    claim_rows(output, data=(model,), force=force, as_json=as_json, folder=True)
    scorer = Scorer.load(model, threads=threads)
    blocks = sampled(scorer, count, seed)
    opened = rebuilt_writer(output, output_format, schema=scorer.schema, force=force)
    with opened as (write, alone):
        for rows in blocks:
            batch: pa.RecordBatch = (numbered if alone else named)(scorer.schema, rows)
            write(batch)
    told({"rows": count, "seed": seed}, as_json=as_json)
    say([f"{counted(count, 'new row')}, seed {seed}"], quiet=quiet)
