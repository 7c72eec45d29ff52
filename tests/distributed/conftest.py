"""A folder of files to score, of a detector that is quick to train."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from beats import table_rows

from isthmus.options import FitOptions
from isthmus.training.describe import describe
from isthmus.training.fit import fit

NAMES = list("abcdefg")
SMALL = {"encoder": (8,), "code_size": 4, "max_steps": 40}
ROWS = (300, 200, 0, 401, 1, 98)
"""Of each part; together a thousand."""

sys.path.insert(0, str(Path(__file__).parent))


@dataclass(frozen=True)
class Shelf:
    """A model file, and a folder of parts that lie in folders."""

    model: Path
    data: Path
    values: np.ndarray

    @property
    def parts(self) -> list[str]:
        """Their names, below the folder, in order."""
        return sorted(path.relative_to(self.data).as_posix() for path in self.data.rglob("*.pa*"))


@pytest.fixture(scope="session")
def model_bytes():
    """A detector of seven columns."""
    rows = table_rows()
    return fit(rows, describe(rows, NAMES, "table"), FitOptions.from_flat(**SMALL))


@pytest.fixture
def shelf(tmp_path, model_bytes):
    """Parts with an id that says which row is which; some rows cannot be scored."""
    model = tmp_path / "detector.onnx"
    model.write_bytes(model_bytes)
    values = np.resize(table_rows(), (sum(ROWS), len(NAMES)))
    values += np.random.default_rng(0).normal(0, 0.1, values.shape)
    values[::97, 2] = np.inf
    ids = [f"r{row}" for row in range(len(values))]
    first = 0
    for number, count in enumerate(ROWS):
        path = tmp_path / "data" / f"day={number % 2}" / f"part-{number}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = values[first : first + count]
        columns = {name: rows[:, place] for place, name in enumerate(NAMES)}
        pq.write_table(pa.table({"who": ids[first : first + count], **columns}), path)
        first += count
    return Shelf(model, tmp_path / "data", values)
