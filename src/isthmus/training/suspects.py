"""Training rows that are unlike the rest: who should not train where some may be abnormal.

Rows are scored by others than themselves: by the distance to the k-th nearest row of the other
folds, and by another measure beside it, each as a standardised logarithm. At first k is a little
more than the share that may be abnormal, so that these are no crowd even where all are alike. What
is learnt of a few abnormal rows hides others like them, so the rows are scored again by the most
usual alone, the *core*, and once more, with k of NEIGHBOURS.

The networks and the bank learn from the core alone. A network needs few abnormal rows to rebuild
them, and a bank one; usual rows are plenty. The core is what is left when CAUTION times the stated
share is taken away; the stated share are the *suspects*, which serve for nothing. The rows between
are *doubtful*: mostly normal, they do not train, but calibrate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from isthmus.errors import UsageError
from isthmus.options import MINIMUM_ROWS, FitOptions
from isthmus.schema import Schema
from isthmus.training.folds import Plan
from isthmus.training.preprocessing import preamble_of
from isthmus.training.twin import LinearTwin

FOLDS = 5
NEIGHBOURS = 20
CROWD = 1.2
"""Times the stated share: k in parts of the rows, as long as all of them are looked at."""
ROUNDS = 3
EXPLAINED = 0.7
"""Share of the variance that the plane keeps: one of more dimensions learns the abnormal rows."""
CAUTION = 3.0
LEAST_CORE = 0.5
BANK_ROWS = 2048
"""Rows of the core, at most, that a row is held against."""
BLOCK = 512
FAR = 3.0
"""Deviations by which a signal must lie far away before its size counts beside its shape."""
USUAL = 1.0
"""Deviations below the middle, at most, that count."""
TINY = 1e-9


def _none() -> np.ndarray:
    return np.empty(0, np.int64)


@dataclass(frozen=True)
class Suspects:
    """Rows that are left out, and rows that do not train.

    Attributes
    ----------
    rows : array of int, shape (k,)
        Left out, the strangest first.
    scores : array of float, shape (k,)
        How far each is from what is usual, in deviations of all rows.
    doubtful : array of int, shape (q,)
        Rows that calibrate and do not train, in their order.
    """

    rows: np.ndarray = field(default_factory=_none)
    scores: np.ndarray = field(default_factory=lambda: np.empty(0))
    doubtful: np.ndarray = field(default_factory=_none)

    def kept_from(self, dealt: Plan, kept: np.ndarray) -> Plan:
        """A plan of the rows `kept`, without those that are doubtful among those that train."""
        doubtful = np.flatnonzero(np.isin(kept, self.doubtful))
        training = [np.setdiff1d(rows, doubtful) for rows in dealt.training]
        watched = [np.setdiff1d(rows, doubtful) for rows in dealt.validation]
        return replace(
            dealt,
            training=tuple(training),
            validation=tuple(
                new if len(new) else old for new, old in zip(watched, dealt.validation, strict=True)
            ),
        )


def find_suspects(values: np.ndarray, schema: Schema, options: FitOptions) -> Suspects:
    """Find training rows (N, D) that are unlike the rest; none where all are taken to be normal.

    Raises
    ------
    UsageError
        If too few rows would be left.
    """
    share = options.trust.suspects
    count = int(share * len(values))
    if not count:
        return Suspects()
    core = int(max(1 - CAUTION * share, LEAST_CORE) * len(values))
    if core < MINIMUM_ROWS:
        raise UsageError(
            f"suspects={share:g} leaves {core} of {len(values)} rows to learn from, at least "
            f"{MINIMUM_ROWS} are needed",
            advice="Give more rows, or a smaller share.",
        )
    scores = strangeness(values, schema, options, core, share)
    order = np.argsort(-scores, kind="stable")
    return Suspects(order[:count], scores[order[:count]], np.sort(order[count:-core]))


def strangeness(
    values: np.ndarray, schema: Schema, options: FitOptions, core: int, share: float
) -> np.ndarray:
    """How unlike the `core` most usual rows each row (N, D) is, (N,), judged by other rows."""
    preamble = preamble_of(values, schema, options)
    numbers, levels, _ = preamble.units.sizes
    rows = preamble.run_compactly(values).target[:, : numbers + levels]
    generator = np.random.default_rng([options.training.seed, len(values), 7])
    folds = generator.permutation(len(rows)) % FOLDS
    usual = np.ones(len(rows), bool)
    scores = np.zeros(len(rows))
    judge = _of_table if schema.kind == "table" else _of_shape
    for turn in range(ROUNDS):
        scores = judge(_Others(rows, folds, usual, generator, 0.0 if turn else CROWD * share))
        usual = np.zeros(len(rows), bool)
        usual[np.argsort(scores, kind="stable")[:core]] = True
    return scores


@dataclass(frozen=True)
class _Others:
    """Rows (N, U) that are judged by usual rows of other folds.

    `crowd` is k, in parts of these, where that is more than NEIGHBOURS.
    """

    rows: np.ndarray
    folds: np.ndarray
    usual: np.ndarray
    generator: np.random.Generator
    crowd: float

    def across(self, measure: Measure, rows: np.ndarray) -> np.ndarray:
        """Standardised logs (N,) of what usual rows of the other folds make of each row (N, U)."""
        found = np.empty(len(rows))
        for fold in range(FOLDS):
            own = self.folds == fold
            found[own] = measure(rows[own], rows[~own & self.usual], self)
        exact = np.log(found + TINY)
        spread = exact.std()
        standard: np.ndarray = (exact - exact.mean()) / (spread if spread > 0 else 1.0)
        return standard


Measure = Callable[[np.ndarray, np.ndarray, _Others], np.ndarray]


def _of_table(others: _Others) -> np.ndarray:
    """By the distance and by what a plane leaves of a row.

    No row is more than a little more usual than others by one of them: a crowd of abnormal rows
    pulls the plane through itself.
    """
    far, off = others.across(_distance, others.rows), others.across(_residual, others.rows)
    found: np.ndarray = (np.maximum(far, -USUAL) + np.maximum(off, -USUAL)) / 2
    return found


def _of_shape(others: _Others) -> np.ndarray:
    """By the distance of shapes: rows of one size, as they are and apart from the usual one.

    A large or small row is ordinary among many, and its distance would hide what its form is. By
    itself the size counts only far from all others. What is usual is known once there is a core.
    """
    rows, usual = others.rows, others.usual
    seen = [rows]
    if not usual.all():
        seen.append(rows - rows[usual].mean(axis=0, dtype=np.float64).astype(np.float32))
    shapes = [others.across(_distance, _unit(some)) for some in seen]
    far = others.across(_distance, rows)
    found: np.ndarray = np.maximum(np.mean(shapes, axis=0), far - FAR)
    return found


def _distance(rows: np.ndarray, bank: np.ndarray, others: _Others) -> np.ndarray:
    """The distance of rows (n, U) to the k-th nearest of the bank (B, U), (n,)."""
    if len(bank) > BANK_ROWS:
        bank = bank[others.generator.choice(len(bank), BANK_ROWS, replace=False)]
    place = min(max(NEIGHBOURS, int(others.crowd * len(bank))), len(bank)) - 1
    squares = np.einsum("ij,ij->i", bank, bank)
    found = np.empty(len(rows))
    for first in range(0, len(rows), BLOCK):
        some = rows[first : first + BLOCK]
        apart = squares - 2 * some @ bank.T
        nearest = np.partition(apart, place, axis=1)[:, place]
        found[first : first + BLOCK] = nearest + np.einsum("ij,ij->i", some, some)
    distance: np.ndarray = np.sqrt(np.maximum(found, 0.0))
    return distance


def _residual(rows: np.ndarray, bank: np.ndarray, others: _Others) -> np.ndarray:
    """What a plane of few dimensions, fitted on the bank (B, U), leaves of rows (n, U), (n,)."""
    twin = LinearTwin.fit(bank, others.generator, explained=EXPLAINED)
    residual: np.ndarray = np.sqrt(twin.residual(rows))
    return residual


def _unit(rows: np.ndarray) -> np.ndarray:
    """Rows (n, U) around their own mean and of length 1; one that is flat stays so."""
    apart = rows - rows.mean(axis=1, keepdims=True)
    length = np.sqrt(np.einsum("ij,ij->i", apart, apart))[:, None]
    shape: np.ndarray = np.divide(apart, length, out=np.zeros_like(apart), where=length > 0)
    return shape
