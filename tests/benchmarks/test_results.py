from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import results


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "DIRECTORY", tmp_path / "results")


def test_figures_are_kept_with_the_versions_and_the_machine_that_they_come_from():
    path = results.store("speed", {"rows_per_second": 12.5})
    document = json.loads(path.read_text())
    assert path.name == "speed.json"
    assert document["figures"] == {"rows_per_second": 12.5}
    assert document["measured_on"]["versions"]["numpy"] == np.__version__
    assert document["measured_on"]["processors"] >= 1


def test_newer_figures_replace_older_ones():
    results.store("speed", {"rows": 1})
    assert json.loads(results.store("speed", {"rows": 2}).read_text())["figures"] == {"rows": 2}


def test_a_figure_that_is_no_number_is_refused_and_the_old_file_stays():
    path = results.store("speed", {"rows": 1})
    with pytest.raises(ValueError, match="JSON compliant"):
        results.store("speed", {"rows": float("nan")})
    assert json.loads(path.read_text())["figures"] == {"rows": 1}
