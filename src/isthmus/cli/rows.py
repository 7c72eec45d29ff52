"""Where commands that give rows write them, and what they have in common."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from isthmus.cli.places import STANDARD, claim

if TYPE_CHECKING:
    import pyarrow as pa

    from isthmus.scoring.writers.opening import FormatName


def claim_rows(output: str, *, data: tuple[str, ...], force: bool, as_json: bool) -> None:
    """Refuse now an output that cannot be written, or that would replace some of the data.

    Raises
    ------
    UsageError
        If rows and a summary would share standard output; otherwise as `claim`.
    """
    from isthmus.errors import UsageError

    if as_json and output == STANDARD:
        raise UsageError(
            "--json prints a summary to standard output, where the rows go already",
            advice="Give the rows a file with -o.",
        )
    if output != STANDARD:
        for one in data or (STANDARD,):
            claim(output, data=one, force=force)


@contextlib.contextmanager
def row_writer(
    output: str, name: FormatName | None, *, force: bool
) -> Iterator[tuple[Callable[[pa.RecordBatch], None], bool]]:
    """What writes batches, and whether they must be numbers alone."""
    from isthmus.scoring.writers import WITH_NUMBERS_ALONE, format_of, open_writer

    alone = format_of(output, name, WITH_NUMBERS_ALONE).name == "npy"
    opened = open_writer(output, name, overwrite=force, formats=WITH_NUMBERS_ALONE)
    with opened as writer:
        yield writer.write, alone


def told(summary: dict[str, Any], *, as_json: bool) -> None:
    """Print a summary where JSON is wanted."""
    import typer

    if as_json:
        typer.echo(json.dumps(summary))
