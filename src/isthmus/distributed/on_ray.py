"""Parts of a task done by workers of Ray, each in a process with one scorer of its own.

A worker that dies is started again and its part given out anew; a part is written whole or not at
all, so nothing is lost and nothing counted twice.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
from collections.abc import Iterator, Sequence
from typing import Any

from isthmus.distributed.record import Record
from isthmus.distributed.task import Task
from isthmus.errors import IsthmusError, require

QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_DEDUP_LOGS": "0",
}
"""No figures about the use of Ray are sent; processes of one machine talk by its loopback alone."""
LOOPBACK = "127.0.0.1"
REACHABLE = "ENABLE_RAY_CLUSTER"
"""Ray's word for what lets it look for an address of the machine instead of the one it is told."""
STORE = 80 << 20
"""Bytes of shared memory: parts are read and written by the workers and do not pass through it."""


def on_ray(
    task: Task, parts: Sequence[str], *, count: int | None, address: str | None
) -> Iterator[tuple[Record, bool]]:
    """What is known of each part, as it is done.

    Parameters
    ----------
    task : Task
        What to do; the folders must be where every worker sees them under the same name.
    parts : sequence of str
        Files below the folder of the data.
    count : int, optional
        Workers; by default one for each core of the engine, at most one for each part.
    address : str, optional
        Of a cluster that runs already; by default workers are started here.

    Raises
    ------
    MissingExtraError
        If Ray is not installed.
    IsthmusError
        The first failure of a part; the parts that are done stay.
    """
    ray = require("ray", extra="ray", purpose="scoring with --engine ray")
    with running(ray, count, address):
        cores = int(ray.cluster_resources().get("CPU", 1))
        workers = max(1, min(count or cores, len(parts)))
        # A part that kills its worker every time is given up in the end.
        kind = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=3)(Worker)
        idle = [kind.remote() for _ in range(workers)]
        # Held here, or a worker that is started again would not find it.
        held = ray.put(task.on(1))
        yield from _handed_out(ray, held, idle, list(parts))


class Worker:
    """What runs in a process of its own."""

    def __init__(self) -> None:
        self._task: Task | None = None

    def score(self, task: Task, part: str) -> tuple[Record, bool] | IsthmusError:
        """What is known of a part, or why it could not be scored.

        The task is always the same; the first that comes keeps its scorer.
        """
        self._task = self._task or task
        try:
            return self._task.score(part)
        except IsthmusError as error:
            return error  # Ray would wrap what is raised in words of its own


def _handed_out(
    ray: Any, task: Any, idle: list[Any], waiting: list[str]
) -> Iterator[tuple[Record, bool]]:
    """Give each worker that has nothing to do the next part, until all are done."""
    busy: dict[Any, Any] = {}
    waiting.reverse()
    while waiting or busy:
        while waiting and idle:
            worker = idle.pop()
            busy[worker.score.remote(task, waiting.pop())] = worker
        (ready,), _ = ray.wait(list(busy), num_returns=1)
        idle.append(busy.pop(ready))
        came = _result(ray, ready)
        if isinstance(came, IsthmusError):
            raise came
        yield came


def _result(ray: Any, ready: Any) -> Any:
    try:
        return ray.get(ready)
    except ray.exceptions.RayError as error:
        raise IsthmusError(
            f"a worker of ray failed: {in_short(error)}",
            advice="Run the same command again: parts that are done are kept.",
        ) from error


def in_short(error: Exception) -> str:
    """What Ray says of a failure: its first line and its last."""
    said = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(dict.fromkeys([said[0], said[-1]])) if said else type(error).__name__


@contextlib.contextmanager
def running(
    ray: Any, count: int | None, address: str | None, *, store: int = STORE
) -> Iterator[None]:
    """Ray as it runs already in this process, at an address, or started here for as long."""
    if ray.is_initialized():
        yield
        return
    before = {name: os.environ.get(name) for name in QUIET}
    os.environ.update(QUIET)
    try:
        if address is not None:
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        else:
            _begin_here(ray, count, store)
        yield
    finally:
        ray.shutdown()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _begin_here(ray: Any, count: int | None, store: int) -> None:
    """Start workers that are talked to by the loopback alone.

    Raises
    ------
    IsthmusError
        If this Ray would listen elsewhere as well.
    """
    # Ray reads this word of the environment once, when it is imported: others may have done that.
    settings = importlib.import_module("ray._private.ray_constants")
    reachable = getattr(settings, REACHABLE, None)
    setattr(settings, REACHABLE, False)
    try:
        ray.init(
            address="local",
            num_cpus=count,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            object_store_memory=store,
            _node_ip_address=LOOPBACK,
        )
    finally:
        setattr(settings, REACHABLE, reachable)
    if (place := ray.util.get_node_ip_address()) != LOOPBACK:
        raise IsthmusError(
            f"ray {ray.__version__} listens on {place}, where others can reach it",
            advice="Use another version of Ray, or one process (--engine local).",
        )
