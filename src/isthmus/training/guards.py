"""Honest guards: is the network worth more than simpler detectors, and has it collapsed?

Without labels, detectors are compared by how well each tells held-out normal rows from synthetic
anomalies made of them. Nothing of it changes the graph or a score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from isthmus.model_file.manifest import Guards, Separation, View
from isthmus.options import Kind
from isthmus.scoring.session import Session
from isthmus.scoring.views import standardised, together
from isthmus.training.collapse import Look, Seen, collapses
from isthmus.training.export import Trained
from isthmus.training.folds import Plan
from isthmus.training.nearest import DISTANCE
from isthmus.training.separation import separation
from isthmus.training.synthetic import Material, made_of
from isthmus.training.twin import LinearTwin

MARGIN = 0.01
"""Of ROC AUC: by how much the network must be better than both, for one kind of anomaly."""
MOST_ROWS = 2000
MOST_CELLS = 1 << 18
"""Of the held-out rows."""
FEWEST_ROWS = 10
WIDE = 256
"""Units from which on the first fold alone is looked at."""
BANK_ROWS = 1000
BANK_NUMBERS = 1 << 19
"""Of training rows, where the detector has no distance of its own."""
NORMAL = "normal"


@dataclass(frozen=True)
class Judged:
    """A detector that is to be judged, and the rows that it was made from.

    `looking` is its graph up to the views, `members` those of one group.
    """

    trained: Trained
    looking: Session
    values: np.ndarray
    dealt: Plan
    members: int
    constants: tuple[View, ...]
    kind: Kind
    seed: int
    variational: bool = False


class Marks(NamedTuple):
    """What four ways to score say of rows, each (n,)."""

    reconstruction: np.ndarray
    linear: np.ndarray
    distance: np.ndarray
    score: np.ndarray


class _Group(NamedTuple):
    """One group's held-out rows and what is made of them."""

    marks: dict[str, Marks]
    seen: Seen
    rank: int


def guards(judged: Judged) -> Guards | None:
    """Compare the detector with a linear twin and the distance; None where no cell varies."""
    groups = range(judged.dealt.groups)
    if len(judged.trained.preamble.units) > WIDE:
        groups = range(1)
    looked_at = [found for group in groups if (found := _of_group(judged, group, len(groups)))]
    if not looked_at:
        return None
    kinds = set.intersection(*(set(found.marks) for found in looked_at))
    marks = {
        name: Marks(
            *map(np.concatenate, zip(*(found.marks[name] for found in looked_at), strict=True))
        )
        for name in looked_at[0].marks
        if name in kinds
    }
    separations = tuple(
        Separation(
            anomaly=name,
            **{
                way: round(separation(getattr(marks[NORMAL], way), getattr(marks[name], way)), 3)
                for way in Marks._fields
            },
        )
        for name in marks
        if name != NORMAL
    )
    collapsed = collapses(
        marks[NORMAL].score,
        [one.seen for one in looked_at],
        separations,
        variational=judged.variational,
    )
    gains = any(s.reconstruction > max(s.linear, s.distance) + MARGIN for s in separations)
    return Guards(
        rows=len(marks[NORMAL].score),
        rank=looked_at[0].rank,
        separations=separations,
        findings=(*(() if gains else ("no gain",)), *collapsed),
    )


def _of_group(judged: Judged, group: int, groups: int) -> _Group | None:
    """Look at some rows that one group did not train on, and at what is made of them."""
    generator = np.random.default_rng([judged.seed, group, 5])
    held_out = judged.dealt.held_out[group]
    most = min(MOST_ROWS, max(MOST_CELLS // judged.values.shape[1], FEWEST_ROWS)) // groups
    if len(held_out) > most:
        held_out = np.sort(generator.choice(held_out, most, replace=False))
    rows = judged.values[held_out].astype(judged.trained.element)
    material = Material.of(rows, judged.trained.preamble, generator)
    if not len(material.varying) or len(rows) < 2:
        return None
    simple = _Simple.of(judged, group, generator)
    all_rows = {NORMAL: rows, **made_of(material, judged.kind)}
    marks, made = {}, {}
    for name, some in all_rows.items():
        made[name] = _look(judged, group, some)
        marks[name] = simple.marks(judged, some, made[name])
    return _Group(marks, Seen.of(made[NORMAL], made["exchanged"]), simple.twin.rank)


def _look(judged: Judged, group: int, rows: np.ndarray) -> Look:
    own = slice(group * judged.members, (group + 1) * judged.members)
    wanted = ["views", "code", "units_by_member"]
    made = judged.looking.run(rows, wanted, judged.trained.element)
    return Look(
        standardised(made["views"][:, own], judged.constants),
        made["code"],
        judged.trained.preamble.run_compactly(rows).target,
        made["units_by_member"][:, own].mean(axis=1),
    )


@dataclass(frozen=True)
class _Simple:
    """The simpler detectors, of the rows that a group trained on."""

    twin: LinearTwin
    bank: np.ndarray | None  # (B, U)

    @classmethod
    def of(cls, judged: Judged, group: int, generator: np.random.Generator) -> _Simple:
        trained = judged.trained
        width = _width(trained)
        learning = judged.dealt.training[group]
        most = min(5000, max((1 << 22) // width, 2))
        if len(learning) > most:
            learning = np.sort(generator.choice(learning, most, replace=False))
        places = trained.preamble.run_compactly(judged.values[learning]).target[:, :width]
        twin = LinearTwin.fit(places, generator)
        if trained.nearest is not None:
            return cls(twin, None)
        bank = generator.permutation(places)[: min(BANK_ROWS, max(BANK_NUMBERS // width, 2))]
        return cls(twin, bank)

    def marks(self, judged: Judged, rows: np.ndarray, look: Look) -> Marks:
        places = look.target[:, : _width(judged.trained)]
        if self.bank is None:
            distance = look.by_view[..., DISTANCE].mean(axis=1)
        else:
            distance = _nearest(places, self.bank)
        return Marks(
            look.by_view[..., 0].mean(axis=1),
            self.twin.residual(places),
            distance,
            together(look.by_view).mean(axis=1),
        )


def _width(trained: Trained) -> int:
    """The units that are numbers and levels."""
    numbers, levels, _ = trained.preamble.units.sizes
    return numbers + levels


def _nearest(places: np.ndarray, bank: np.ndarray) -> np.ndarray:
    """The squared distance of rows (n, U) to the nearest of the bank (B, U), (n,)."""
    squares = (bank**2).sum(axis=1) - 2 * places @ bank.T
    nearest: np.ndarray = squares.min(axis=1) + (places**2).sum(axis=1)
    return nearest
