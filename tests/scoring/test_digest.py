"""The digest of rows: the same whatever holds them, and another for any other rows."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from isthmus.scoring import digest
from isthmus.scoring.digest import ROW_TYPES, RowsDigest, rows_digest


def rows(holes: bool) -> np.ndarray:
    values = np.random.default_rng(0).normal(size=(50, 3))
    if holes:
        values[[0, 7, 49], [0, 1, 2]] = np.nan
        values[[5, 30, 31]] = np.nan
    return values


@pytest.mark.parametrize("together", [1, 6, 7, 1 << 18])
@pytest.mark.parametrize("holes", [False, True])
@pytest.mark.parametrize("kind", ROW_TYPES)
def test_it_is_that_of_all_rows_with_a_value_at_once(monkeypatch, together, holes, kind) -> None:
    values = rows(holes)
    monkeypatch.setattr(digest, "_TOGETHER", together)
    kept = values[~np.isnan(values).all(axis=1)].astype(ROW_TYPES[kind])
    assert rows_digest(values, kind) == hashlib.sha256(kept.tobytes()).hexdigest()
    assert rows_digest(np.asfortranarray(values), kind) == rows_digest(values, kind)
    other = values.copy()
    other[49, 0] += 1
    assert rows_digest(other, kind) != rows_digest(values, kind)


def test_every_way_to_write_a_missing_cell_is_the_same() -> None:
    values = rows(holes=True)
    other = values.copy()
    other[np.isnan(other)] = -np.nan
    assert values.tobytes() != other.tobytes()
    assert rows_digest(values, "table") == rows_digest(other, "table")


@pytest.mark.parametrize("batch", [1, 7, 50])
@pytest.mark.parametrize("kind", ROW_TYPES)
def test_rows_that_come_in_batches_have_the_digest_of_all(batch, kind) -> None:
    values = rows(holes=True)
    dealt = RowsDigest(kind)
    for first in range(0, len(values), batch):
        dealt.add(values[first : first + batch])
    assert dealt.text == rows_digest(values, kind)
