"""Batches in, scored batches out, in any process."""

from __future__ import annotations

import os
import pickle
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from beats import table_rows

from isthmus import Scorer
from isthmus.distributed import BatchScorer
from isthmus.errors import DamagedModelError, UsageError
from isthmus.options import RowOptions

NAMES = list("abcdefg")


def batches_of(rows, *places):
    """Rows cut at places, with an id."""
    columns = {name: rows[:, place] for place, name in enumerate(NAMES)}
    table = pa.table({"who": [f"r{row}" for row in range(len(rows))], **columns})
    edges = [0, *places, len(rows)]
    return [
        table.slice(start, end - start).combine_chunks().to_batches()[0]
        for start, end in pairwise(edges)
    ]


@pytest.mark.parametrize("places", [(), (1,), (7, 50, 119)])
def test_batches_are_scored_as_the_whole_however_they_are_cut(model_bytes, places):
    rows = table_rows()
    score = BatchScorer(model_bytes, columns=RowOptions(id=("who",)))
    came = pa.Table.from_batches(score(iter(batches_of(rows, *places))))
    assert came["who"].to_pylist() == [f"r{row}" for row in range(len(rows))]
    assert came["row"].to_pylist() == list(range(len(rows)))
    expected = Scorer.load(model_bytes).anomaly_score(rows)
    np.testing.assert_array_equal(came["anomaly_score"].to_numpy(), expected)


def test_it_reads_no_further_than_it_has_given(model_bytes):
    taken = []

    def batches():
        for batch in batches_of(table_rows(), 40, 80):
            taken.append(batch.num_rows)
            yield batch

    scored = BatchScorer(model_bytes, columns=RowOptions(id=("who",)))(batches())
    next(scored)
    assert taken == [40]


def test_another_process_gets_the_same_scorer(model_bytes, tmp_path):
    score = BatchScorer(model_bytes, alpha=0.2, columns=RowOptions(id=("who",)))
    (batch,) = batches_of(table_rows())
    list(score([batch]))  # it holds a session now, which cannot travel
    sent = pickle.dumps(score)
    (expected,) = score([batch])
    (came,) = pickle.loads(sent)([batch])
    assert came.equals(expected)


def test_a_damaged_model_or_an_impossible_threshold_is_refused_before_it_travels(model_bytes):
    with pytest.raises(DamagedModelError):
        BatchScorer(model_bytes[:-1] + b"?")
    with pytest.raises(UsageError):
        BatchScorer(model_bytes, threshold="nonsense")


SPARK = """
import sys
from pyspark.sql import SparkSession
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .getOrCreate()
)
"""


def example():
    """What docs/scaling.md shows, between other names."""
    page = (Path(__file__).parents[2] / "docs" / "scaling.md").read_text()
    (shown,) = re.findall(r"^```text\n(.*?)^```", page, re.S | re.M)
    for place, name in enumerate(("detector.onnx", "data", "scored"), start=1):
        assert shown.count(f'"{name}"') == 1
        shown = shown.replace(f'"{name}"', f"sys.argv[{place}]")
    return shown


def test_spark_scores_every_row_as_this_process_does(shelf, tmp_path):
    pytest.importorskip("pyspark", reason="PySpark is not installed")
    if shutil.which("java") is None:
        pytest.skip("PySpark needs Java")
    import pyarrow.dataset as pads

    words = [str(shelf.model), str(shelf.data), str(tmp_path / "scored")]
    done = subprocess.run(
        [sys.executable, "-c", SPARK + example(), *words],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    table = pads.dataset(tmp_path / "scored", format="parquet").to_table()
    order = np.argsort([int(who[1:]) for who in table["who"].to_pylist()])
    expected = Scorer.load(shelf.model).score(shelf.values)
    assert len(table) == len(shelf.values)
    came = table["anomaly_score"].to_numpy()[order]
    np.testing.assert_array_equal(came, expected.anomaly_score)
