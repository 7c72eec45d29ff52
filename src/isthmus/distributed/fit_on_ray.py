"""A training on all rows of an input, shared by workers of Ray.

Each worker reads lanes of its own. Before every update the gradients of all are added up (data
parallel training; Li et al., 2020), so that all have the same weights after it. Workers find each
other by a file and talk by the interface of Ray's address: nothing else listens.

A worker that dies ends the work of all; it goes on from the last checkpoint with new ones.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from isthmus.distributed.on_ray import STORE, in_short, running
from isthmus.errors import FileAccessError, IsthmusError, UsageError, require
from isthmus.options import ReadOptions
from isthmus.read import Source, open_source
from isthmus.training.architectures.layer import MemberNorm
from isthmus.training.checkpoint import EVERY_SECONDS, Checkpoint, Checkpoints
from isthmus.training.course import FullPass, Trained
from isthmus.training.devices import threads
from isthmus.training.peers import together
from isthmus.training.state import State
from isthmus.training.watcher import Watcher
from isthmus.training.watching import Subject, Watching

TRIES = 4
"""How often workers are started before a training is given up."""
GRACE = 10.0
"""Seconds that are left to the others to say why, once a worker has failed."""
WAIT = timedelta(minutes=30)
"""For the slowest of the workers, at any update."""
FOLDER, STATE, MEETING = ".isthmus-training-", "training.checkpoint", "meeting"
LOOPBACKS = {"linux": "lo", "darwin": "lo0"}


@dataclass(frozen=True)
class Reopen:
    """Opens a file or folder wherever it is sent."""

    path: str
    options: ReadOptions

    @classmethod
    def of(cls, data: str, options: ReadOptions) -> Reopen:
        """What lies at a path, as seen from here."""
        return cls(str(Path(data).absolute()), options)

    def __call__(self) -> Source:
        return open_source(self.path, self.options)


class Asked(NamedTuple):
    """What a worker is to do."""

    full: FullPass
    made_of: dict[str, str]
    checkpoint: Checkpoint
    meeting: str
    workers: int
    loopback: bool


class Came(NamedTuple):
    """What a worker has to say at the end: the first one, with the weights."""

    trained: Trained
    weights: dict[str, np.ndarray]


@dataclass(frozen=True)
class RayTraining:
    """Trains by workers of Ray: see `isthmus.training.course.Engine`.

    Attributes
    ----------
    folder : Path
        Where workers leave what they need of each other; all machines see it.
    count : int or None
        Workers; None: one for each core of the engine, at most one for each lane.
    address : str or None
        Of a cluster that runs already; None: workers are started here and end with the training.
    """

    folder: Path
    count: int | None = None
    address: str | None = None

    def __call__(self, full: FullPass, subject: Subject, watching: Watching) -> Trained:
        """Train, and put the weights into the network of the course.

        Raises
        ------
        MissingExtraError
            If Ray is not installed.
        UsageError
            If there are more workers than lanes, or the network or the watching are none that
            workers can share.
        IsthmusError
            The first failure of a worker that has to do with the data or the training.
        """
        ray = require("ray", extra="ray", purpose="training with --engine ray")
        _refuse(full, watching, self.count)
        try:
            here = Path(tempfile.mkdtemp(prefix=FOLDER, dir=self.folder)).absolute()
        except OSError as error:
            raise FileAccessError(
                f"{self.folder}: could not be written: {error.strerror or error}"
            ) from error
        # Ray that runs already may be a cluster, whose machines do not meet on the loopback.
        loopback = self.address is None and not ray.is_initialized()
        own = watching.checkpoint
        checkpoint = Checkpoint(here / STATE, EVERY_SECONDS) if own is None else own
        try:
            with running(ray, self.count, self.address, store=_room(full)):
                cores = int(ray.cluster_resources().get("CPU", 1))
                count = min(self.count or cores, len(full.rows.lanes))
                asked = Asked(full, subject.made_of(), checkpoint, "", count, loopback)
                came = _tried(ray, asked, here)
        finally:
            shutil.rmtree(here, ignore_errors=True)
        full.course.take(came.weights)
        return came.trained


def _refuse(full: FullPass, watching: Watching, count: int | None) -> None:
    problems = []
    lanes = len(full.rows.lanes)
    if count is not None and count > lanes:
        problems.append(
            f"workers: {count} came, and the rows are dealt out to {lanes}: workers share pieces "
            "of the data, which are row groups of Parquet and files of folders"
        )
    if any(isinstance(part, MemberNorm) for part in full.course.network.modules()):
        problems.append("batch_norm looks at a whole batch, of which each worker has a part")
    if watching.logdir is not None:
        problems.append("logdir is written by a training in one process")
    if problems:
        raise UsageError(*problems, advice="Or train in this process (--engine local).")


def _room(full: FullPass) -> int:
    """Bytes of shared memory that what is sent fits into."""
    return STORE + 4 * (full.watched.nbytes + full.rows.kept_out.nbytes)


def _tried(ray: Any, asked: Asked, here: Path) -> Came:
    """What came of the training, with new workers where some died."""
    for attempt in range(TRIES):
        asked = asked._replace(meeting=str(here / f"{MEETING}-{attempt}"))
        if attempt:
            # What the workers before these wrote; it is of the same training.
            asked = asked._replace(checkpoint=replace(asked.checkpoint, resume=True))
        came = _together(ray, asked)
        if isinstance(came, Came):
            return came
        if isinstance(came, IsthmusError):
            raise came
        said = came
    raise IsthmusError(
        f"workers of ray died {TRIES} times: {said}",
        advice="There may be too little memory for so many workers: try fewer (--workers).",
    )


def _together(ray: Any, asked: Asked) -> Came | IsthmusError | str:
    """Start workers and wait for all: what the first one has, a failure, or of what one died."""
    kind = ray.remote(num_cpus=1, max_restarts=0)(Worker)
    workers = [kind.remote() for _ in range(asked.workers)]
    held = ray.put(asked)
    waiting = [worker.train.remote(held, rank) for rank, worker in enumerate(workers)]
    first, lost = waiting[0], ""
    came: list[Came] = []
    try:
        while waiting:
            ready, waiting = ray.wait(waiting, num_returns=1, timeout=GRACE if lost else None)
            if not ready:
                break
            try:
                result = ray.get(ready[0])
            except ray.exceptions.RayError as error:
                lost = lost or in_short(error)
                continue  # where one gives up for a reason the others fail too, perhaps before it
            if isinstance(result, IsthmusError):
                return result
            if ready[0] is first:
                came.append(result)
    finally:
        for worker in workers:
            ray.kill(worker)
    return lost or came[0]


class Worker:
    """What runs in a process of its own."""

    def train(self, asked: Asked, rank: int) -> Came | IsthmusError | None:
        """The weights, from the first worker; None from the others, or why it could not go on."""
        interface = LOOPBACKS.get(sys.platform) if asked.loopback else None
        try:
            with (
                threads(1),
                together(asked.meeting, rank, asked.workers, WAIT, interface) as peers,
            ):
                checkpoints = Checkpoints(asked.checkpoint, asked.made_of)
                watcher: Watcher = checkpoints if rank == 0 else Follower(checkpoints.begin)
                trained = asked.full.run(watcher, peers)
        except IsthmusError as error:
            return error  # Ray would wrap what is raised in words of its own
        return None if rank else Came(trained, asked.full.course.weights)


@dataclass(frozen=True)
class Follower:
    """A watcher that goes on where the first worker does, and writes nothing."""

    first: Callable[[State], None]

    def begin(self, state: State) -> None:
        """Put back what a checkpoint holds."""
        self.first(state)

    def on_update(self, state: State) -> None:
        """Nothing."""

    def on_epoch(self, state: State) -> None:
        """Nothing."""
