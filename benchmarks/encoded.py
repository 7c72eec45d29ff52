"""Isolation Forest and nearest neighbours on the columns of a table, encoded in the usual way.

Numbers get the median where they are missing, mean 0 and deviation 1. A category gets one column
of 0 and 1 for each level of the training rows, where missing is a level too; a level that training
did not have is all 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
from sklearn.ensemble import IsolationForest
from sklearn.impute import SimpleImputer
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from isthmus.schema import Schema

NEIGHBOURS = 5


@dataclass(frozen=True)
class Encoder:
    """Made for normal rows, whose columns are those of an isthmus schema.

    Attributes
    ----------
    schema : Schema
        Which columns, and which of them are categories.
    numbers, levels : Pipeline, OneHotEncoder
        Fitted to the normal rows; None where there are no such columns.
    """

    schema: Schema
    numbers: Pipeline | None
    levels: OneHotEncoder | None

    @classmethod
    def fit(cls, table: pa.Table, schema: Schema) -> Self:
        """Learn from a table of normal rows."""
        numbers, texts = _numbers(table, schema), _texts(table, schema)
        scaler = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
        levels = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        return cls(
            schema,
            scaler.fit(numbers) if numbers.shape[1] else None,
            levels.fit(texts) if texts.shape[1] else None,
        )

    def run(self, table: pa.Table) -> np.ndarray:
        """The rows of a table as numbers, shape (N, encoded columns)."""
        parts = []
        if self.numbers is not None:
            parts.append(self.numbers.transform(_numbers(table, self.schema)))
        if self.levels is not None:
            parts.append(self.levels.transform(_texts(table, self.schema)))
        return np.hstack(parts)


def isolation_forest(normal: np.ndarray, rows: np.ndarray, seed: int) -> np.ndarray:
    """Scores (N,) of rows by scikit-learn's default forest; they grow with strangeness."""
    forest = IsolationForest(random_state=seed).fit(normal)
    return -np.asarray(forest.score_samples(rows))


def nearest_neighbours(normal: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Mean distance (N,) of rows to their nearest normal rows."""
    distances, _ = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(normal).kneighbors(rows)
    mean: np.ndarray = distances.mean(axis=1)
    return mean


def _numbers(table: pa.Table, schema: Schema) -> np.ndarray:
    columns = [column.name for column in schema.columns if column.kind == "numeric"]
    cells = [table[name].cast(pa.float64()).to_numpy() for name in columns]
    return np.column_stack(cells) if cells else np.empty((table.num_rows, 0))


def _texts(table: pa.Table, schema: Schema) -> np.ndarray:
    columns = [column.name for column in schema.columns if column.kind == "category"]
    texts = [table[name].cast(pa.string()).fill_null("") for name in columns]
    cells = [np.array(column.to_pylist(), dtype=object) for column in texts]
    return np.column_stack(cells) if cells else np.empty((table.num_rows, 0), dtype=object)
