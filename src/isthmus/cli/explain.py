"""Say of every alarm which cells carry it, in plain words.

For each alarm a sentence and a small table: what was observed, what was expected, and how far the
two usually lie apart; of images the regions that are off. Rows that could not be scored are listed
with the reason.

Examples:

  isthmus explain detector.onnx new.csv --alpha 0.1

  isthmus explain detector.onnx patients.csv --id patient --rows 3,17 --top 5

  isthmus explain detector.onnx new.csv --alpha 0.1 --most 20 --json -o reasons.jsonl

  isthmus explain photos.onnx photos --alpha 0.1 --heat-maps maps
"""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Optional

import typer

from isthmus.cli.parameters import (
    LEARNT,
    Alpha,
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
    from collections.abc import Callable, Iterator

    from isthmus.scoring.explain import Entry
    from isthmus.scoring.tally import Tally
    from isthmus.scoring.thresholds import Decision


HeatMapFolder = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        metavar="FOLDER",
        help="Draw each explained image, what was rebuilt and where it is off.",
    ),
]


@takes_options(without=(*LEARNT, "normal"))
def explain(
    model: ModelPath,
    data: DataPath,
    read: ReadOptions,
    columns: RowOptions,
    output: Output = "-",
    top: Annotated[
        int,
        typer.Option(
            min=1, metavar="INTEGER", help="Cells, stretches or regions of each row, at most."
        ),
    ] = 3,
    rows: Annotated[
        Optional[str],  # noqa: UP045 (typer)
        typer.Option(metavar="N,N,...", help="Explain these rows, from 0, whether alarms or not."),
    ] = None,
    most: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, metavar="INTEGER", help="Explain only so many, the strangest."),
    ] = None,
    heat_maps: HeatMapFolder = None,
    alpha: Alpha = None,
    threshold: Threshold = None,
    fdr: Fdr = None,
    threads: Threads = 1,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each row.")] = False,
    quiet: Quiet = False,
) -> None:
    """Explain batch by batch, in constant memory."""
    from isthmus.cli.heat_maps import HeatMaps
    from isthmus.cli.places import STANDARD, claim, open_data
    from isthmus.cli.saying import say, warn
    from isthmus.scoring.asked import Asked
    from isthmus.scoring.explain import strangest, stream_entries
    from isthmus.scoring.scorer import Scorer
    from isthmus.scoring.tally import Tally

    asked, wanted = Asked(alpha, threshold, fdr), _wanted(rows, most)
    if output != STANDARD:
        claim(output, data=data, force=force)
        _refuse_other_formats(output, as_json)
    scorer = Scorer.load(model, threads=threads)
    drawing = HeatMaps(heat_maps, scorer, data=data, force=force)
    source = open_data(data, read)
    say(source.decisions, quiet=quiet)
    decision = asked.decide(scorer, source, columns)
    warn(decision.warnings, quiet=quiet)
    tally, shown = Tally.of(scorer.schema), Tally.of(scorer.schema)
    entries = stream_entries(scorer, source, columns, decision, top=top, rows=wanted, tally=tally)
    with _writing(output, as_json=as_json, force=force) as write:
        for entry in entries if most is None else strangest(entries, most):
            write(entry)
            _count(entry, shown)
            drawing.want(entry)
    drawing.draw(source, columns)
    warn(tally.warnings(source.name), quiet=quiet)
    summary = _summary(tally, shown, decision, by_number=wanted is not None)
    say([*summary, *drawing.said], quiet=quiet)


def _wanted(rows: str | None, most: int | None) -> frozenset[int] | None:
    """The rows that were typed."""
    from isthmus.errors import UsageError

    if rows is None:
        return None
    if most is not None:
        raise UsageError("--rows says which rows to explain: leave out --most")
    words = [word.strip() for word in rows.split(",")]
    if not all(word.isascii() and word.isdigit() and len(word) < 19 for word in words):
        raise UsageError(
            f"--rows: whole numbers from 0, such as 3,17, were expected, got {rows!r}",
            advice="The first row below the header is row 0.",
        )
    return frozenset(map(int, words))


def _refuse_other_formats(output: str, as_json: bool) -> None:
    from isthmus.errors import UsageError
    from isthmus.scoring.writers.opening import FORMATS

    end = Path(output).suffix.lower()
    lines = end in (".json", ".jsonl", ".ndjson")
    if lines and not as_json:
        raise UsageError(
            f"-o {output}: is named like JSON lines, and text would be written",
            advice="Add --json, or choose another name.",
        )
    if not lines and any(end in row.extensions for row in FORMATS):
        raise UsageError(
            f"-o {output}: explain writes text, or JSON lines with --json",
            advice="Choose another name, such as reasons.txt or reasons.jsonl.",
        )


@contextmanager
def _writing(output: str, *, as_json: bool, force: bool) -> Iterator[Callable[[Entry], None]]:
    """What writes an entry: to a file that appears whole at the end, a terminal, or a pipe."""
    from isthmus.atomic import written
    from isthmus.cli.places import STANDARD
    from isthmus.cli.reason_table import show, terminal

    if output != STANDARD:
        with written(output, overwrite=force) as file:
            yield lambda entry: _write(entry, file, as_json=as_json)
    elif not as_json and (console := terminal()):
        yield lambda entry: show(entry, console)
    else:
        yield lambda entry: _write(entry, sys.stdout.buffer, as_json=as_json)
        sys.stdout.buffer.flush()


def _write(entry: Entry, file: IO[bytes], *, as_json: bool) -> None:
    from isthmus.scoring.explain import as_text

    if as_json:
        line = json.dumps(entry.as_json(), ensure_ascii=False, allow_nan=False)
        file.write(f"{line}\n".encode())
    else:
        file.write(as_text(entry).encode())


def _count(entry: Entry, shown: Tally) -> None:
    from isthmus.scoring.explain import Explanation

    shown.rows += 1
    shown.alarms += isinstance(entry, Explanation) and entry.is_anomaly
    shown.invalid += not isinstance(entry, Explanation)


def _summary(tally: Tally, shown: Tally, decision: Decision, *, by_number: bool) -> list[str]:
    """What went by, and what of it was left out."""
    from isthmus.read.counting import counted

    rule = f"alarm where score > {decision.threshold:.6g}: {decision.sentence}"
    if by_number:
        return [
            f"{counted(shown.rows, 'row')} asked for, {counted(shown.alarms, 'alarm')}, "
            f"{shown.invalid} invalid; {rule}"
        ]
    lines = [
        f"{counted(tally.rows, 'row')}, {counted(tally.alarms, 'alarm')}, {tally.invalid} invalid; "
        f"{rule}"
    ]
    if shown.alarms < tally.alarms:
        lines.append(f"explained: the strangest {shown.alarms} of {counted(tally.alarms, 'alarm')}")
    if shown.invalid < tally.invalid:
        lines.append(
            f"listed: the first {shown.invalid} of {counted(tally.invalid, 'invalid row')}"
        )
    return lines
