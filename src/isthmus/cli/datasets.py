"""Get public data sets, checked, and show which there are.

What is fetched is kept in a cache folder: the one in the variable ISTHMUS_CACHE, or else the
platform's own.

Examples:

  isthmus datasets list

  isthmus datasets get ecg5000
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from isthmus.cli.parameters import AsJson, Quiet

if TYPE_CHECKING:
    from isthmus.datasets import Dataset, Obtained
    from isthmus.datasets.watch import Watch

Cache = Annotated[
    Optional[str],  # noqa: UP045 (typer reads it)
    typer.Option("--cache", metavar="FOLDER", help="The cache folder, instead of the usual one."),
]


def show_all(cache: Cache = None, as_json: AsJson = False) -> None:
    """Show which there are, how large they are, and whether they are here.

    Example:

      isthmus datasets list
    """
    from isthmus.datasets import CATALOGUE

    if as_json:
        typer.echo(json.dumps([_described(row, cache) for row in CATALOGUE.values()], indent=2))
        return
    wide = max(map(len, CATALOGUE))
    for row in CATALOGUE.values():
        typer.echo(f"{row.name:{wide}}  {row.about}; {_where(row, cache)}")
        typer.echo(f"{'':{wide}}  licence: {row.licence}")


def get(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name that `list` shows.")],
    source: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            "--from",
            metavar="FOLDER",
            help="Take the files from here, not from the network: the four IDX files, packed with "
            "gz or not, or an npz file with x_train, y_train, x_test and y_test.",
        ),
    ] = None,
    cache: Cache = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Put one into the cache folder, checked, and print where it is.

    What is there already is not fetched again; a fetch that was cut off goes on where it ended.
    The files that are printed can be given to the other commands.

    Examples:

      isthmus datasets get fashion-mnist

      isthmus datasets get mnist --from downloads
    """
    from isthmus import datasets
    from isthmus.cli.saying import say

    with _watching(quiet=quiet) as watch:
        had = datasets.get(name, source=source, cache=cache, watch=watch)
    say(_summary(had), quiet=quiet)
    if as_json:
        files = [{"path": str(path), "new": path in had.new} for path in had.files]
        typer.echo(json.dumps({**_described(had.dataset, cache), "files": files}, indent=2))
        return
    for path in had.files:
        typer.echo(path)


SUB_COMMANDS = {"list": show_all, "get": get}


def _described(row: Dataset, cache: str | None) -> dict[str, Any]:
    from isthmus.datasets.obtain import is_here

    return {
        "name": row.name,
        "about": row.about,
        "ships": row.ships,
        "cached": is_here(row, cache),
        "bytes_to_fetch": row.size,
        "licence": row.licence,
        "citation": row.citation,
    }


def _where(row: Dataset, cache: str | None) -> str:
    from isthmus.datasets.obtain import is_here

    if row.ships:
        return "comes with isthmus"
    return "in the cache" if is_here(row, cache) else f"{_megabytes(row.size)} to fetch"


def _summary(had: Obtained) -> list[str]:
    from isthmus.read.counting import counted

    row = had.dataset
    state = f"{counted(len(had.new), 'new file')}" if had.new else "was here already"
    done = "comes with isthmus, nothing to fetch" if row.ships else "every file is checked"
    return [f"{row.name}: {state}; {done}", f"licence: {row.licence}", f"cite: {row.citation}"]


@contextlib.contextmanager
def _watching(*, quiet: bool) -> Iterator[Watch]:
    """Notes on standard error, and a bar with the time left where that is a terminal."""
    import sys

    from isthmus.cli.saying import say
    from isthmus.datasets.watch import Watch

    if quiet:
        yield Watch()
        return
    if not sys.stderr.isatty():
        yield Watch(note=lambda sentence: say([sentence]))
        return
    from rich.console import Console
    from rich.progress import DownloadColumn, Progress, TimeRemainingColumn

    columns = (*Progress.get_default_columns()[:2], DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, Any] = {}

        def show(file: str, here: int, size: int) -> None:
            if file not in tasks:
                tasks[file] = progress.add_task(file, total=size)
            progress.update(tasks[file], completed=here)

        yield Watch(
            note=lambda sentence: progress.console.print(sentence, markup=False, highlight=False),
            progress=show,
        )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
