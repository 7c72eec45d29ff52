"""Areas are what touches, corners counted; compared with the slow way to find them."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from isthmus.scoring.explain.areas import EDGE, FAR, connected, far_off, hot_areas

MARKED = arrays(bool, st.tuples(st.integers(1, 9), st.integers(1, 9)))


def slow_areas(marked: np.ndarray) -> set[frozenset[tuple[int, int]]]:
    """Merge areas with a pixel in common until none is left to merge."""
    areas = [
        {
            (line + down, column + right)
            for down in (-1, 0, 1)
            for right in (-1, 0, 1)
            if 0 <= line + down < marked.shape[0]
            and 0 <= column + right < marked.shape[1]
            and marked[line + down, column + right]
        }
        for line, column in np.argwhere(marked).tolist()
    ]
    merged: list[set[tuple[int, int]]] = []
    for area in areas:
        touching = [other for other in merged if other & area]
        merged = [other for other in merged if not other & area]
        merged.append(area.union(*touching))
    return {frozenset(area) for area in merged}


@given(MARKED)
def test_areas_are_those_of_the_slow_way(marked: np.ndarray) -> None:
    found = connected(marked)
    assert {frozenset(map(tuple, area.tolist())) for area in found} == slow_areas(marked)
    assert sum(map(len, found)) == marked.sum()


def test_a_corner_is_enough_to_touch() -> None:
    assert len(connected(np.eye(5, dtype=bool))) == 1
    assert len(connected(np.eye(5, dtype=bool)[::2])) == 3


def test_nothing_marked_is_no_area() -> None:
    assert connected(np.zeros((3, 3), bool)) == []


def test_far_off_is_several_times_the_usual_and_not_below_the_rest_of_the_row() -> None:
    heat = np.ones((10, 10))
    heat[0, 0], heat[5, 5] = FAR + 0.1, FAR - 0.1
    assert np.argwhere(far_off(heat)).tolist() == [[0, 0]]
    everywhere = np.full((10, 10), 50.0)
    assert far_off(everywhere).all()
    everywhere[0, 0] = np.inf
    assert np.argwhere(far_off(everywhere)).tolist() == [[0, 0]]


def test_what_is_spoiled_beside_a_broken_place_is_no_part_of_it() -> None:
    heat = np.ones((9, 9))
    heat[2:4, 2:4] = 1000
    heat[4, 2:8] = 1000 * EDGE - 1
    heat[7, 7] = 50
    assert [len(area) for area in hot_areas(heat)] == [4, 1]
    heat[4, 7] = 500
    assert [area.tolist() for area in hot_areas(heat)][1:] == [[[4, 7]], [[7, 7]]]


@given(arrays(float, (6, 7), elements=st.floats(0, 1e6)))
def test_hot_areas_are_far_off_and_share_no_pixel(heat: np.ndarray) -> None:
    pixels = [tuple(pixel) for area in hot_areas(heat) for pixel in area.tolist()]
    assert len(pixels) == len(set(pixels))
    assert all(far_off(heat)[pixel] for pixel in pixels)
    if far_off(heat).any():
        assert np.unravel_index(int(heat.argmax()), heat.shape) in pixels
