"""Draw one figure, as PNG, SVG or Vega-Lite JSON.

The figures are scores, along, row, codes, calibration, training, and with labels confusion, roc and
precision-recall. They are those of the report, one by one, for notebooks and papers.

Examples:

  isthmus plot scores detector.onnx new.csv -o scores.png

  isthmus plot row detector.onnx new.csv --row 3 -o row.svg

  isthmus plot roc detector.onnx labelled.csv --label target --normal 1 -o roc.png
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Optional

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

if TYPE_CHECKING:
    from collections.abc import Mapping


@takes_options(without=LEARNT)
def plot(
    figure: Annotated[str, typer.Argument(metavar="FIGURE", help="Which; see above.")],
    model: ModelPath,
    data: DataPath,
    read: ReadOptions,
    columns: RowOptions,
    output: Annotated[
        str,
        typer.Option("-o", "--output", metavar="FILE", help="Where to: .png, .svg or .json."),
    ],
    row: Annotated[
        Optional[int],  # noqa: UP045 (typer)
        typer.Option(min=0, metavar="N", help="The row to draw, from 0; else the strangest."),
    ] = None,
    time: TimeColumn = None,
    alpha: Alpha = None,
    threshold: Threshold = None,
    threads: Threads = 1,
    force: Force = False,
    quiet: Quiet = False,
) -> None:
    """Score, gather, draw."""
    from isthmus.cli.places import claim, open_data
    from isthmus.cli.saying import say, warn
    from isthmus.errors import require

    for library in ("altair", "vl_convert", "scipy"):
        require(library, extra="report", purpose="drawing figures")
    from isthmus.plots import FIGURES, gather, save
    from isthmus.report.gathering import along_time
    from isthmus.scoring.scorer import Scorer

    _refuse(figure, output, {"--row": row is not None, "--time": time is not None})
    claim(output, data=data, force=force)
    scorer = Scorer.load(model, threads=threads)
    source = open_data(data, read)
    say(source.decisions, quiet=quiet)
    decision = scorer.decide(alpha, threshold)
    columns = along_time(columns, time)
    rows = () if row is None else (row,)
    gathered = gather(scorer, source, columns, decision, time=time, rows=rows)
    warn([*decision.warnings, *gathered.remarks], quiet=quiet)
    save(FIGURES[figure].draw(gathered, row), output, overwrite=force)
    say([f"{output}: {FIGURES[figure].about}"], quiet=quiet)


def _refuse(figure: str, output: str, given: Mapping[str, bool]) -> None:
    """Refuse an unknown figure or format, and options that would change nothing."""
    from isthmus.errors import UsageError
    from isthmus.plots import FIGURES
    from isthmus.report.figures.saving import FORMATS

    if figure not in FIGURES:
        known = "; ".join(f"{name}: {one.about}" for name, one in FIGURES.items())
        raise UsageError(f"there is no figure {figure!r}", advice=f"Known: {known}.")
    for option, of in (("--row", "row"), ("--time", "along")):
        if given[option] and figure != of:
            raise UsageError(f"{option} changes nothing of the figure {figure!r}")
    if not output.lower().endswith(tuple(FORMATS)):
        raise UsageError(f"-o {output}: a figure is {', '.join(FORMATS)}, by its name")
