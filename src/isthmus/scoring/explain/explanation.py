"""What is said of one row: the cells or stretches that carry its score, and one sentence."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from isthmus.scoring.explain.findings import Finding
from isthmus.scoring.scores import INVALID, SCORED
from isthmus.scoring.writers.plain import json_value

Direction = Literal["above", "below", "both"]


@dataclass(frozen=True)
class Cell:
    """One cell of a row, beside what the network expected there.

    Attributes
    ----------
    name : str
        The column.
    place : int
        Its number, from 0.
    observed : float, str or None
        A number in the user's units, a category by its text; None where it is missing.
    expected : float, str or None
        What was rebuilt, a category by its most likely level; None where that is no number.
    deviation : float or None
        What observed and expected usually differ by in normal rows that the network did not train
        on: 68 % of them differ by no more. None for a category.
    error : float
        In units of the loss.
    times : float
        The error over the cell's usual one; what cells are ranked by.
    share : float
        Of the row's total error.
    p_value : float
        The share of normal rows with at least that error in this cell.
    finding : str
        What else there is to say of the value; see `Finding`.
    """

    name: str
    place: int
    observed: float | str | None
    expected: float | str | None
    deviation: float | None
    error: float
    times: float
    share: float
    p_value: float
    finding: Finding


@dataclass(frozen=True)
class Interval:
    """Samples of a signal that are off together.

    Attributes
    ----------
    first, last : int
        Its first and last sample, both included, from 0.
    times : float
        The mean over its samples of error over usual error.
    share : float
        Of the row's total error.
    direction : {"above", "below", "both"}
        Where the peak lies as seen from what was expected, if at least three quarters of the
        interval's error lie there too; else ``"both"``.
    peak : Cell
        The sample that is off most.
    """

    first: int
    last: int
    times: float
    share: float
    direction: Direction
    peak: Cell


@dataclass(frozen=True)
class Region:
    """Pixels of an image that lie together and are off.

    Attributes
    ----------
    top, left, height, width : int
        The smallest rectangle around them; lines and columns of pixels count from 0.
    times : float
        Their error together over their usual error together.
    share : float
        Of the error that the row has in excess of the usual.
    direction : {"above", "below", "both"}
        Whether they are brighter or darker than expected, if at least three quarters of their
        excess error say so; else ``"both"``.
    observed, expected : float or None
        Their mean brightness; None where no pixel has a value.
    peak : Cell
        The pixel that is off most, in the channel that is off most; its name is its place.
    channel : str or None
        Of several channels the one that is furthest off: direction and brightness are its own.
    """

    top: int
    left: int
    height: int
    width: int
    times: float
    share: float
    direction: Direction
    observed: float | None
    expected: float | None
    peak: Cell
    channel: str | None = None


@dataclass(frozen=True)
class Explanation:
    """Why a row has its score.

    Attributes
    ----------
    row : int
        Its number in the input, from 0.
    ids : dict
        What was passed through.
    anomaly_score, p_value, is_anomaly
        As `Scores` has them.
    sentence : str
        The same in plain words.
    cells : tuple of Cell
        Of a table: the cells that are off most, first the worst.
    intervals : tuple of Interval
        Of a signal: the stretches that carry most, first the heaviest.
    regions : tuple of Region
        Of an image: the places that carry most, first the heaviest.
    """

    row: int
    ids: dict[str, Any]
    anomaly_score: float
    p_value: float
    is_anomaly: bool
    sentence: str
    cells: tuple[Cell, ...] = ()
    intervals: tuple[Interval, ...] = ()
    regions: tuple[Region, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as JSON has it: null for what is missing or no number."""
        plain: dict[str, Any] = json_value({**asdict(self), "status": SCORED, "reason": None})
        return plain


@dataclass(frozen=True)
class Unexplained:
    """A row that could not be scored, so that there is nothing to explain, and why."""

    row: int
    ids: dict[str, Any]
    reason: str
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """With the fields of an `Explanation`, null where they say nothing."""
        return {
            "row": self.row,
            "ids": json_value(self.ids),
            "anomaly_score": None,
            "p_value": None,
            "is_anomaly": None,
            "sentence": self.sentence,
            "cells": [],
            "intervals": [],
            "regions": [],
            "status": INVALID,
            "reason": self.reason,
        }


Entry = Explanation | Unexplained
