"""Compare alarms with labels.

Examples:

  isthmus evaluate detector.onnx labelled.csv --label target --normal 1

  isthmus evaluate detector.onnx labelled.csv --label target --normal 1 --alpha 0.05 --json

  isthmus evaluate detector.onnx labelled.csv --label target --normal 1 --threshold best-f1
"""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from isthmus.cli.parameters import AsJson, DataPath, ModelPath, Quiet, takes_options
from isthmus.options import ReadOptions, RowOptions


@takes_options
def evaluate(
    model: ModelPath,
    data: DataPath,
    read: ReadOptions,
    columns: RowOptions,
    alpha: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(help="Stated false-alarm rate; by default the model file's."),
    ] = None,
    threshold: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(help="A threshold rule as for score, or best-f1, which uses the labels."),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Score, decide, count."""
    from isthmus.cli.saying import say, warn
    from isthmus.errors import UsageError
    from isthmus.evaluation import as_table, evaluate_rows
    from isthmus.read import open_source, read_rows
    from isthmus.scoring.scorer import Scorer

    if columns.label is None or not columns.normal:
        raise UsageError(
            "evaluating needs to know the truth: --label COLUMN and --normal VALUE",
        )
    scorer = Scorer.load(model)
    rows = read_rows(open_source(data, read), columns, scorer.schema)
    say(rows.decisions, quiet=quiet)
    result = evaluate_rows(scorer, rows, columns.normal, alpha=alpha, threshold=threshold)
    warn(result.warnings, quiet=quiet)
    if as_json:
        typer.echo(result.evaluation.model_dump_json(indent=2))
        return
    table = as_table(result.evaluation)
    width = max(len(label) for label, _ in table)
    for label, value in table:
        typer.echo(f"{label:<{width}}  {value}")
