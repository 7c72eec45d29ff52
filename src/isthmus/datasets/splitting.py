"""The shuffled split that published figures use, without scikit-learn."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from isthmus.errors import UsageError

Rows = npt.NDArray[np.int64]


def split(n: int, *, test_share: float = 0.2, seed: int = 111) -> tuple[Rows, Rows]:
    """Divide n rows at random into a training and a test part.

    The rows and their order are those of scikit-learn's ``train_test_split(test_size=test_share,
    random_state=seed)``, so figures can be held against published ones row for row.

    Parameters
    ----------
    n : int
        How many rows there are.
    test_share : float
        The share of the test part, more than 0 and less than 1; rounded up to whole rows.
    seed : int
        Seed of NumPy's legacy generator, whose stream never changes; 0 to 2**32 - 1.

    Returns
    -------
    training, test : arrays of int64
        Row numbers from 0; together every row once.

    Raises
    ------
    UsageError
        If an argument is out of range, or nothing is left to train on.
    """
    _check(n, test_share, seed)
    shuffled = np.random.RandomState(seed).permutation(n).astype(np.int64)
    test_rows = math.ceil(test_share * n)
    return shuffled[test_rows:], shuffled[:test_rows]


def _check(n: int, test_share: float, seed: int) -> None:
    problems = []
    if not 0 < test_share < 1:
        problems.append(f"test_share: more than 0 and less than 1 was expected, got {test_share}")
    elif n - math.ceil(test_share * n) < 1:
        problems.append(f"n: {n} rows leave none to train on with test_share={test_share}")
    if not 0 <= seed < 2**32:
        problems.append(f"seed: 0 to {2**32 - 1} was expected, got {seed}")
    if problems:
        raise UsageError(*problems)
