"""A training on all rows of a file or folder, in this process or by workers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.errors import UsageError

if TYPE_CHECKING:
    from isthmus.cli.hired import Hired
    from isthmus.options import FitOptions, ReadOptions
    from isthmus.read import Rows, Source
    from isthmus.training.whole import Again


def shared(options: FitOptions, hired: Hired, *, data: str) -> FitOptions:
    """The options with what an engine means for them: workers share a pass over all rows.

    Raises
    ------
    UsageError
        If workers cannot read the data, or are asked for where there are none.
    """
    if not by_workers(hired):
        return options
    if data == "-":
        raise UsageError(
            "--engine ray: workers cannot read standard input",
            advice="Save it to a file first, or train in this process.",
        )
    training = options.training.model_copy(update={"learn_from": "all"})
    return options.model_copy(update={"training": training})


def again_by(hired: Hired, source: Source, read: ReadOptions, *, data: str, output: str) -> Again:
    """Who reads the data again, and trains on them."""
    from isthmus.training.whole import Again

    if not by_workers(hired):
        return Again(lambda: source)
    from isthmus.distributed.fit_on_ray import RayTraining, Reopen

    folder = Path(output).absolute().parent
    return Again(Reopen.of(data, read), RayTraining(folder, hired.workers, hired.address))


def not_needed(hired: Hired, rows: Rows) -> list[str]:
    """What to say where there is nothing that workers could share."""
    if rows.drawn_from is not None or not by_workers(hired):
        return []
    return [f"{rows.source}: one process holds all {len(rows.values)} rows; no workers are started"]


def by_workers(hired: Hired) -> bool:
    """Whether workers are to train."""
    from isthmus.distributed.engines import Workers, chosen

    return chosen(hired.engine or "auto", Workers(hired.workers, hired.address)) == "ray"
