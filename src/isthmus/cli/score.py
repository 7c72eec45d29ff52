"""Say of every row how strange it is, with a p-value.

The output has the id columns, row, anomaly_score, p_value, is_anomaly, status and reason.

Examples:

  isthmus score detector.onnx new.csv -o scored.parquet --alpha 0.01

  isthmus score detector.onnx patients.csv --id patient | head

  isthmus score detector.onnx new.parquet --fdr 0.1 -o scored.jsonl

  isthmus score detector.onnx year/ -o scores/
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Annotated, Literal, Optional

import typer

from isthmus.cli.hired import Address, Engine, Hired, Workers
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
    from isthmus.distributed import Outcome
    from isthmus.scoring.tally import Tally
    from isthmus.scoring.thresholds import Decision

OutputFormat = Annotated[
    Optional[Literal["csv", "jsonl", "parquet", "arrow"]],  # noqa: UP045 (typer)
    typer.Option(
        help="Format of the output; by default told from its name, or csv; in a folder parquet."
    ),
]


@takes_options(without=(*LEARNT, "normal"))
def score(
    model: ModelPath,
    data: DataPath,
    read: ReadOptions,
    columns: RowOptions,
    output: Output = "-",
    output_format: OutputFormat = None,
    alpha: Alpha = None,
    threshold: Threshold = None,
    fdr: Fdr = None,
    engine: Engine = None,
    workers: Workers = None,
    address: Address = None,
    threads: Threads = 1,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Score batch by batch, in constant memory."""
    from isthmus.cli.places import STANDARD, claim, open_data
    from isthmus.cli.saying import say, warn
    from isthmus.cli.score_folder import are_folders, score_folder
    from isthmus.scoring.asked import Asked
    from isthmus.scoring.batchwise import scored_batches
    from isthmus.scoring.scorer import Scorer
    from isthmus.scoring.tally import Tally
    from isthmus.scoring.writers import open_writer

    asked = Asked(alpha, threshold, fdr)
    _refuse_to_share(output, as_json)
    hired = Hired(engine, workers, address)
    if hired.asked or are_folders(data, output):
        outcome = score_folder(
            (model, data, output),
            asked,
            hired,
            quiet=quiet,
            threads=threads,
            format=output_format or "parquet",
            read=read,
            columns=columns,
            force=force,
        )
        _conclude(outcome, outcome.decision, as_json=as_json, quiet=quiet)
        return
    if output != STANDARD:
        claim(output, data=data, force=force)
    scorer = Scorer.load(model, threads=threads)
    source = open_data(data, read)
    say(source.decisions, quiet=quiet)
    decision = asked.decide(scorer, source, columns)
    warn(decision.warnings, quiet=quiet)
    tally = Tally.of(scorer.schema)
    with open_writer(output, output_format, overwrite=force) as writer:
        for scores in scored_batches(scorer, source, columns, decision, tally):
            writer.write(scores.to_arrow())
    warn(tally.warnings(source.name), quiet=quiet)
    _conclude(tally, decision, as_json=as_json, quiet=quiet)


def _conclude(counts: Tally | Outcome, decision: Decision, *, as_json: bool, quiet: bool) -> None:
    """Say how many rows there were and how many alarms."""
    from isthmus.cli.saying import say
    from isthmus.read.counting import counted

    if as_json:
        typer.echo(json.dumps(_as_json(counts, decision)))
    say(
        [
            f"{counted(counts.rows, 'row')}, {counted(counts.alarms, 'alarm')}, "
            f"{counts.invalid} invalid; "
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


def _as_json(counts: Tally | Outcome, decision: Decision) -> dict[str, float | str | None]:
    """Counts and threshold; JSON has no infinity, which is the threshold of no alarms."""
    finite = math.isfinite(decision.threshold)
    return {
        "rows": counts.rows,
        "alarms": counts.alarms,
        "invalid": counts.invalid,
        "threshold": decision.threshold if finite else None,
        "rule": decision.rule,
        "alpha": decision.alpha,
    }
