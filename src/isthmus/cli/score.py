"""Say of every row how strange it is, with a p-value.

The output has the id columns, row, anomaly_score, p_value, is_anomaly, status and reason.

Examples:

  isthmus score detector.onnx new.csv -o scored.parquet --alpha 0.01

  isthmus score detector.onnx new.csv --id patient | head

  isthmus score detector.onnx new.parquet --fdr 0.1 -o scored.jsonl
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Optional

import typer

from isthmus.cli.parameters import AsJson, DataPath, Force, ModelPath, Quiet, takes_options
from isthmus.options import ReadOptions, RowOptions

if TYPE_CHECKING:
    from isthmus.read import Source
    from isthmus.scoring.scorer import Scorer
    from isthmus.scoring.thresholds import Decision

Format = Optional[Literal["csv", "jsonl", "parquet", "arrow"]]  # noqa: UP045 (typer)


@takes_options
def score(
    model: ModelPath,
    data: DataPath,
    read: ReadOptions,
    columns: RowOptions,
    output: Annotated[str, typer.Option("-o", "--output", help="Where to; - for stdout.")] = "-",
    output_format: Annotated[
        Format, typer.Option(help="Format of the output; by default told from its name, or csv.")
    ] = None,
    alpha: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="Stated false-alarm rate; by default the model file's."),
    ] = None,
    threshold: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="conformal, confident:0.95, mean-std:3, percentile:99 or fixed:2.5."),
    ] = None,
    fdr: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="Largest share of false ones among all alarms; reads the data twice."),
    ] = None,
    threads: Annotated[int, typer.Option(min=1, help="Threads of ONNX Runtime.")] = 1,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Score batch by batch, in constant memory."""
    from isthmus.cli.saying import say, warn
    from isthmus.errors import UsageError
    from isthmus.read import open_source, stream_rows
    from isthmus.scoring.scorer import Scorer
    from isthmus.scoring.writers import open_writer

    if as_json and output == "-":
        raise UsageError(
            "--json prints a summary to standard output, where the scores go already",
            advice="Give the scores a file with -o.",
        )
    scorer = Scorer.load(model, threads=threads)
    source = open_source(data, read)
    say(source.decisions, quiet=quiet)
    decision = _decision(scorer, source, columns, alpha, threshold, fdr)
    warn(decision.warnings, quiet=quiet)
    counts = {"rows": 0, "alarms": 0, "invalid": 0}
    with open_writer(output, output_format, overwrite=force) as writer:
        for rows in stream_rows(source, columns, scorer.schema):
            scores = scorer.scored(rows, decision)
            writer.write(scores.to_arrow())
            counts["rows"] += len(scores)
            counts["alarms"] += int(scores.is_anomaly.sum())
            counts["invalid"] += int(scores.is_invalid.sum())
    if as_json:
        import json

        typer.echo(json.dumps({**counts, "threshold": decision.threshold, "rule": decision.rule}))
    say(
        [
            f"{counts['rows']} rows, {counts['alarms']} alarms, {counts['invalid']} invalid; "
            f"alarm where score > {decision.threshold:.6g}: {decision.sentence}"
        ],
        quiet=quiet,
    )


def _decision(
    scorer: Scorer,
    source: Source,
    columns: RowOptions,
    alpha: float | None,
    threshold: str | None,
    fdr: float | None,
) -> Decision:
    from isthmus.errors import UsageError
    from isthmus.read import stream_rows

    if fdr is None:
        return scorer.decide(alpha, threshold)
    if alpha is not None or threshold is not None:
        raise UsageError("--fdr chooses the alarms by itself: leave out --alpha and --threshold")
    if not source.rereadable:
        raise UsageError(
            f"--fdr reads the data twice, and {source.name} can be read once",
            advice="Store it in a file first.",
        )

    first_pass = stream_rows(source, columns, scorer.schema)
    return scorer.decide_fdr((scorer.score_rows(rows)[0] for rows in first_pass), fdr)
