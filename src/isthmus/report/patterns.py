"""Alarms grouped by their shared cause, so that many of them read as a few stories.

The profile of an alarm says which share of its error in excess of the usual each cell carries, of
signals and images a little blurred. The alarms are gone through from the strangest on; each joins
the first group that its profile resembles, or founds one (leader clustering; Hartigan, 1975).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from isthmus.printable import clean
from isthmus.report.kept import Kept
from isthmus.schema import Schema
from isthmus.scoring.explain.amounts import percent

ALIKE = 0.6
"""Profiles whose cosine is at least this are of one group."""
MOST_GROUPS = 8
BLUR = 1 / 20
"""Of the length of a signal."""
GRID = 8
"""Fields along each side of an image."""
NAMED = 0.15
"""Cells that carry at least this share of a group's error are in its name, three at most."""

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Pattern:
    """Alarms with one cause.

    Attributes
    ----------
    name : str
        Which cells carry them, in plain words.
    rows : tuple of int
        Their numbers, the strangest first.
    """

    name: str
    rows: tuple[int, ...]


def patterns(alarms: Sequence[Kept], schema: Schema) -> list[Pattern]:
    """Groups of alarms, the largest first; what is in no large group comes last, together."""
    if not alarms:
        return []
    profiles = np.stack([_profile(one, schema) for one in alarms])
    groups: list[list[int]] = []
    leaders: list[Values] = []
    for place, profile in enumerate(profiles):
        alike = np.array([profile @ leader for leader in leaders])
        if len(alike) and alike.max() >= ALIKE:
            groups[int(alike.argmax())].append(place)
        else:
            groups.append([place])
            leaders.append(profile)
    groups.sort(key=len, reverse=True)
    shown, rest = groups[:MOST_GROUPS], [place for one in groups[MOST_GROUPS:] for place in one]
    found = [
        Pattern(_name(profiles[one], [alarms[place] for place in one], schema), _rows(alarms, one))
        for one in shown
    ]
    return [
        *found,
        *([Pattern("others, each unlike the rest", _rows(alarms, sorted(rest)))] if rest else []),
    ]


def _rows(alarms: Sequence[Kept], places: Sequence[int]) -> tuple[int, ...]:
    return tuple(alarms[place].row for place in places)


def _profile(one: Kept, schema: Schema) -> Values:
    """Of length 1: each cell's, stretch's or field's share of what is more than usual."""
    excess = np.sqrt(np.clip(np.minimum(one.times, 1e12) - 1, 0, None))
    if schema.kind == "signal":
        excess = _blurred(excess)
    if schema.image is not None:
        form = schema.image
        excess = _fields(excess.reshape(form.height, form.width, form.channels).sum(axis=2))
    length = float(np.linalg.norm(excess))
    return excess / length if length > 0 else np.full(len(excess), len(excess) ** -0.5)


def _blurred(excess: Values) -> Values:
    reach = max(int(BLUR * len(excess)), 1)
    kernel = np.hanning(2 * reach + 3)[1:-1]
    return np.convolve(excess, kernel / kernel.sum(), "same")


def _fields(excess: Values) -> Values:
    lines, columns = (np.arange(size) * GRID // size for size in excess.shape)
    fields = np.zeros((GRID, GRID))
    np.add.at(fields, (lines[:, None], columns[None, :]), excess)
    return fields.ravel()


def _name(profiles: Values, alarms: Sequence[Kept], schema: Schema) -> str:
    share = (profiles**2).mean(axis=0)
    if schema.kind == "signal":
        return _stretch(share, alarms)
    if schema.image is not None:
        return _place(share)
    first = np.argsort(-share, kind="stable")[:3]
    named = [place for place in first.tolist() if share[place] >= NAMED] or first[:1].tolist()
    return ", ".join(
        f"{clean(schema.columns[place].name, 40)}{_side(place, alarms, schema)}" for place in named
    )


def _side(place: int, alarms: Sequence[Kept], schema: Schema) -> str:
    """How a column of numbers is off, where most of the alarms agree on it."""
    if schema.columns[place].kind == "category":
        return ""
    observed = np.array([one.observed[place] for one in alarms], np.float64)
    if np.isnan(observed).mean() > 0.5:
        return " missing"
    sides = np.sign(observed - np.array([one.expected[place] for one in alarms], np.float64))
    above, below = (sides > 0).mean(), (sides < 0).mean()
    return " too high" if above >= 0.75 else " too low" if below >= 0.75 else ""


def _stretch(share: Values, alarms: Sequence[Kept]) -> str:
    """The samples around the peak that carry half as much as it, and on which side they lie."""
    peak = int(share.argmax())
    inside = share >= share[peak] / 2
    first = last = peak
    while first > 0 and inside[first - 1]:
        first -= 1
    while last < len(share) - 1 and inside[last + 1]:
        last += 1
    apart = [one.observed.astype(np.float64) - one.expected for one in alarms]
    gaps = np.array([np.nan_to_num(one[first : last + 1]).mean() for one in apart])
    above, below = (gaps > 0).mean(), (gaps < 0).mean()
    side = "too high" if above >= 0.75 else "too low" if below >= 0.75 else "off"
    carried = percent(min(float(share[first : last + 1].sum()), 1.0))
    return f"samples {first} to {last} {side} ({carried} of the excess error)"


def _place(share: Values) -> str:
    line, column = divmod(int(share.argmax()), GRID)
    vertical = ("top", "middle", "bottom")[min(3 * line // GRID, 2)]
    horizontal = ("left", "centre", "right")[min(3 * column // GRID, 2)]
    return f"{vertical} {horizontal}"


def plane(codes: Values) -> tuple[Values, float]:
    """Codes (n, Z) on their two main axes (n, 2), and the share of the variance that these keep.

    Principal components (Pearson, 1901).
    """
    exact = np.where(np.isfinite(codes), codes, 0.0).astype(np.float64)
    centred = exact - exact.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred, full_matrices=False)
    places = centred @ axes[:2].T
    places = np.pad(places, ((0, 0), (0, 2 - places.shape[1])))
    total = float((sizes**2).sum())
    return places, float((sizes[:2] ** 2).sum() / total) if total > 0 else 1.0
