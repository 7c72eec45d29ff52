"""The words of an explanation of images."""

from __future__ import annotations

from collections.abc import Sequence

from isthmus.schema import ImageForm
from isthmus.scoring.explain.amounts import decimals_apart, percent
from isthmus.scoring.explain.explanation import Direction, Region
from isthmus.scoring.explain.words import Lead, exact, sentence, value_of

DIRECTIONS: dict[Direction, str] = {
    "above": "brighter than expected",
    "below": "darker than expected",
    "both": "not as expected",
}
LARGE = 2 / 3
"""A region that is higher and wider than this part of the image is nearly the whole of it."""
THIRDS = (
    ("upper left", "top", "upper right"),
    ("left", "centre", "right"),
    ("lower left", "bottom", "lower right"),
)


def regions_sentence(
    row: int, regions: Sequence[Region], form: ImageForm, lead: Lead, alarm: bool
) -> str:
    """One sentence on an image, as those on rows of a table or signal.

    Parameters
    ----------
    row : int
        Its number.
    regions : sequence of Region
        First the heaviest.
    form : ImageForm
        Of the image.
    lead : Lead
        How clear the case is.
    alarm : bool
        Whether the row is one.
    """
    if lead == "exact":
        return exact(row, "pixel")
    worst, others = regions[0], regions[1:]
    more = f"; also off: {'; '.join(map(place, others))}" if others and lead == "clear" else ""
    subject = f"{place(worst)} ({position(worst, form)})"
    said = f"{_direction(worst)}{_values(worst)}"
    said += f", {percent(worst.share)} of the excess error" if lead == "clear" else ""
    return sentence(row, "pixel", subject, said, lead, alarm) + more


def place(region: Region) -> str:
    """Where a region lies: lines 3 to 9, columns 12 to 20."""
    lines = _from_to("line", region.top, region.height)
    return f"{lines}, {_from_to('column', region.left, region.width)}"


def position(region: Region, form: ImageForm) -> str:
    """The same as people say it: upper right."""
    if region.height > LARGE * form.height and region.width > LARGE * form.width:
        whole = (region.height, region.width) == (form.height, form.width)
        return "the whole image" if whole else "nearly the whole image"
    line = (region.top + region.height / 2) / form.height
    column = (region.left + region.width / 2) / form.width
    return THIRDS[min(int(3 * line), 2)][min(int(3 * column), 2)]


def _from_to(noun: str, first: int, count: int) -> str:
    return f"{noun} {first}" if count == 1 else f"{noun}s {first} to {first + count - 1}"


def _is_one(region: Region) -> bool:
    return (region.height, region.width) == (1, 1)


def _direction(region: Region) -> str:
    """Which way it is off, as a verb: in brightness, or in one of several channels."""
    if region.channel is None or region.direction == "both":
        return f"{'is' if _is_one(region) else 'are'} {DIRECTIONS[region.direction]}"
    more = "more" if region.direction == "above" else "less"
    return f"{'has' if _is_one(region) else 'have'} {more} {region.channel} than expected"


def _values(region: Region) -> str:
    """The brightness that was observed and expected, with as many digits as tell them apart."""
    observed, expected = region.observed, region.expected
    if observed is None or expected is None:
        return ""
    decimals = decimals_apart(observed, (expected,))
    of = "" if region.channel is None else f"{region.channel} "
    return f" ({of}{value_of(observed, decimals)}, expected {value_of(expected, decimals)})"
