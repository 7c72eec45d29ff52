"""Who does the parts of a task: this process, or workers of an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from isthmus.distributed.on_ray import on_ray
from isthmus.distributed.record import Record
from isthmus.distributed.task import Task
from isthmus.errors import UsageError

EngineName = Literal["auto", "local", "ray"]
Done = Iterator[tuple[Record, bool]]


@dataclass(frozen=True)
class Workers:
    """How many, and where.

    Attributes
    ----------
    count : int or None
        Processes that score at once; None: as the engine has cores.
    address : str or None
        Of a cluster that runs already; None: workers are started here and end with the task.
    """

    count: int | None = None
    address: str | None = None


def here(task: Task, parts: Sequence[str], workers: Workers) -> Done:
    """One part after another in this process."""
    return map(task.score, parts)


def _by_ray(task: Task, parts: Sequence[str], workers: Workers) -> Done:
    return on_ray(task, parts, count=workers.count, address=workers.address)


ENGINES: dict[str, Callable[[Task, Sequence[str], Workers], Done]] = {
    "local": here,
    "ray": _by_ray,
}
"""Each gives what is known of every part, in any order."""


def chosen(engine: EngineName, workers: Workers) -> str:
    """The engine that a name stands for.

    To start workers takes as long as one process takes for millions of rows, and on one machine
    they win little: without being asked for there are none.

    Raises
    ------
    UsageError
        If workers are asked for where there are none.
    """
    if engine == "auto":
        return "local" if workers == Workers() else "ray"
    if engine == "local" and workers != Workers():
        raise UsageError(
            "workers and address are for an engine, and local is none",
            advice="Use --threads to score with several threads, or --engine ray.",
        )
    return engine
