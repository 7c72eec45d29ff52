"""What docs/accuracy.md shows is what the benchmark stored."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.importorskip("sklearn", reason="the page compares with scikit-learn")
pytest.importorskip("altair", reason="the page has pictures")

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.accuracy.methods import METHODS  # noqa: E402
from benchmarks.accuracy.page import tables  # noqa: E402
from benchmarks.readme import figures  # noqa: E402
from benchmarks.results import DIRECTORY  # noqa: E402

DOCUMENT = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")


def test_every_table_is_that_of_the_stored_figures():
    if not (DIRECTORY / "accuracy.json").exists():
        pytest.skip("python -m benchmarks.accuracy has not stored anything yet")
    for name, table in tables(figures("accuracy")).items():
        assert f"<!-- {name} -->\n{table}\n<!-- end -->" in DOCUMENT, name


def test_every_detector_is_explained():
    _, _, section = DOCUMENT.partition("\n## The detectors\n")
    section, _, _ = section.partition("\n## ")
    explained = " ".join(line.split(" | ")[0] for line in section.splitlines())
    for method in METHODS.values():
        if method.name != "isthmus":
            assert method.title in explained, method.title
