"""The list of training rows that were left out as unlike the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isthmus.options import FitOptions
    from isthmus.read import Rows
    from isthmus.training.suspects import Suspects


def claim_list(
    output: str | None, options: FitOptions, *, taken: tuple[str, str], force: bool
) -> None:
    """Refuse now, before the work, a list that would be empty or could not be written.

    Parameters
    ----------
    output : str or None
        What was typed.
    options : FitOptions
        Whether there are suspects.
    taken : tuple of str
        The data and the model file.
    force : bool
        Whether a file may be replaced.

    Raises
    ------
    UsageError
        If no suspects are looked for, or the list would replace the data or the model.
    FileAccessError
        If the file exists and may not be replaced, or cannot be written there.
    """
    from pathlib import Path

    from isthmus.cli.places import STANDARD, claim
    from isthmus.errors import UsageError
    from isthmus.scoring.writers import format_of

    if output is None:
        return
    if not options.trust.suspects:
        raise UsageError(
            "--suspects-output was given without --suspects: all rows are taken to be normal",
            advice="Say how many may be abnormal, such as --suspects 0.05.",
        )
    if output == STANDARD:
        raise UsageError("--suspects-output -: a file name was expected")
    data, model = taken
    if Path(output).resolve() == Path(model).resolve():
        raise UsageError(f"--suspects-output {output}: is the model file")
    format_of(output, None)
    claim(output, data=data, force=force)


def write_list(output: str | None, suspects: Suspects, rows: Rows, *, force: bool) -> list[str]:
    """Write row numbers from 0, ids and scores, the strangest first; what to say of it."""
    import pyarrow as pa

    from isthmus.read.counting import counted
    from isthmus.scoring.writers import open_writer

    said = []
    if len(suspects.rows):
        said.append(
            f"{counted(len(suspects.rows), 'training suspect')} left out, "
            f"{counted(len(suspects.doubtful), 'doubtful row')} calibrated but did not train"
        )
    if output is None:
        return said
    ids = rows.ids.take(pa.array(suspects.rows))
    columns = {
        "row": pa.array(suspects.rows if rows.numbers is None else rows.numbers[suspects.rows]),
        **{name: ids.column(name).combine_chunks() for name in ids.column_names},
        "suspicion": pa.array(suspects.scores),
    }
    with open_writer(output, None, overwrite=force) as writer:
        writer.write(pa.record_batch(list(columns.values()), names=list(columns)))
    return [f"{output}: {said[0]}" if said else f"{output}: no training suspects"]
