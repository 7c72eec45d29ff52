"""Which pixels of an image lie together: connected areas, corners counting as sides."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from isthmus.scoring.explain.stretches import MOST_TIMES, ROW_SHARE

FAR = 4.0
"""Pixels with this many times their usual error are off: few are in a normal image, and too few
meet to be one large area."""

EDGE = 0.1
"""Of the hottest pixel of an area, that each of its pixels has: what is broken spoils what is
expected beside it, and that is no part of it."""


def hot_areas(heat: np.ndarray) -> list[np.ndarray]:
    """The areas of pixels that are off by far, each without a margin that is far less so.

    Each is an array (n, 2) of lines and columns, of a heat map (height, width).
    """
    bounded, found = np.minimum(heat, MOST_TIMES), []
    for area in connected(far_off(heat)):
        own = bounded[area[:, 0], area[:, 1]]
        hot = area[own >= EDGE * own.max()]
        marked = np.zeros(heat.shape, bool)
        marked[hot[:, 0], hot[:, 1]] = True
        found += connected(marked)
    return found


def far_off(heat: np.ndarray) -> np.ndarray:
    """Which pixels (height, width) are off by far.

    An image that is off everywhere is one area; one that is off in one place far more than
    anywhere else is that place: a pixel must have this share of the mean, too.
    """
    bounded = np.minimum(heat, MOST_TIMES)
    off: np.ndarray = bounded > max(FAR, ROW_SHARE * float(bounded.mean()))
    return off


def connected(marked: np.ndarray) -> list[np.ndarray]:
    """The areas of marked pixels (height, width), from top to bottom.

    Each is an array (n, 2) of lines and columns; two pixels belong together where they touch,
    also by a corner.
    """
    waiting = {(int(line), int(column)) for line, column in np.argwhere(marked)}
    found = []
    for first in sorted(waiting):
        if first in waiting:
            found.append(np.array(sorted(_spread(first, waiting))))
    return found


def _spread(first: tuple[int, int], waiting: set[tuple[int, int]]) -> list[tuple[int, int]]:
    """All that is connected to a pixel, taken out of those that wait."""
    waiting.remove(first)
    area, edge = [first], [first]
    while edge:
        for near in _around(edge.pop()):
            if near in waiting:
                waiting.remove(near)
                area.append(near)
                edge.append(near)
    return area


def _around(pixel: tuple[int, int]) -> Iterator[tuple[int, int]]:
    line, column = pixel
    return ((line + down, column + right) for down in (-1, 0, 1) for right in (-1, 0, 1))
