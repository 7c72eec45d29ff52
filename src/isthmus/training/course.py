"""One training: a network, how it learns, and what it is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch

from isthmus.options import Kind, Preset, TrainingOptions
from isthmus.training.all_rows import AllRows
from isthmus.training.architectures import Autoencoder
from isthmus.training.budget import Budget, budget
from isthmus.training.cell_loss import CellLoss
from isthmus.training.devices import Pace, threads
from isthmus.training.feed import Feed, Held, Watched
from isthmus.training.lanes import Lanes
from isthmus.training.loop import History, train
from isthmus.training.members import Cells, MemberRows
from isthmus.training.noise import InputNoise
from isthmus.training.peers import ALONE, Peers
from isthmus.training.preamble import Preamble
from isthmus.training.rate import rate_of
from isthmus.training.survey import Survey
from isthmus.training.watcher import NOBODY, Watcher
from isthmus.training.watching import Subject, Watching


@dataclass(frozen=True)
class Course:
    """How a network learns; can be sent to other processes.

    Attributes
    ----------
    network : Autoencoder
        With its first weights; changed in place.
    architecture : str
        Of the network.
    members : int
        M.
    options : TrainingOptions
        Loss, optimiser, patience and what to keep.
    kind, preset : str
        Of the rows, and of the effort.
    loss : CellLoss
        The error of every unit.
    noise : InputNoise
        How the input is disturbed.
    generator : torch.Generator
        Draws all that is random, the first weights before this.
    threads : int
        Of an update, at most.
    """

    network: Autoencoder
    architecture: str
    members: int
    options: TrainingOptions
    kind: Kind
    preset: Preset
    loss: CellLoss
    noise: InputNoise
    generator: torch.Generator
    threads: int = 1

    def budget(self, rows: int) -> Budget:
        """How much training so many rows are worth."""
        return budget(rows, self.options, self.kind, self.preset)

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """All that the network has learnt, by name."""
        return {name: part.cpu().numpy() for name, part in self.network.state_dict().items()}

    def take(self, weights: Mapping[str, np.ndarray]) -> None:
        """Put into the network what one like it has learnt."""
        parts = {name: torch.from_numpy(array.copy()) for name, array in weights.items()}
        self.network.load_state_dict(parts)

    def run(
        self, feed: Feed, work: Budget, watcher: Watcher = NOBODY, peers: Peers = ALONE
    ) -> History:
        """Train."""
        return train(
            self.network,
            feed,
            self.options,
            work,
            generator=self.generator,
            loss=self.loss,
            watcher=watcher,
            rate=rate_of(self.options, self.architecture, self.kind),
            pace=Pace.of(self.network, self.architecture, work, self.threads),
            peers=peers,
        )


def on_held_rows(course: Course, subject: Subject, watching: Watching) -> Trained:
    """Train on rows in memory, each group of members on its own."""
    cells, dealt = subject.cells, subject.dealt
    each, shuffle = course.members // dealt.groups, course.options.shuffle
    learning = [rows for rows in dealt.training for _ in range(each)]
    watched = [rows for rows in dealt.validation for _ in range(each)]
    work = course.budget(max(map(len, dealt.training)))
    feed = Held.of(cells, learning, watched, course.noise, work.batch_size, shuffle=shuffle)
    with threads(1), watching.of(subject) as watcher:
        return Trained(course.run(feed, work, watcher), work, None)


class Trained(NamedTuple):
    """What came of a training besides the weights."""

    history: History
    work: Budget
    survey: Survey | None
    """What all rows are, where all were read."""


@dataclass(frozen=True)
class FullPass:
    """A training on all rows of an input; can be sent to processes that share its lanes.

    Attributes
    ----------
    course : Course
        How the network learns.
    rows : AllRows
        Of the input.
    preamble : Preamble
        Makes numbers of them.
    watched : array
        Rows that the loss is watched on, shape (V, D); there may be none.
    """

    course: Course
    rows: AllRows
    preamble: Preamble
    watched: np.ndarray

    def run(self, watcher: Watcher = NOBODY, peers: Peers = ALONE) -> Trained:
        """Train, with other processes or alone.

        Raises
        ------
        DataError
            If a row cannot be learnt from, or the data change meanwhile.
        UsageError
            If a loss stops being a finite number.
        """
        course, device = self.course, next(self.course.network.parameters()).device
        mine = range(peers.rank, len(self.rows.lanes), peers.count)
        survey = Survey.of(self.rows, mine).merged(peers)
        work = replace(course.budget(survey.rows), record_every=1)
        feed = Lanes(
            self.rows,
            self.preamble,
            counts=survey.counts,
            mine=mine,
            budget=work,
            members=course.members,
            noise=course.noise,
            watched=self._watched(device),
            shuffle=course.options.shuffle,
            device=device,
        )
        if peers.rank:
            # What dropout leaves out must not be the same in all processes.
            course.generator.set_state(feed.generator(peers.rank).get_state())
        return Trained(course.run(feed, work, watcher, peers), work, survey)

    def _watched(self, device: torch.device) -> Watched | None:
        if not len(self.watched):
            return None
        every = [np.arange(len(self.watched))] * self.course.members
        cells = Cells.of(self.preamble.run_compactly(self.watched), device)
        return Watched(cells, MemberRows.of(every, device))


Engine = Callable[[FullPass, Subject, Watching], Trained]
"""Trains the network of a full pass, in this process or in others."""


def here(full: FullPass, subject: Subject, watching: Watching) -> Trained:
    """In this process."""
    with threads(1), watching.of(subject) as watcher:
        return full.run(watcher)
