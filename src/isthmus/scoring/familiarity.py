"""Whether whole columns are foreign to the detector, which no single row can show.

One name that was never seen is strange, and that is an alarm. Where most of a column's names are,
the file is more likely to spell them in another way.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from isthmus.read import Rows
from isthmus.read.cells import short
from isthmus.read.counting import counted
from isthmus.read.images.forms import resized
from isthmus.read.images.pairs import are_pairs
from isthmus.schema import UNSEEN, Column, Schema, closest
from isthmus.scoring.sum import sum_of

FEWEST = 2
"""Of one value or row alone nothing is said."""
MOST_SAID = 5
"""Columns that have a sentence of their own."""
NARROW = 0.01
"""Images whose values differ by less than this part of training's range are in other units."""
LONGEST_NAME = 60
"""Of longer names none is looked for that may have been meant: that takes too long."""


class Familiarity:
    """Counts, batch by batch and in constant memory, what is foreign in each column.

    Parameters
    ----------
    schema : Schema
        What the detector knows.
    judged : bool
        Whether the rows are judged, by their targets where there are any; else targets may miss.
    filled : bool
        Whether missing cells are what is to be filled, so that none is foreign.
    """

    def __init__(self, schema: Schema, *, judged: bool = True, filled: bool = False) -> None:
        self._schema, self._judged, self._filled = schema, judged, filled
        self._columns = schema.columns
        self._categories = schema.categories
        self._values = np.zeros(len(schema.columns), np.int64)
        self._unseen = np.zeros(len(schema.columns), np.int64)
        self._examples: dict[int, str] = {}
        self._rows = self._usable = self._resized = 0
        self._least, self._most = np.inf, -np.inf

    def add(self, rows: Rows) -> None:
        """Count a batch that was read for the schema."""
        self._resized += rows.resized
        self.add_cells(rows.values, rows.texts, rows.unusable)

    def add_cells(
        self,
        values: npt.NDArray[np.floating[Any]],
        texts: Mapping[str, pa.Array | pa.ChunkedArray],
        unusable: Collection[int] = (),
    ) -> None:
        """Count cells.

        Parameters
        ----------
        values : array
            Shape (N, D), in the schema's order.
        texts : mapping of str to Array
            The names (N,) in the categories, for an example; columns may be left out.
        unusable : collection of int
            Rows in which NaN may be a cell that is no number.
        """
        if np.isnan(sum_of(values)):
            there = ~np.isnan(values)
            usable = there.any(axis=1)
            observed = there.reshape(-1, len(self._columns)).sum(axis=0)  # pixels by channel
        else:
            usable = np.ones(len(values), bool)
            observed = np.asarray(values.size // len(self._columns))
        usable[list(unusable)] = False
        self._rows += len(values)
        self._usable += int(usable.sum())
        self._values += observed
        if self._schema.image is not None:
            finite = np.isfinite(values)
            self._least = min(self._least, float(values.min(where=finite, initial=np.inf)))
            self._most = max(self._most, float(values.max(where=finite, initial=-np.inf)))
        for place in self._categories:
            unseen = values[:, place] == UNSEEN
            self._unseen[place] += int(unseen.sum())
            names = texts.get(self._columns[place].name)
            if names is not None and place not in self._examples and unseen.any():
                self._examples[place] = names[int(unseen.argmax())].as_py()

    @property
    def warnings(self) -> tuple[str, ...]:
        """One sentence for each column that is foreign, of many columns for the first ones."""
        if self._without_targets:
            return (
                *self._of_images,
                "no image came with its target, by which it is judged: give the targets with "
                "--paired FOLDER (in Python paired=)",
            )
        said = [s for place in range(len(self._columns)) if (s := self._sentence(place))]
        more = len(said) - MOST_SAID
        if more <= 0:
            return (*self._of_images, *said)
        are = "column is" if more == 1 else "columns are"
        return (*self._of_images, *said[:MOST_SAID], f"{more} more {are} as foreign")

    @property
    def _of_images(self) -> tuple[str, ...]:
        """What is said of images as a whole: their size, and the range of their values."""
        form, said = self._schema.image, []
        if form is not None and self._resized:
            said.append(resized(self._resized, self._rows, form))
        if form is not None and self._usable >= FEWEST:
            low = min(column.minimum for column in self._columns)
            high = max(column.maximum for column in self._columns)
            if self._most - self._least < NARROW * (high - low):
                said.append(
                    f"all values of the images lie between {self._least:.4g} and {self._most:.4g}, "
                    f"in training between {low:.4g} and {high:.4g}: were they divided by something?"
                )
        return tuple(said)

    @property
    def _without_targets(self) -> bool:
        """Whether images that are judged by others came without any of these."""
        if not self._judged or not self._usable or not are_pairs(self._schema):
            return False
        return not any(self._values[[column.target for column in self._columns]])

    def _sentence(self, place: int) -> str:
        column = self._columns[place]
        values, unseen = int(self._values[place]), int(self._unseen[place])
        if values >= FEWEST and 2 * unseen > values:
            return (
                f"column {column.name!r}: {unseen} of {values} values are none of the "
                f"{counted(len(column.levels), 'level')} that training had{self._such_as(place)}"
            )
        expected = not self._filled and (self._judged or not column.target)
        if not values and self._usable >= FEWEST and not column.missing and expected:
            which = "" if self._usable == self._rows else " that can be scored"
            return (
                f"column {column.name!r} is missing in all {self._usable} rows{which}, which it "
                "never was in training"
            )
        return ""

    def _such_as(self, place: int) -> str:
        if place not in self._examples:
            return ""
        example = self._examples[place]
        meant = _meant(example, self._columns[place])
        return f", such as {short(example)}" + (f" (is it {short(meant)}?)" if meant else "")


def foreign(
    schema: Schema,
    values: npt.NDArray[np.floating[Any]],
    texts: Mapping[str, pa.Array | pa.ChunkedArray],
) -> Sequence[str]:
    """What `Familiarity` says of rows (N, D) that are all there."""
    seen = Familiarity(schema)
    seen.add_cells(values, texts)
    return seen.warnings


def _meant(name: str, column: Column) -> str | None:
    """The level that was probably meant."""
    if len(name) > LONGEST_NAME:
        return None
    return closest(name, [level for level in column.levels if len(level) <= LONGEST_NAME])
