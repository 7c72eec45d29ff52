from __future__ import annotations

import json
import math

import pytest

from benchmarks import __main__ as command
from benchmarks import targets
from benchmarks.targets import BESIDE, NONE, TARGETS, Target, at_least, at_most


@pytest.mark.parametrize("target", TARGETS, ids=lambda one: f"{one.benchmark}: {one.sentence}")
def test_every_target_is_read_off_what_its_benchmark_stored(target):
    assert target.benchmark in command.benchmarks()
    figure = targets.reached(target)
    if figure is None:
        pytest.skip(f"python -m benchmarks.{target.benchmark} has not stored anything yet")
    assert math.isfinite(figure)


@pytest.mark.parametrize(
    ("reach", "figure", "verdict"),
    [
        (at_least(10), 10.0, "ok"),
        (at_least(10), 9.99, "MISSED"),
        (at_least(10), math.nan, "MISSED"),
        (at_most(360), 360.0, "ok"),
        (at_most(360), 360.1, "MISSED"),
        (NONE, 0.0, "ok"),
        (NONE, 1.0, "MISSED"),
        (BESIDE, 1.0, ""),
        (NONE, None, ""),
    ],
)
def test_a_target_is_met_from_its_bound_on(reach, figure, verdict):
    assert Target("any", "any", reach, lambda figures: 0.0).verdict(figure) == verdict


@pytest.fixture
def stored(tmp_path, monkeypatch):
    def store(**figures):
        one = Target("speed", "rows a second", at_least(10), lambda stored: stored["rate"])
        monkeypatch.setattr(targets, "TARGETS", (one,))
        monkeypatch.setattr(targets, "DIRECTORY", tmp_path)
        if figures:
            (tmp_path / "speed.json").write_text(json.dumps({"figures": figures}))

    return store


def test_the_table_sets_what_was_reached_beside_what_was_to_be_reached(stored, capsys):
    stored(rate=12.345)
    assert command.main(["--table"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].split() == [
        *("speed", "rows", "a", "second"),
        *(">=", "10", "12.35", "ok"),
    ]


def test_a_missed_target_gives_the_exit_code_1(stored, capsys):
    stored(rate=9)
    assert command.main(["--table"]) == 1
    assert "MISSED" in capsys.readouterr().out


def test_what_has_not_run_is_neither_met_nor_missed(stored, capsys):
    stored()
    assert command.main(["--table"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].endswith("not run")
