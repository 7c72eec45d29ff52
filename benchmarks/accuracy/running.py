"""Measure what is asked for and not known yet; a run that was cut off goes on where it stood."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from benchmarks.accuracy.cache import Cache, Record, source
from benchmarks.accuracy.measuring import measured
from benchmarks.accuracy.methods import Method
from benchmarks.accuracy.protocol import CURVE_SEEDS, HIDDEN, Split, Table, name_of
from benchmarks.peers import Peer


class Task(NamedTuple):
    """One seed, and the share of anomalies among the training rows; None: the main figures."""

    seed: int
    hidden: float | None


@dataclass(frozen=True)
class Plan:
    """What to measure."""

    methods: Sequence[Method]
    sets: dict[str, Path]
    seeds: int
    curve: bool

    def tasks(self, method: Method) -> list[Task]:
        """The tasks of each set."""
        tasks = [Task(seed, None) for seed in range(self.seeds)]
        if self.curve and method.curve:
            seeds = range(min(self.seeds, CURVE_SEEDS))
            tasks += [Task(seed, hidden) for hidden in HIDDEN for seed in seeds]
        return tasks


def run(plan: Plan) -> list[str]:
    """Measure what is missing; what failed, a sentence each."""
    failed = []
    for method in plan.methods:
        kept = Cache(method)
        for path in plan.sets.values():
            try:
                _set(method, kept, path, plan.tasks(method))
            except RuntimeError as error:
                failed.append(f"{method.name} on {path.stem}: {str(error).strip()[-800:]}")
                print(f"FAILED {failed[-1]}", flush=True)
    return failed


def records(plan: Plan, method: Method) -> Iterator[tuple[str, Task, Record]]:
    """What is known of a detector, in the order of the plan."""
    kept = Cache(method)
    for name in plan.sets:
        for task in plan.tasks(method):
            if record := kept.get(name, *task):
                yield name, task, record


def _set(method: Method, kept: Cache, path: Path, tasks: Sequence[Task]) -> None:
    """One detector on one set, all in one process that begins with the first missing record."""
    name = name_of(path)
    missing = [task for task in tasks if kept.get(name, *task) is None]
    if not missing:
        return
    table = Table.read(path)
    splits = ((task, _split(table, task)) for task in missing)
    with ExitStack() as open_:
        folder = Path(open_.enter_context(tempfile.TemporaryDirectory()))
        worker: Peer | None = None
        for task, split in splits:
            if split is None:
                continue
            if worker is None:
                worker = open_.enter_context(Peer(method.command(folder)))
            record = measured(worker, folder, split, task.seed)
            record["versions"] = _versions(method, worker)
            kept.put(name, *task, record)
            print(_line(method, name, task, record), flush=True)


def _versions(method: Method, worker: Peer) -> dict[str, str]:
    own = {"isthmus's source": source()[:10]} if method.own else {}
    return {**worker.about["versions"], **own}


def _split(table: Table, task: Task) -> Split | None:
    if task.hidden is None:
        return table.split(task.seed)
    return table.contaminated(task.seed, task.hidden)


def _line(method: Method, name: str, task: Task, record: Record) -> str:
    hidden = "" if task.hidden is None else f"{task.hidden:.0%} hidden"
    return (
        f"{time.strftime('%H:%M:%S')} {method.name:18s} {name:12s} seed {task.seed} {hidden:10s} "
        f"ROC AUC {record['roc_auc']:.4f}  AP {record['average_precision']:.4f}  "
        f"fit {record['fit_wall_seconds']:.2f} s  score {record['score_wall_seconds']:.2f} s  "
        f"{record['memory_mb']:.0f} MB"
    )
