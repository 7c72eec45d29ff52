"""The figures that are stored: every record, as lists over the seeds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.accuracy.cache import Record
from benchmarks.accuracy.methods import Method
from benchmarks.accuracy.own import ALPHAS
from benchmarks.accuracy.protocol import HIDDEN, MOST_ROWS, TUNING, VERSION
from benchmarks.accuracy.running import Plan, Task, records
from benchmarks.results import DIRECTORY

Figures = dict[str, Any]
OF_THE_SPLIT = ("training_rows", "test_rows", "anomalies")
LEFT_OUT = (*OF_THE_SPLIT, "versions", "memory_before_mb")
RANKING = ("roc_auc", "average_precision")


def collected(plan: Plan) -> Figures:
    """All that is known for a plan."""
    methods, sets = {}, {}
    for method in plan.methods:
        found = list(records(plan, method))
        for name, task, record in found:
            if task == Task(0, None):
                sets[name] = {figure: record[figure] for figure in OF_THE_SPLIT}
        if found:
            methods[method.name] = _method(method, found)
    return {
        "protocol": {
            "version": VERSION,
            "rows": MOST_ROWS,
            "seeds": plan.seeds,
            "alphas": list(ALPHAS),
            "hidden": list(HIDDEN),
            "tuning": list(TUNING),
        },
        "sets": sets,
        "methods": methods,
    }


def _method(method: Method, found: Sequence[tuple[str, Task, Record]]) -> Figures:
    sets: dict[str, Figures] = {}
    curve: dict[str, dict[str, Figures]] = {}
    for name, task, record in found:
        if task.hidden is None:
            kept = {key: record[key] for key in record if key not in LEFT_OUT}
            _add(sets.setdefault(name, {}), task.seed, kept)
        else:
            ranking = {key: record[key] for key in RANKING}
            _add(curve.setdefault(name, {}).setdefault(f"{task.hidden:g}", {}), task.seed, ranking)
    return {
        "title": method.title,
        "own": method.own,
        "versions": found[-1][2]["versions"],
        "sets": sets,
        **({"curve": curve} if curve else {}),
    }


def _add(lists: Figures, seed: int, figures: Figures) -> None:
    for key, figure in {"seed": seed, **figures}.items():
        lists.setdefault(key, []).append(figure)


def with_stored(new: Figures, known: Sequence[str]) -> Figures:
    """New figures, and the stored ones of detectors that these lack.

    Stored figures of another protocol, or of detectors that no longer exist, are left behind.
    """
    path = DIRECTORY / "accuracy.json"
    if not path.exists():
        return new
    old = json.loads(path.read_text(encoding="utf-8"))["figures"]
    if old["protocol"] != new["protocol"]:
        return new
    both = {**old["methods"], **new["methods"]}
    methods = {name: both[name] for name in known if name in both}
    return {**new, "sets": {**old["sets"], **new["sets"]}, "methods": methods}
