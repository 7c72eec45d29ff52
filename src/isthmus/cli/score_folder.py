"""A folder of files scored into a folder of files, by this process or by workers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.errors import FileAccessError, UsageError

if TYPE_CHECKING:
    from isthmus.cli.hired import Hired
    from isthmus.distributed import Outcome
    from isthmus.scoring.asked import Asked


def are_folders(data: str, output: str) -> bool:
    """Whether scores of a folder are to go into a folder: one that exists, or ends with a slash."""
    into = output.endswith(("/", os.sep)) or Path(output).is_dir()
    return into and Path(data).is_dir()


def score_folder(
    places: tuple[str, str, str], asked: Asked, hired: Hired, *, quiet: bool, **choices: Any
) -> Outcome:
    """Score and say what was found; `places` are the model, the data and where scores go.

    Raises
    ------
    UsageError
        If what is asked is not for folders.
    FileAccessError
        If the data are no folder.
    """
    from isthmus.cli.saying import say, warn
    from isthmus.distributed import score_dataset
    from isthmus.read.counting import counted

    model, data, output = places
    if asked.fdr is not None:
        raise UsageError(
            "fdr chooses alarms among all rows of one output, and a folder has many",
            advice="Score the folder into one file (-o scores.parquet), or use --alpha.",
        )
    if output == "-":
        raise UsageError(
            "-o: an engine writes a folder of files", advice="Name a folder: -o scores/"
        )
    if not Path(data).is_dir():
        raise FileAccessError(f"{data}: is no folder, and an engine scores the files of one")
    outcome = score_dataset(
        model,
        data,
        output,
        alpha=asked.alpha,
        threshold=asked.threshold,
        engine=hired.engine or "auto",
        workers=hired.workers,
        address=hired.address,
        **choices,
    )
    say(outcome.decisions, quiet=quiet)
    warn([*outcome.decision.warnings, *outcome.warnings], quiet=quiet)
    parts = counted(len(outcome.records), "part")
    kept = f", {outcome.kept} of them scored before" if outcome.kept else ""
    say([f"{output}: {parts}{kept}"], quiet=quiet)
    return outcome
