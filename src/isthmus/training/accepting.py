"""What the estimator takes, refuses, and says of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from isthmus.errors import DataError, UsageError
from isthmus.options import FitOptions


def are_images(X: Any) -> bool:
    """Whether X is an array of more than two dimensions."""
    return getattr(X, "ndim", 2) > 2


def has_names(X: Any) -> bool:
    """Whether X is a frame or table with columns that are no numbers."""
    if hasattr(X, "iloc"):  # pandas
        return any(getattr(kind, "kind", "O") not in "iuf" for kind in getattr(X, "dtypes", ()))
    if not hasattr(X, "__arrow_c_stream__"):
        return False
    types = pa.RecordBatchReader.from_stream(X).schema.types
    return not all(pa.types.is_floating(kind) or pa.types.is_integer(kind) for kind in types)


def seed_of(state: Any) -> int:
    """A seed, from whatever scikit-learn takes as a `random_state`: None draws a new one.

    Raises
    ------
    UsageError
        If it is nothing of the kind.
    """
    if isinstance(state, (int, np.integer)):
        return int(state)
    draws = np.random.mtrand._rand if state in (None, np.random) else state
    if not isinstance(draws, np.random.RandomState):
        raise UsageError(f"random_state: a whole number or a RandomState expected, got {state!r}")
    return int(draws.randint(2**31 - 1))


def refuse(reasons: Mapping[int, str]) -> None:
    """Raise a `DataError` that names every row that cannot be scored, and why."""
    if reasons:
        raise DataError(
            *[f"row {row} cannot be scored: {why}" for row, why in reasons.items()],
            advice="Leave such rows out; isthmus.Scorer marks them as invalid instead.",
        )


def described() -> str:
    """The parameters that are options of `isthmus.options`, in its own words."""
    lines = []
    for group in FitOptions.model_fields.values():
        for name, field in type(group.default).model_fields.items():
            if name != "seed":
                lines.append(f"{name} : default={field.default!r}\n        {field.description}")
    return "\n    ".join(lines)
