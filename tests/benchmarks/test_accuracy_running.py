"""A run that was cut off goes on where it stood, and is kept by what its figures depend on."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("torch")

from benchmarks.accuracy import __main__ as command
from benchmarks.accuracy import cache, protocol, running
from benchmarks.accuracy.collecting import collected
from benchmarks.accuracy.methods import METHODS
from benchmarks.accuracy.running import Plan, Task

KNN = METHODS["knn"]


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """Two sets of a cloud and a few rows far out of it, two seeds and the curve."""
    (tmp_path / "sets").mkdir()
    generator = np.random.default_rng(0)
    for name, count in (("1_near", 40), ("2_far", 60)):
        rows = generator.normal(size=(count + 10, 2))
        rows[count:] += 30
        np.savez(tmp_path / "sets" / f"{name}.npz", X=rows, y=np.arange(count + 10) >= count)
    monkeypatch.setenv("ISTHMUS_BENCH_DATA", str(tmp_path / "sets"))
    monkeypatch.setenv("ISTHMUS_BENCH_CACHE", str(tmp_path / "cache"))
    return Plan([KNN], protocol.files(), seeds=2, curve=True)


def test_a_run_measures_what_is_missing_and_nothing_else(plan, monkeypatch, capsys):
    assert running.run(plan) == []
    figures = collected(plan)
    whole = len(plan.sets) * len(plan.tasks(KNN))
    assert len(plan.tasks(KNN)) == 2 + 4 * 2
    assert capsys.readouterr().out.count("ROC AUC") == whole
    assert figures["sets"]["near"] == {"training_rows": 20, "test_rows": 30, "anomalies": 10}
    method = figures["methods"]["knn"]
    assert method["sets"]["near"]["roc_auc"] == [1.0, 1.0]
    assert method["sets"]["near"]["seed"] == [0, 1]
    assert set(method["curve"]["far"]) == {"0", "0.01", "0.05", "0.1"}
    assert set(method["versions"]) == {"numpy", "scikit-learn"}
    assert all(megabytes > 20 for megabytes in method["sets"]["far"]["memory_mb"])

    lost = next(cache.Cache(KNN).folder.rglob("far/seed-1.json"))
    lost.unlink()
    assert running.run(plan) == []
    assert capsys.readouterr().out.count("ROC AUC") == 1
    assert collected(plan)["methods"]["knn"]["sets"]["far"]["roc_auc"] == [1.0, 1.0]

    def refuse(*_):
        raise AssertionError("a process was started for nothing")

    monkeypatch.setattr(running, "Peer", refuse)
    assert running.run(plan) == []


def test_a_detector_that_breaks_is_said_and_the_next_set_still_runs(plan, monkeypatch):
    real = running.measured

    def breaking(worker, folder, split, seed):
        if len(split.train) == 20:
            raise RuntimeError("it broke")
        return real(worker, folder, split, seed)

    monkeypatch.setattr(running, "measured", breaking)
    assert running.run(plan) == ["knn on 1_near: it broke"]
    assert set(collected(plan)["methods"]["knn"]["sets"]) == {"far"}


def test_figures_are_found_again_only_while_all_that_they_depend_on_is_the_same(monkeypatch):
    isthmus = METHODS["isthmus"]
    before = {one.name: cache.depends_on(one) for one in METHODS.values()}
    assert before == {one.name: cache.depends_on(one) for one in METHODS.values()}
    assert len(set(before.values())) == len(METHODS)
    monkeypatch.setattr(cache, "source", lambda: "another source")
    assert cache.depends_on(KNN) == before["knn"]
    assert cache.depends_on(isthmus) != before["isthmus"]
    monkeypatch.setitem(cache.peers.PEERS, "pyod", ("pyod==0.0.1",))
    assert cache.depends_on(METHODS["ecod"]) != before["ecod"]
    monkeypatch.setattr(cache, "MOST_ROWS", 10)
    assert cache.depends_on(KNN) != before["knn"]


def test_a_record_is_the_same_after_it_was_kept(plan):
    kept = cache.Cache(KNN)
    assert kept.get("far", 0, None) is None
    kept.put("far", 0, None, {"roc_auc": 0.5})
    kept.put("far", 0, 0.05, {"roc_auc": 0.25})
    assert kept.get("far", *Task(0, None)) == {"roc_auc": 0.5}
    assert kept.get("far", *Task(0, 0.05)) == {"roc_auc": 0.25}


def test_the_quick_form_takes_cheap_detectors_and_stores_nothing(plan, monkeypatch, capsys):
    monkeypatch.setattr(command, "known", lambda: [KNN, METHODS["pyod_vae"]])
    monkeypatch.setattr(command, "QUICK_ROWS", 60)
    assert command.main(["--quick"]) == 0
    shown = capsys.readouterr().out
    assert "| kNN, mean of 5 |" in shown and "accuracy.json" not in shown
    assert list(command.quick().sets) == ["near"]
    assert [one.name for one in command.quick().methods] == ["knn"]


def test_parts_can_be_chosen_and_unknown_ones_are_named(plan):
    chosen = command._parser().parse_args(
        ["--methods", "lof,knn", "--sets", "far", "--seeds", "1", "--no-curve"]
    )
    part = command._plan(chosen)
    assert [one.name for one in part.methods] == ["lof", "knn"]
    assert (list(part.sets), part.seeds, part.curve) == (["far"], 1, False)
    with pytest.raises(SystemExit, match="there is no nowhere; there are near, far"):
        command._plan(command._parser().parse_args(["--sets", "nowhere"]))


def test_presets_run_where_isthmus_has_them_and_the_detector_without_one_elsewhere(monkeypatch):
    class Old:
        def __init__(self, *, epochs=1):
            pass

    class New:
        def __init__(self, *, preset="balanced"):
            pass

    for detector, names in (
        (Old, {"isthmus"}),
        (New, {f"isthmus_{name}" for name in ("fast", "balanced", "best", "balanced_bf16")}),
    ):
        monkeypatch.setattr(command, "AutoencoderDetector", detector)
        assert {one.name for one in command.known() if one.own} == names
