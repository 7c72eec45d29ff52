"""Compare alarms with labels.

Examples:

  isthmus evaluate detector.onnx labelled.csv --label target --normal 1

  isthmus evaluate detector.onnx labelled.csv --label target --normal 1 --alpha 0.05 --json

  isthmus evaluate detector.onnx labelled.csv --label target --normal 1 --threshold best-f1
"""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from isthmus.cli.parameters import LEARNT, Alpha, AsJson, DataPath, ModelPath, Quiet, takes_options
from isthmus.options import ReadOptions, RowOptions


@takes_options(without=LEARNT)
def evaluate(
    model: ModelPath,
    data: DataPath,
    read: ReadOptions,
    columns: RowOptions,
    alpha: Alpha = None,
    threshold: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="RULE", help="Threshold rule, as for score, or best-f1, which uses the labels."
        ),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Score, decide, count."""
    from isthmus.cli.places import open_data
    from isthmus.cli.saying import say, warn
    from isthmus.errors import UsageError
    from isthmus.evaluation import as_table, evaluate_source
    from isthmus.read.roles import roles_of
    from isthmus.scoring.scorer import Scorer

    if columns.label is None or not columns.normal:
        raise UsageError(
            "evaluating needs to know which rows are normal",
            advice="Say so with --label COLUMN and --normal VALUE.",
        )
    scorer = Scorer.load(model)
    source = open_data(data, read)
    roles = roles_of(source, columns, scorer.schema)
    say((*source.decisions, *roles.decisions), quiet=quiet)
    result = evaluate_source(scorer, source, columns, alpha=alpha, threshold=threshold)
    warn(result.warnings, quiet=quiet)
    if as_json:
        typer.echo(result.evaluation.model_dump_json(indent=2))
        return
    table = as_table(result.evaluation)
    width = max(len(label) for label, _ in table)
    for label, value in table:
        typer.echo(f"{label:<{width}}  {value}")
