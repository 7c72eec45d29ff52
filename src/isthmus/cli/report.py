"""Write a page: what was found, why, how far to trust it.

It is one HTML file that needs no network. It says how many alarms there are and how many
luck alone would raise, shows every score and the strangest rows whole, groups alarms by their
cause, and compares the rows with those of training. With --label and --normal it holds the alarms
against the truth.

Examples:

  isthmus report detector.onnx new.csv -o report.html

  isthmus report detector.onnx labelled.csv --label target --normal 1 -o checked.html

  isthmus report detector.onnx log.csv --time time -o week.html
"""

from __future__ import annotations

from typing import Annotated

import typer

from isthmus.cli.parameters import (
    LEARNT,
    Alpha,
    DataPath,
    Force,
    ModelPath,
    Quiet,
    Threads,
    Threshold,
    TimeColumn,
    takes_options,
)
from isthmus.options import ReadOptions, RowOptions


@takes_options(without=LEARNT)
def report(
    model: ModelPath,
    data: DataPath,
    read: ReadOptions,
    columns: RowOptions,
    output: Annotated[
        str, typer.Option("-o", "--output", metavar="FILE", help="Where to: an HTML file.")
    ] = "report.html",
    time: TimeColumn = None,
    alpha: Alpha = None,
    threshold: Threshold = None,
    threads: Threads = 1,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Score, gather, write."""
    from isthmus.atomic import written
    from isthmus.cli.places import claim, open_data
    from isthmus.cli.saying import say, warn
    from isthmus.errors import UsageError, require
    from isthmus.report.gathering import along_time, gather
    from isthmus.report.verdict import headline
    from isthmus.scoring.scorer import Scorer

    if output == "-" or not output.lower().endswith((".html", ".htm")):
        raise UsageError(
            f"-o {output}: a report is an HTML file", advice="Give it a name such as report.html."
        )
    for library in ("jinja2", "altair", "vl_convert", "scipy"):
        require(library, extra="report", purpose="writing a report")
    claim(output, data=data, force=force)
    scorer = Scorer.load(model, threads=threads)
    source = open_data(data, read)
    say(source.decisions, quiet=quiet)
    decision = scorer.decide(alpha, threshold)
    gathered = gather(scorer, source, along_time(columns, time), decision, time=time)
    warn([*decision.warnings, *gathered.remarks], quiet=quiet)
    from isthmus.report.page import report as page

    content = page(gathered)
    with written(output, overwrite=force) as file:
        file.write(content)
    say([headline(gathered), f"{output}: {len(content) / 1e6:.1f} MB"], quiet=quiet)
