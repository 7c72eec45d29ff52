"""Run published systems again, and hold them against isthmus's default.

A recipe does what an article did, with its data, network, training and threshold, and sets three
figures beside the published one: its own, that of the same network with an honest threshold, and
that of isthmus's default.

Examples:

  isthmus recipes list

  isthmus recipes show ecg-guide
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from isthmus.cli.interruptible import Resume
from isthmus.cli.parameters import AsJson, Force, Quiet

if TYPE_CHECKING:
    from isthmus.recipes.run import Run

Name = Annotated[str, typer.Argument(metavar="RECIPE", help="The name of a recipe.")]
Output = Annotated[
    str, typer.Option("-o", "--output", metavar="FOLDER", help="The folder to fill.")
]
Seed = Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of weights and order.")]
Data = Annotated[
    Optional[str],  # noqa: UP045 (typer reads it)
    typer.Option(
        metavar="PATH", help="The data set's files; by default those of isthmus datasets get."
    ),
]
MostRows = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option(min=1, help="Training rows at most: a quick look, not the published size."),
]
MostEpochs = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option(min=1, help="Epochs of every fit: a quick look, not the published size."),
]
DefaultEpochs = Annotated[
    Optional[int],  # noqa: UP045
    typer.Option(min=1, help="Epochs of isthmus's default alone, the longest of the fits."),
]
LogDir = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(metavar="FOLDER", help="Where to log every training for TensorBoard."),
]
CheckpointFolder = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        metavar="FOLDER",
        help="Where to leave the state of every training now and then, to go on from after an "
        "interruption; removed once all is written.",
    ),
]


def show_all(as_json: AsJson = False) -> None:
    """Show which recipes there are.

    Example:

      isthmus recipes list
    """
    from isthmus.recipes import NAMES, load

    summaries = {name: load(name).summary for name in NAMES}
    if as_json:
        typer.echo(json.dumps(summaries, indent=2))
        return
    width = max(map(len, summaries))
    for name, summary in summaries.items():
        typer.echo(f"{name:<{width}}  {summary}")


def show(recipe: Name, as_json: AsJson = False) -> None:
    """Show a recipe as it is written.

    Example:

      isthmus recipes show ecg-guide
    """
    from isthmus.recipes import load, text_of

    held = load(recipe)
    typer.echo(held.model_dump_json(indent=2) if as_json else text_of(recipe).rstrip())


def run(
    recipe: Name,
    output: Output,
    seed: Seed = 0,
    data: Data = None,
    rows: MostRows = None,
    epochs: MostEpochs = None,
    default_epochs: DefaultEpochs = None,
    logdir: LogDir = None,
    checkpoint: CheckpointFolder = None,
    resume: Resume = False,
    force: Force = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Fit, score, compare and draw; write models, metrics, a table and every figure.

    Example:

      isthmus recipes run ecg-guide -o guide --seed 1
    """
    from isthmus.cli.progress import training_progress
    from isthmus.cli.recipe_states import States
    from isthmus.cli.saying import say
    from isthmus.errors import require
    from isthmus.recipes import load

    states, held = States(checkpoint, resume), load(recipe)
    for library in ("altair", "vl_convert", "onnx", "torch"):  # the quickest first
        require(library, extra="all", purpose="running a recipe")
    from isthmus.recipes.material import material
    from isthmus.recipes.metrics import as_json as json_of
    from isthmus.recipes.run import Size, run_recipe
    from isthmus.recipes.writing import claim_folder, write_run
    from isthmus.training.watching import Watching

    claim_folder(output, overwrite=force)
    loaded = material(held.data, data)
    names = ("reproduced", *held.variants, "honest", "default")
    states.claim(names)
    with states.said(), training_progress(quiet=quiet) as progress:

        def on_step(name: str) -> Watching:
            say([f"fitting: {name}"], quiet=quiet)
            log = None if logdir is None else Path(logdir) / name
            return Watching(progress, states.of(name), log)

        size = Size(rows, epochs, default_epochs)
        ran = run_recipe(held, loaded, seed=seed, size=size, on_step=on_step)
    files = write_run(ran, output, overwrite=force)
    states.done(names)
    if as_json:
        typer.echo(json_of(ran).rstrip())
    else:
        _print_table(ran)
    say([f"{output}: {', '.join(file.name for file in files)}"], quiet=quiet)


def _print_table(ran: Run) -> None:
    from isthmus.recipes.table import lines, sentences

    if ran.size.words:
        typer.echo(f"{ran.size.words}\n")
    table = lines(ran)
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())
    typer.echo()
    for sentence in sentences(ran):
        typer.echo(sentence)


SUB_COMMANDS: dict[str, Callable[..., Any]] = {"list": show_all, "show": show, "run": run}
