"""One image beside what the network made of it: the regions that are off, the worst first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from isthmus.read.images.pairs import PREFIX
from isthmus.schema import ImageForm, Schema
from isthmus.scoring.explain.areas import hot_areas
from isthmus.scoring.explain.explanation import Cell, Direction, Region
from isthmus.scoring.explain.heat import by_pixel, heat, usual_by_pixel
from isthmus.scoring.explain.ranking import shares
from isthmus.scoring.explain.row import ONE_SIDED, RebuiltRow

LEAST_SHARE = 0.02
"""Of the excess error, that a region has unless it is the only one."""


@dataclass(frozen=True)
class RebuiltImage:
    """One image of a batch.

    Attributes
    ----------
    row : RebuiltRow
        The same as a row of cells.
    form : ImageForm
        What the cells are.
    channels : tuple of str
        Their names.
    targets : tuple of str
        Those that are judged, where not all are.
    """

    row: RebuiltRow
    form: ImageForm
    channels: tuple[str, ...]
    targets: tuple[str, ...] = ()

    @classmethod
    def of(cls, row: RebuiltRow, schema: Schema) -> RebuiltImage:
        """Made of a row of a detector that knows images."""
        if schema.image is None:
            raise TypeError(f"rows of a {schema.kind} are no images")
        targets = tuple(column.name for column in schema.columns if column.target)
        return cls(row, schema.image, schema.names, targets)

    @cached_property
    def heat(self) -> np.ndarray:
        """Errors over usual errors, shape (height, width)."""
        usual = usual_by_pixel(self.row.usual.means, self.form)
        return heat(self.row.errors, usual, self.form)

    @cached_property
    def excess(self) -> np.ndarray:
        """What the errors of pixels have above the usual, shape (height, width)."""
        usual = by_pixel(self.row.usual.means, self.form)
        above: np.ndarray = np.maximum(by_pixel(self.row.errors, self.form) - usual, 0.0)
        return above

    @cached_property
    def shares(self) -> np.ndarray:
        """Shares of the excess error, shape (height, width)."""
        flat = shares(self.excess.ravel())
        return flat.reshape(self.excess.shape)

    def regions(self, top: int) -> tuple[tuple[Region, ...], bool]:
        """At most `top` regions, the heaviest first, and whether they stand out.

        Where no pixel is off by far, the one that is off most stands in for them.
        """
        areas = hot_areas(self.heat)
        if not areas:
            worst = np.unravel_index(int(self.heat.argmax()), self.heat.shape)
            return (self._region(np.array([worst])),), False
        order = sorted(areas, key=lambda area: -self._share(area))
        kept = [area for area in order if self._share(area) >= LEAST_SHARE] or order[:1]
        return tuple(map(self._region, kept[:top])), True

    def _share(self, area: np.ndarray) -> float:
        return min(1.0, float(self.shares[area[:, 0], area[:, 1]].sum()))

    def _region(self, area: np.ndarray) -> Region:
        (top, left), (bottom, right) = area.min(axis=0).tolist(), area.max(axis=0).tolist()
        observed, expected, channel = self._brightness(area)
        return Region(
            top=top,
            left=left,
            height=bottom - top + 1,
            width=right - left + 1,
            times=self._times(area),
            share=self._share(area),
            direction=self._direction(area, observed - expected),
            observed=_mean(observed),
            expected=_mean(expected),
            peak=self._peak(area),
            channel=channel,
        )

    def _times(self, area: np.ndarray) -> float:
        places = area[:, 0], area[:, 1]
        usual = usual_by_pixel(self.row.usual.means, self.form)[places].sum()
        return float(by_pixel(self.row.errors, self.form)[places].sum() / usual)

    def _brightness(self, area: np.ndarray) -> tuple[np.ndarray, np.ndarray, str | None]:
        """An area's pixels as observed and expected, (n,), in the channel that is furthest off.

        Its name is told where there are several.
        """
        shape = self.form.height, self.form.width, self.form.channels
        values = self.row.rows.values[self.row.place], self.row.expected
        names = self.targets or self.channels
        judged = [place for place, name in enumerate(self.channels) if name in names]
        observed, expected = (
            part.astype(np.float64).reshape(shape)[area[:, 0], area[:, 1]][:, judged]
            for part in values
        )
        apart = np.nan_to_num(np.abs(observed - expected)).sum(axis=0)  # what misses is not far
        worst = int(apart.argmax())
        name = names[worst].removeprefix(PREFIX) if len(names) > 1 else None
        return observed[:, worst], expected[:, worst], name

    def _direction(self, area: np.ndarray, apart: np.ndarray) -> Direction:
        """Where most of the excess error lies; a missing pixel lies nowhere."""
        weights, sides = self.shares[area[:, 0], area[:, 1]], np.sign(apart)
        sides[np.isnan(sides)] = 0
        leaning = float(weights @ sides)
        if abs(leaning) < (2 * ONE_SIDED - 1) * float(weights.sum()) or not leaning:
            return "both"
        return "above" if leaning > 0 else "below"

    def _peak(self, area: np.ndarray) -> Cell:
        line, column = area[int(self.heat[area[:, 0], area[:, 1]].argmax())].tolist()
        first = (line * self.form.width + column) * self.form.channels
        errors = self.row.errors[first : first + self.form.channels]
        place = first + int(errors.argmax())
        cell = self.row.cell(place)
        return replace(cell, name=self.form.cell_name(place, self.channels))


def _mean(values: np.ndarray) -> float | None:
    """The mean of what is there, to a few digits: it is read by people."""
    there = values[np.isfinite(values)]
    return float(f"{there.mean():.4g}") if len(there) else None
