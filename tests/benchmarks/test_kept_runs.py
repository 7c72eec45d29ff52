"""Runs of recipes that were made are not made again."""

from __future__ import annotations

import pytest

from benchmarks import kept_runs
from benchmarks.kept_runs import Run, kept_run
from isthmus.recipes import load
from isthmus.recipes.run import Size


@pytest.fixture
def made(tmp_path, monkeypatch) -> list[int]:
    monkeypatch.setenv("ISTHMUS_BENCH_CACHE", str(tmp_path))
    return []


def _run(made: list[int], seed: int = 3, size: Size | None = None, name: str = "mnist-conv") -> Run:
    def make() -> Run:
        made.append(seed)
        return {"seed": seed, "detectors": {"reproduced": {"squared_error": 0.1 + 0.2}}}

    return kept_run(load(name), size or Size(), seed, make)


def test_a_run_is_made_once_and_comes_back_the_same(made):
    assert _run(made) == _run(made)
    assert made == [3]


def test_another_seed_size_or_recipe_is_another_run(made):
    for said in ({}, {"seed": 4}, {"size": Size(rows=10)}, {"name": "ecg-guide"}):
        _run(made, **said)
    assert made == [3, 4, 3, 3]


def test_another_source_of_isthmus_makes_the_run_again(made, monkeypatch):
    _run(made)
    monkeypatch.setattr(kept_runs, "source", lambda: "changed")
    _run(made)
    assert made == [3, 3]


def test_a_run_that_fails_keeps_nothing(made, tmp_path):
    def fails() -> Run:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept_run(load("mnist-conv"), Size(), 3, fails)
    assert not list(tmp_path.rglob("*.json"))
