"""Find the rows of an index that are most like others, by their codes.

For each query the output has a line for each of its nearest rows: the ids of both (query_... and
index_...), query_row, rank, index_row, the squared distance of the codes, status and reason. A
query that cannot be encoded has one line, which says why.

Examples:

  isthmus similar detector.onnx normal.csv new.csv -k 3 -o alike.csv

  isthmus similar detector.onnx patients.csv patients.csv --id patient -k 2 | head
"""

from __future__ import annotations

from typing import Annotated

import typer

from isthmus.cli.parameters import (
    LEARNT,
    AsJson,
    Force,
    ModelPath,
    Output,
    OutputFormat,
    Quiet,
    Threads,
    takes_options,
)
from isthmus.options import ReadOptions, RowOptions


@takes_options(without=(*LEARNT, "normal"))
def similar(
    model: ModelPath,
    index: Annotated[
        str, typer.Argument(metavar="INDEX", help="Rows to search, as any data; - for stdin.")
    ],
    query: Annotated[
        str, typer.Argument(metavar="QUERY", help="Rows to find others like; - for stdin.")
    ],
    read: ReadOptions,
    columns: RowOptions,
    k: Annotated[
        int, typer.Option("-k", min=1, metavar="INTEGER", help="How many rows for each query.")
    ] = 5,
    output: Output = "-",
    output_format: OutputFormat = None,
    threads: Threads = 1,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Keep the codes of the index in memory, and search batch by batch."""
    from isthmus.cli.places import STANDARD, open_data
    from isthmus.cli.rows import claim_rows, told
    from isthmus.cli.saying import say, warn
    from isthmus.errors import UsageError
    from isthmus.read.counting import counted
    from isthmus.scoring.apart import Indexed, Passed, neighbours
    from isthmus.scoring.scorer import Scorer
    from isthmus.scoring.writers import open_writer

    if index == query == STANDARD:
        raise UsageError(
            "- -: standard input can be read once, and cannot be index and query",
            advice="Store one of them in a file.",
        )
    claim_rows(output, data=(index, query), force=force, as_json=as_json)
    scorer = Scorer.load(model, threads=threads)
    searched, asked = (Passed(open_data(data, read), scorer.schema) for data in (index, query))
    for passed in (searched, asked):
        say(passed.source.decisions, quiet=quiet)
    indexed = Indexed.of(scorer, searched, columns)
    found = neighbours(scorer, indexed, asked, columns, k)
    with open_writer(output, output_format, overwrite=force) as writer:
        for batch in found:
            writer.write(batch)
    left_out = searched.of_invalid("left out of the index")
    warn([*searched.warnings, *left_out, *asked.warnings], quiet=quiet)
    summary = {"rows": asked.rows, "invalid": asked.invalid, "index_rows": searched.rows}
    told({**summary, "index_invalid": searched.invalid, "k": k}, as_json=as_json)
    say(
        [
            f"{counted(asked.rows, 'query row')}, {asked.invalid} invalid; "
            f"{counted(searched.rows, 'indexed row')}, {searched.invalid} invalid"
        ],
        quiet=quiet,
    )
