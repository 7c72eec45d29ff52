"""What docs/performance.md and the costs on docs/scaling.md show is what is stored."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from pages import page

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks import cost_model, performance_tables


def shown(document, name):
    """What stands between the marks of a table."""
    return document.split(f"<!-- {name} -->\n")[1].split("\n<!-- end -->")[0]


@pytest.mark.parametrize("name", ["loops", "fits", "processes", "scores"])
def test_the_tables_are_those_of_the_stored_figures(name):
    assert shown(page("performance"), name) == performance_tables.tables()[name]


@pytest.mark.parametrize("name", ["cost", "check"])
def test_the_costs_are_those_of_the_model(name):
    assert shown(page("scaling"), name) == cost_model.tables()[name]


@pytest.mark.parametrize(
    ("parts", "workers", "seconds"),
    [(1, 1, 2.0), (1, 5, 2.0), (10, 2, 10.0), (11, 2, 12.0), (7, 3, 6.0)],
)
def test_the_simulation_gives_each_part_to_whoever_is_free(parts, workers, seconds):
    assert cost_model.simulated(parts, 2.0, workers) == seconds


def test_the_model_holds_for_the_measured_runs():
    checked = cost_model.check()
    assert checked["1"]["simulated"] == pytest.approx(checked["1"]["measured"], rel=0.1)
    assert checked["2"]["simulated"] == pytest.approx(checked["2"]["measured"], rel=0.25)
