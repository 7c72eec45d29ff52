"""Where commands that give rows write them, and what they have in common."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.cli.places import STANDARD, claim

if TYPE_CHECKING:
    import pyarrow as pa

    from isthmus.schema import Schema
    from isthmus.scoring.writers.opening import FormatName


def claim_rows(
    output: str,
    *,
    data: tuple[str, ...],
    force: bool,
    as_json: bool,
    folder: bool = False,
) -> None:
    """Refuse now an output that cannot be written, or that would replace some of the data.

    Parameters
    ----------
    output : str
        What was typed.
    data : tuple of str
        What is read.
    force : bool
        Whether files may be replaced.
    as_json : bool
        Whether a summary goes to standard output.
    folder : bool
        Whether the output may be a folder.

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
    if folder and is_folder(output):
        for one in data:
            _refuse_among(output, one)
    elif output != STANDARD:
        for one in data or (STANDARD,):
            claim(output, data=one, force=force)


def is_folder(output: str) -> bool:
    """Whether a folder was meant: its name ends in a slash, or it is there already."""
    ends = tuple(filter(None, (os.sep, os.altsep)))
    return output != STANDARD and (output.endswith(ends) or Path(output).is_dir())


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


@contextlib.contextmanager
def rebuilt_writer(
    output: str,
    name: FormatName | None,
    *,
    schema: Schema,
    force: bool,
    names: Sequence[str] = (),
) -> Iterator[tuple[Callable[[pa.RecordBatch], None], bool]]:
    """The same for rows that a network made: of images an array of images, or a folder of them.

    Parameters
    ----------
    output, name, force
        As the user gave them.
    schema : Schema
        What the rows are.
    names : sequence of str
        Of the images; without any they are numbered.
    """
    from isthmus.scoring.apart.named import image_shape
    from isthmus.scoring.writers import as_images, open_writer
    from isthmus.scoring.writers.pictures import PictureWriter, white_of

    shape = image_shape(schema)
    if is_folder(output):
        refuse_folder(output, name, schema)
        made = [column for column in schema.columns if column.target] or schema.columns
        white = white_of(made)
        writer = PictureWriter(output, shape or (), names, overwrite=force, white=white)
        yield writer.write, True
    elif shape is None or not (name == "npy" or (name is None and output.endswith(".npy"))):
        with row_writer(output, name, force=force) as found:
            yield found
    else:
        opened = open_writer(output, name, overwrite=force, formats=as_images(shape))
        with opened as one:
            yield one.write, True


def refuse_folder(output: str, name: FormatName | None, schema: Schema) -> None:
    """Refuse a folder for what is written as one file.

    Raises
    ------
    FileAccessError
        If the detector knows no images.
    UsageError
        If a format was asked for.
    """
    from isthmus.errors import FileAccessError, UsageError

    if is_folder(output) and schema.image is None:
        raise FileAccessError(
            f"{output}: is a directory, a file name was expected",
            advice="Images alone are written into one, and the detector was trained on a "
            f"{schema.kind}.",
        )
    if is_folder(output) and name is not None:
        raise UsageError(
            f"-o {output}: is a directory, into which PNG files are written",
            advice=f"Leave out the format, or give {name} a file name.",
        )


def _refuse_among(output: str, data: str) -> None:
    """Images among those that are read would replace them, or be taken for them the next time."""
    from isthmus.errors import UsageError

    folder, read = Path(output).resolve(), Path(data).resolve()
    among = folder.is_relative_to(read) if read.is_dir() else read == folder / f"{read.stem}.png"
    if data != STANDARD and among:
        raise UsageError(
            f"-o {output}: lies among the images of {data}",
            advice="Choose another folder for what is made of them.",
        )


def told(summary: dict[str, Any], *, as_json: bool) -> None:
    """Print a summary where JSON is wanted."""
    import typer

    if as_json:
        typer.echo(json.dumps(summary))
