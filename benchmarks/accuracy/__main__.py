"""ROC AUC, average precision, false alarms, time and memory of isthmus and of its rivals.

    python -m benchmarks.accuracy                           # all: hours
    python -m benchmarks.accuracy --quick                   # minutes: small sets, cheap detectors
    python -m benchmarks.accuracy --methods knn,lof --sets glass,wine --seeds 2
    python -m benchmarks.accuracy --collect                 # run nothing, store what is known

`ISTHMUS_BENCH_DATA` names the folder of ADBench's .npz files (Han et al., 2022). What trains and
what is scored: `benchmarks.accuracy.protocol`. One configuration of each detector for all sets:
`benchmarks.accuracy.methods`. Every detector has, for each set, a process of its own with one
thread. PyOD runs in its own environment (`benchmarks.peers`).

Every figure is kept as soon as it is there (`benchmarks.accuracy.cache`), so that a run that was
stopped goes on; isthmus must not be edited meanwhile. The quick form stores nothing in the results.
"""

from __future__ import annotations

import argparse
import dataclasses
import inspect
import sys
from collections.abc import Sequence
from typing import Any

from benchmarks.accuracy.collecting import collected, with_stored
from benchmarks.accuracy.methods import METHODS, Method
from benchmarks.accuracy.page import overall
from benchmarks.accuracy.protocol import QUICK_ROWS, SEEDS, Table, files
from benchmarks.accuracy.running import Plan, run
from benchmarks.results import store
from isthmus import AutoencoderDetector


def known() -> list[Method]:
    """The detectors that can run: presets only where the isthmus that is installed has them."""
    presets = "preset" in inspect.signature(AutoencoderDetector).parameters
    return [one for one in METHODS.values() if not one.own or (one.name != "isthmus") == presets]


def whole() -> Plan:
    """Everything."""
    return Plan(known(), files(), SEEDS, curve=True)


def quick() -> Plan:
    """Small sets, one seed, cheap detectors."""
    small = {name: path for name, path in files().items() if Table.read(path).kept < QUICK_ROWS}
    return Plan([one for one in known() if one.cheap], small, 1, curve=False)


def measure(plan: Plan) -> tuple[dict[str, Any], list[str]]:
    """Run what is missing; the figures of the plan, and what failed."""
    failed = run(plan)
    return collected(plan), failed


def main(arguments: Sequence[str]) -> int:
    """Measure, print, store; the exit code."""
    chosen = _parser().parse_args(arguments)
    plan = _plan(chosen)
    figures, failed = (collected(plan), []) if chosen.collect else measure(plan)
    print(f"\n{overall(figures)}\n")
    if not chosen.quick:
        everything = whole()
        names = [method.name for method in everything.methods]
        print(store("accuracy", with_stored(collected(everything), names)))
    for sentence in failed:
        print(f"FAILED {sentence}")
    return int(bool(failed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.accuracy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="a few minutes; nothing is stored")
    parser.add_argument("--methods", help=f"of {', '.join(one.name for one in known())}")
    parser.add_argument("--sets", help="names of sets, with commas between them")
    parser.add_argument("--seeds", type=int, help=f"how many; {SEEDS} if not given")
    parser.add_argument("--no-curve", action="store_true", help="no curve of contamination")
    parser.add_argument("--collect", action="store_true", help="run nothing")
    return parser


def _plan(chosen: argparse.Namespace) -> Plan:
    plan = quick() if chosen.quick else whole()
    if chosen.methods:
        by_name = {method.name: method for method in known()}
        plan = dataclasses.replace(
            plan, methods=[by_name[name] for name in _names(chosen.methods, list(by_name))]
        )
    if chosen.sets:
        names = _names(chosen.sets, list(files()))
        plan = dataclasses.replace(plan, sets={name: files()[name] for name in names})
    if chosen.seeds:
        plan = dataclasses.replace(plan, seeds=chosen.seeds)
    return dataclasses.replace(plan, curve=False) if chosen.no_curve else plan


def _names(said: str, there_are: Sequence[str]) -> list[str]:
    names = said.split(",")
    if unknown := [name for name in names if name not in there_are]:
        raise SystemExit(f"there is no {', '.join(unknown)}; there are {', '.join(there_are)}")
    return names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
