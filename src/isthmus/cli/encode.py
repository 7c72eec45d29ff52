"""Write the code of every row: the few numbers that the network squeezes it into.

The output has the id columns, row, code0, code1, ..., status and reason; as npy it has the codes
alone, NaN where a row is invalid. The codes are those of the first member.

Examples:

  isthmus encode detector.onnx new.csv -o codes.parquet

  isthmus encode detector.onnx patients.csv --id patient | head

  isthmus encode detector.onnx new.parquet -o codes.npy
"""

from __future__ import annotations

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


@takes_options(without=(*LEARNT, "normal"))
def encode(
    model: ModelPath,
    data: DataPath,
    read: ReadOptions,
    columns: RowOptions,
    output: Output = "-",
    output_format: ArrayFormat = None,
    threads: Threads = 1,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Encode batch by batch, in constant memory."""
    from isthmus.cli.places import open_data
    from isthmus.cli.rows import claim_rows, row_writer, told
    from isthmus.cli.saying import say, warn
    from isthmus.read.counting import counted
    from isthmus.scoring.apart import Passed, encoded
    from isthmus.scoring.scorer import Scorer

    claim_rows(output, data=(data,), force=force, as_json=as_json)
    scorer = Scorer.load(model, threads=threads)
    source = open_data(data, read)
    say(source.decisions, quiet=quiet)
    passed, size = Passed(source, scorer.schema), scorer.manifest.code_size
    with row_writer(output, output_format, force=force) as (write, alone):
        for rows in passed.stream(columns):
            codes = encoded(scorer, rows)
            passed.add(codes.reasons, codes.first)
            write(codes.matrix() if alone else codes.to_arrow())
    warn(passed.warnings, quiet=quiet)
    told({"rows": passed.rows, "invalid": passed.invalid, "code_size": size}, as_json=as_json)
    say(
        [
            f"{counted(passed.rows, 'row')}, {passed.invalid} invalid; "
            f"{counted(size, 'number')} for each"
        ],
        quiet=quiet,
    )
