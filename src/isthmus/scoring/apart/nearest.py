"""The nearest of many codes: exact, in float64 and in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

QUERIES, INDEXED = 256, 4096
"""Queries and indexed codes that are compared at once."""
CELLS = 1 << 20
"""Numbers that are held for exact distances at once."""

_EPSILON = float(np.finfo(np.float64).eps)


class Nearest:
    """Finds, for each query, the codes with the smallest squared Euclidean distance.

    A matrix product tells which codes may be among the nearest; the distances of these are then
    computed from differences, so that equal codes have a distance of exactly 0 and the result does
    not hang on what else is asked or indexed. Of equal distances the earlier code comes first.

    Parameters
    ----------
    codes : array, shape (n, Z)
        What is searched; finite numbers.
    """

    def __init__(self, codes: np.ndarray) -> None:
        self._codes = np.asarray(codes)
        self._squares = _squares(self._codes)

    def of(self, queries: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        """The nearest codes of each query, nearest first.

        Parameters
        ----------
        queries : array, shape (q, Z)
            Finite numbers.
        count : int
            How many, k; fewer where there are not so many codes.

        Returns
        -------
        places : array of int64, shape (q, k)
            Where they stand among the codes.
        distances : array of float64, shape (q, k)
            Squared.
        """
        count = min(count, len(self._codes))
        places = np.empty((len(queries), count), np.int64)
        distances = np.empty((len(queries), count))
        if count:
            for first in range(0, len(queries), QUERIES):
                block = queries[first : first + QUERIES].astype(np.float64)
                part = slice(first, first + len(block))
                places[part], distances[part] = self._of_block(block, count)
        return places, distances

    def _of_block(self, queries: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
        places = np.full((len(queries), count), len(self._codes))
        distances = np.full((len(queries), count), np.inf)
        for first in range(0, len(self._codes), INDEXED):
            codes = self._codes[first : first + INDEXED].astype(np.float64)
            squares = self._squares[first : first + INDEXED]
            asked, near = _near(queries, codes, squares, distances[:, -1], count)
            found = _exact(queries, codes, asked, near)
            places, distances = _best(places, distances, asked, near + first, found)
        return places, distances


def _near(
    queries: np.ndarray, codes: np.ndarray, squares: np.ndarray, reached: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a query and a code that may be among its nearest, by their places.

    `reached` (q,) is the largest distance among the nearest so far.
    """
    own = _squares(queries)
    about = own[:, None] + squares - 2.0 * (queries @ codes.T)
    # What rounding can do to these sums of products, with room to spare.
    room = 8.0 * (codes.shape[1] + 8) * _EPSILON * (own + squares.max())
    limit = reached + room
    if len(codes) >= count:
        limit = np.minimum(limit, np.partition(about, count - 1)[:, count - 1] + 2.0 * room)
    asked, near = np.nonzero(about <= limit[:, None])
    return asked, near


def _exact(
    queries: np.ndarray, codes: np.ndarray, asked: np.ndarray, near: np.ndarray
) -> np.ndarray:
    """Squared distances of pairs, shape (p,)."""
    found = np.empty(len(asked))
    most = max(1, CELLS // codes.shape[1])
    for first in range(0, len(asked), most):
        part = slice(first, first + most)
        found[part] = _squares(queries[asked[part]] - codes[near[part]])
    return found


def _best(
    places: np.ndarray,
    distances: np.ndarray,
    asked: np.ndarray,
    near: np.ndarray,
    found: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The nearest (q, k) so far and new pairs (p,), of which the nearest (q, k) stay."""
    queries, count = places.shape
    every = np.concatenate([np.repeat(np.arange(queries), count), asked])
    where = np.concatenate([places.ravel(), near])
    far = np.concatenate([distances.ravel(), found])
    order = np.lexsort((where, far, every))
    starts = np.searchsorted(every[order], np.arange(queries))
    kept = order[starts[:, None] + np.arange(count)]
    return where[kept], far[kept]


def _squares(codes: np.ndarray) -> np.ndarray:
    """The sum of squares of each row (n, Z), in float64: shape (n,)."""
    sums = np.empty(len(codes))
    for part in _parts(len(codes)):
        exact = np.ascontiguousarray(codes[part], np.float64)
        sums[part] = (exact * exact).sum(axis=1)
    return sums


def _parts(count: int) -> Iterator[slice]:
    for first in range(0, count, INDEXED):
        yield slice(first, first + INDEXED)
