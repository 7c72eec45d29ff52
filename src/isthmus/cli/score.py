"""Say of every row how strange it is, with a p-value.

The output has the id columns, row, anomaly_score, p_value, is_anomaly, status and reason.

Examples:

  isthmus score detector.onnx new.csv -o scored.parquet --alpha 0.01

  isthmus score detector.onnx patients.csv --id patient | head

  isthmus score detector.onnx new.parquet --fdr 0.1 -o scored.jsonl
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Annotated, Literal, Optional

import typer

from isthmus.cli.parameters import (
    LEARNT,
    Alpha,
    AsJson,
    DataPath,
    Fdr,
    Force,
    ModelPath,
    Output,
    Quiet,
    Threads,
    Threshold,
    takes_options,
)
from isthmus.options import ReadOptions, RowOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from isthmus.read import Source
    from isthmus.scoring.scorer import Scorer
    from isthmus.scoring.scores import Scores
    from isthmus.scoring.tally import Tally
    from isthmus.scoring.thresholds import Decision

Format = Optional[Literal["csv", "jsonl", "parquet", "arrow"]]  # noqa: UP045 (typer)


@takes_options(without=(*LEARNT, "normal"))
def score(
    model: ModelPath,
    data: DataPath,
    read: ReadOptions,
    columns: RowOptions,
    output: Output = "-",
    output_format: Annotated[
        Format, typer.Option(help="Format of the output; by default told from its name, or csv.")
    ] = None,
    alpha: Alpha = None,
    threshold: Threshold = None,
    fdr: Fdr = None,
    threads: Threads = 1,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Score batch by batch, in constant memory."""
    from isthmus.cli.places import STANDARD, claim, open_data
    from isthmus.cli.saying import say, warn
    from isthmus.read.counting import counted
    from isthmus.scoring.asked import Asked
    from isthmus.scoring.scorer import Scorer
    from isthmus.scoring.tally import Tally
    from isthmus.scoring.writers import open_writer

    asked = Asked(alpha, threshold, fdr)
    _refuse_to_share(output, as_json)
    if output != STANDARD:
        claim(output, data=data, force=force)
    scorer = Scorer.load(model, threads=threads)
    source = open_data(data, read)
    say(source.decisions, quiet=quiet)
    decision = asked.decide(scorer, source, columns)
    warn(decision.warnings, quiet=quiet)
    tally = Tally.of(scorer.schema)
    with open_writer(output, output_format, overwrite=force) as writer:
        for scores in _scored(scorer, source, columns, decision, tally):
            writer.write(scores.to_arrow())
    warn(tally.warnings(source.name), quiet=quiet)
    if as_json:
        typer.echo(json.dumps(_as_json(tally, decision)))
    say(
        [
            f"{counted(tally.rows, 'row')}, {counted(tally.alarms, 'alarm')}, "
            f"{tally.invalid} invalid; "
            f"alarm where score > {decision.threshold:.6g}: {decision.sentence}"
        ],
        quiet=quiet,
    )


def _refuse_to_share(output: str, as_json: bool) -> None:
    from isthmus.errors import UsageError

    if as_json and output == "-":
        raise UsageError(
            "--json prints a summary to standard output, where the scores go already",
            advice="Give the scores a file with -o.",
        )


def _scored(
    scorer: Scorer, source: Source, columns: RowOptions, decision: Decision, tally: Tally
) -> Iterator[Scores]:
    """Batch after batch; one without rows where there are none, so that the columns are known.

    While a batch is written the next is scored and the one after it read.
    """
    import numpy as np
    import pyarrow as pa

    from isthmus.read import stream_rows
    from isthmus.read.ahead import ahead
    from isthmus.read.roles import roles_of
    from isthmus.scoring.scores import Scores, refuse_taken

    at_once = ahead if source.rereadable else iter  # a pipe may never give its next rows
    batches = at_once(stream_rows(source, columns, scorer.schema))
    empty = True
    for rows, found in at_once((rows, scorer.score_rows(rows)) for rows in batches):
        refuse_taken(rows.ids.column_names, source=source.name)
        scores = Scores.of(*found, scorer.calibrator, decision, rows.ids, first=rows.first)
        tally.add(rows, scores)
        yield scores
        empty = False
    if empty:
        ids = [source.columns[place] for place in roles_of(source, columns, scorer.schema).ids]
        refuse_taken(ids, source=source.name)
        table = pa.table({name: pa.array([], pa.string()) for name in ids})
        none = np.empty(0, np.float32)
        yield Scores.of(none, {}, scorer.calibrator, decision, table)


def _as_json(tally: Tally, decision: Decision) -> dict[str, float | str | None]:
    """Counts and threshold; JSON has no infinity, which is the threshold of no alarms."""
    finite = math.isfinite(decision.threshold)
    return {
        "rows": tally.rows,
        "alarms": tally.alarms,
        "invalid": tally.invalid,
        "threshold": decision.threshold if finite else None,
        "rule": decision.rule,
        "alpha": decision.alpha,
    }
