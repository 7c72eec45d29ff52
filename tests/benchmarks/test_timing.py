from __future__ import annotations

import sys
import time

import pytest

from benchmarks.timing import Spent, in_turns, rates, spread, timed, times_faster, whole_process


def test_works_take_turns_in_another_order_each_round_and_the_first_round_is_thrown_away():
    called = []

    def work(name):
        called.append(name)
        return Spent(float(len(called)), 0.0)

    spent = in_turns({name: lambda name=name: work(name) for name in "abc"}, 2)
    assert "".join(called) == "abcbcacab"
    assert [one.wall for one in spent["a"]] == [6, 8]


def test_sleeping_takes_time_but_no_cpu():
    spent = timed(lambda: time.sleep(0.05))
    assert spent.wall >= 0.05
    assert spent.cpu < 0.05


def test_a_whole_process_is_measured_from_outside():
    spent = whole_process(
        [sys.executable, "-c", "import os, time; time.sleep(float(os.environ['NAP']))"],
        environment={"NAP": "0.1"},
    )
    assert spent.wall >= 0.1
    assert spent.cpu > 0


def test_a_process_that_fails_is_no_measurement():
    with pytest.raises(RuntimeError, match="no such thing"):
        whole_process([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_the_spread_of_measurements():
    assert spread([5.0, 1.0, 2.0, 4.0, 3.0]) == {
        "median": 3.0,
        "quartile_1": 2.0,
        "quartile_3": 4.0,
        "least": 1.0,
        "largest": 5.0,
        "repetitions": 5,
    }
    assert spread([7.0])["quartile_1"] == 7.0


def test_rates_are_rows_by_seconds():
    assert rates([Spent(2.0, 1.0)], 100)["rows_per_second"]["median"] == 50
    assert rates([Spent(2.0, 1.0)], 100)["rows_per_cpu_second"]["median"] == 100


def test_ratios_are_taken_within_a_round():
    # A slow second round is slow for both and changes nothing.
    faster = times_faster([Spent(1.0, 1.0), Spent(10.0, 2.0)], [Spent(3.0, 2.0), Spent(30.0, 4.0)])
    assert faster["wall"]["least"] == faster["wall"]["largest"] == 3.0
    assert faster["cpu"]["median"] == 2.0
